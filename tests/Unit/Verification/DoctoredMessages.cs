using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What goes wrong between the outbox and the views.</summary>
internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Messages(History h)
    {
        var last = h.Log.Last(r => r.Event.Version > 1);
        yield return Case(
            8,
            "an outbox row never reached Kafka",
            h with
            {
                Log = [.. h.Log.Where(r => r != last)],
            }
        );
        var first = h.Log.First(r => r.Event.Key == last.Event.Key);
        yield return Case(
            8,
            "a key's events are in the wrong order",
            h with
            {
                Log = [.. h.Log.Where(r => r != first), first with { Offset = 99 }],
            }
        );
        yield return Case(
            8,
            "an event's bytes changed on the way",
            h with
            {
                Log = Change(
                    h.Log,
                    r => r == last,
                    r => r with { Event = r.Event with { BodyHash = new string('0', 64) } }
                ),
            }
        );
    }

    private static IEnumerable<TestCaseData> Views(History h)
    {
        yield return Case(
            9,
            "the ranking counts a seat twice",
            h with
            {
                Rankings = h.Rankings!.ToDictionary(r => r.Key, r => r.Value + 1),
            }
        );
        yield return Case(9, "Redis has forgotten", h with { Rankings = null });
        yield return Case(
            9,
            "a row of statistics is missing",
            h with
            {
                Statistics = h.Statistics.Skip(1).ToDictionary(),
            }
        );
        yield return Case(
            9,
            "an event is stored twice",
            h with
            {
                Stored = [.. h.Stored, h.Stored[0]],
            }
        );
        yield return Case(9, "a mail was made twice", h with { Mails = [.. h.Mails, h.Mails[0]] });
        yield return Case(9, "a mail was never made", h with { Mails = [.. h.Mails.Skip(1)] });
    }

    private static IEnumerable<TestCaseData> Consumers(History h)
    {
        var lost = h.Log.First(r => r.Event.EventType == "RESERVATION_CREATED").Event.EventId;
        foreach (var group in new[] { "data-platform", "ranking-service", "notification-service" })
        {
            yield return Case(
                10,
                $"{group} passed a message without applying it",
                Unapplied(h, group, e => e.EventId == lost)
            );
        }

        yield return Case(
            10,
            "reservation-service passes over every completed payment",
            Unapplied(h, "reservation-service", e => e.EventType == "PAYMENT_COMPLETED")
        );
        yield return Case(
            10,
            "payment-service passes over every cancellation",
            Unapplied(h, "payment-service", e => e.EventType == "RESERVATION_CANCELLED")
        );
    }

    private static IEnumerable<TestCaseData> Rest(History h)
    {
        yield return Case(
            11,
            "the outbox never ran empty",
            h with
            {
                Stored = [.. h.Stored.SkipLast(3)],
                DrainedAfter = null,
                Undrained = ["3 events between outbox and event store"],
            }
        );
        yield return Case(
            11,
            "nobody saw it come to rest",
            h with
            {
                Stored = [.. h.Stored.SkipLast(1)],
                DrainedAfter = null,
            }
        );
        yield return Case(
            11,
            "mails were never sent",
            h with
            {
                Mails = [.. h.Mails.Skip(1), h.Mails[0] with { State = "pending" }],
                DrainedAfter = null,
                Undrained = ["1 mails not sent"],
            }
        );
        yield return Case(
            11,
            "a payment was begun for a hold that was given back, and never ended",
            WithPayment(h, 203, p => p with { Status = "STARTED", ReservationId = 103 }) with
            {
                DrainedAfter = null,
                Undrained = ["1 payments begun for what has ended"],
            }
        );
        yield return Case(
            12,
            "a group told Kafka more than it had applied",
            h with
            {
                Positions = Change(
                    h.Positions,
                    p => p == h.Positions[0],
                    p => p with { Committed = p.Applied + 1 }
                ),
            }
        );
        yield return Case(
            12,
            "a position lies beyond the log",
            h with
            {
                Positions = Change(
                    h.Positions,
                    p => p == h.Positions[^1],
                    p => p with { Applied = p.Applied + 5 }
                ),
            }
        );
    }

    private static History Unapplied(History h, string group, Func<TopicEvent, bool> which)
    {
        var lost = h.Log.Select(r => r.Event).Where(which).Select(e => e.EventId).ToHashSet();
        return h with
        {
            Inbox = h.Inbox.ToDictionary(
                g => g.Key,
                g => g.Key == group ? g.Value.Where(e => !lost.Contains(e)).ToHashSet() : g.Value
            ),
        };
    }
}
