using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Yuna has another address after the sale: both hear of it.</summary>
internal static class MovedHistory
{
    private const string Old = "yuna@example.com";
    private const string New = "yuna@example.net";

    public static History Of(History h)
    {
        var moved = Event(
            new UserChanged
            {
                OccurredAt = Start.AddSeconds(50),
                UserId = Yuna,
                Email = New,
                PreviousEmail = Old,
                Name = "yuna",
                Language = "en",
            },
            2
        );
        var told = DoctoredHistories.WithEvents(h, moved);
        return told with
        {
            Stored = [.. told.Stored, StoredFrom(told.Log.Single(r => r.Event == moved))],
            Mails =
            [
                .. told.Mails,
                new MailRow(moved.EventId, Yuna, "email-changed", "sent", "en", Old),
                new MailRow(moved.EventId, Yuna, "new-email", "sent", "en", New),
            ],
        };
    }
}

internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Moves(History h)
    {
        var moved = MovedHistory.Of(h);
        yield return Case(
            9,
            "the new address was not told",
            moved with
            {
                Mails = [.. moved.Mails.SkipLast(1)],
            }
        );
        yield return Case(
            9,
            "the old address read what was for the new one",
            moved with
            {
                Mails =
                [
                    .. moved.Mails.SkipLast(1),
                    moved.Mails[^1] with
                    {
                        Recipient = moved.Mails[^2].Recipient,
                    },
                ],
            }
        );
    }
}
