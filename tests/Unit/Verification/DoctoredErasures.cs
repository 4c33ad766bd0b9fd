using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Yuna deletes her account after the sale, and what that is no excuse for.</summary>
internal static class ErasedHistory
{
    public static History Of(History h)
    {
        var gone = Event(
            new UserDeleted
            {
                OccurredAt = Start.AddSeconds(50),
                UserId = Yuna,
                Email = "yuna@example.com",
                Language = "en",
            },
            2
        );
        var told = DoctoredHistories.WithEvents(h, gone);
        return told with
        {
            Outbox = [.. told.Outbox, new OutboxRow(told.Outbox.Count + 1, gone, IsRelayed: true)],
            Customers =
            [
                .. told.Customers.Where(c => c.Id != Yuna),
                new CustomerRow(Yuna, "x@erased.invalid", "ko", 2, IsDeleted: true, IsErased: true),
            ],
            Stored =
            [
                .. told
                    .Stored.Append(StoredFrom(told.Log.Single(r => r.Event == gone)))
                    .Select(s => s.Event.Person == Yuna ? Erased(s) : s),
            ],
            Waitlist = [],
            Mails =
            [
                .. told.Mails.Select(m =>
                    m.UserId == Yuna ? m with { Recipient = PersonalFields.ErasedEmail } : m
                ),
            ],
        };
    }

    public static StoredEvent Erased(StoredEvent stored) =>
        stored.Event.Event is not { } happened
        || PersonalFields.Erase(EventCatalogue.Serialize(happened)) is not { } body
            ? stored
            : stored with
            {
                Event = Event(
                    EventCatalogue.Deserialize(stored.Event.EventType, body),
                    stored.Event.Version
                ),
            };
}

internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Erasures(History h)
    {
        var erased = ErasedHistory.Of(h);
        yield return Case(
            9,
            "the event store still names a customer who is erased",
            erased with
            {
                Stored = [.. h.Stored, .. erased.Stored.Skip(h.Stored.Count)],
            }
        );
        yield return Case(
            9,
            "events of a customer who did not go were stored without a name",
            h with
            {
                Stored =
                [
                    .. h.Stored.Select(s => s.Event.Person == Mina ? ErasedHistory.Erased(s) : s),
                ],
            }
        );
        yield return Case(
            9,
            "an erased event lost more than what names the customer",
            erased with
            {
                Stored =
                [
                    .. erased.Stored.Select(s =>
                        s.Event is { Person: Yuna, Event: ReservationCancelled cancelled }
                            ? s with
                            {
                                Event = Event(cancelled with { Reason = "" }, s.Event.Version),
                            }
                            : s
                    ),
                ],
            }
        );
    }
}
