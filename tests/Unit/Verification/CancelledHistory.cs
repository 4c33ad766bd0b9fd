using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>
/// The concert is cancelled after the sale, and everybody has heard of it; nothing has come of it.
/// </summary>
internal static class CancelledHistory
{
    public static History Of(History h)
    {
        var cancelled = Event(
            new ConcertCancelled
            {
                OccurredAt = Start.AddSeconds(50),
                ConcertId = Concert,
                ConcertName = "Winter",
                Reason = "The singer is ill.",
            },
            3
        );
        var told = DoctoredHistories.WithEvents(h, cancelled);
        var heard = told with
        {
            Stored = [.. told.Stored, StoredFrom(told.Log.Single(r => r.Event == cancelled))],
            Inbox = h.Inbox.ToDictionary(
                g => g.Key,
                g =>
                    ConsumerGroups.Applies(g.Key, cancelled.EventType)
                        ? g.Value.Append(cancelled.EventId).ToHashSet()
                        : g.Value
            ),
        };
        var recount = new Recount(heard);
        return heard with { Rankings = recount.Rankings, Statistics = recount.Statistics };
    }

    public static History Unheard(History h) => Of(h) with { Inbox = h.Inbox };
}

internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Cancellations(History h)
    {
        var cancelled = CancelledHistory.Of(h);
        yield return Case(9, "sales of a cancelled concert are as they were", cancelled);
        yield return Case(
            9,
            "one sale of a cancelled concert was left out",
            cancelled with
            {
                Reservations = Change(
                    h.Reservations,
                    r => r.Id != 104,
                    r => r with { Status = "CANCELLED" }
                ),
            }
        );
    }
}
