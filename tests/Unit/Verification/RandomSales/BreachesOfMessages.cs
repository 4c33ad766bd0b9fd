using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.RandomSales.Doctor;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>What can be wrong between a change of state and the last reader of its event.</summary>
internal static class BreachesOfMessages
{
    public static IReadOnlyList<(int, string, Breach)> All { get; } =
    [
        (7, "a reservation moved on without an event", MovedOn),
        (7, "an event is in Kafka that the outbox never had", NeverInTheOutbox),
        (8, "an outbox row never reached Kafka", NeverInKafka),
        (8, "a key's first two events are in the wrong order", WrongOrder),
        (9, "a row of the rankings counts once too often", CountedTwice),
        (9, "a row of the statistics is missing", LostRow),
        (9, "a mail was made twice", SecondMail),
        (9, "an event is not stored", NotStored),
        (9, "a cancelled concert has a sale", SaleOfCancelled),
        (10, "a group passed a message without applying it", Unapplied),
        (10, "a record that is no event was passed over", UnseenPoison),
        (10, "a dead letter is in no topic of dead letters", NotBuried),
        (11, "mails were never sent", UnsentMail),
        (11, "an event never reached its readers", Undrained),
        (12, "a group told Kafka more than it applied", CommittedTooFar),
        (12, "the relay passed a row that is not in Kafka", NeverInKafka),
    ];

    private static History? MovedOn(History h, Random random) =>
        With(
            random,
            h.Reservations,
            r =>
                h with
                {
                    Reservations = Replace(h.Reservations, r, r with { Version = r.Version + 1 }),
                }
        );

    private static History? NeverInTheOutbox(History h, Random random) =>
        With(random, h.Outbox, r => h with { Outbox = Without(h.Outbox, r) });

    private static History? NeverInKafka(History h, Random random) =>
        With(random, h.Outbox, r => WithoutEvent(h, r.Event));

    private static History? WrongOrder(History h, Random random) =>
        With(
            random,
            h.Log.Where(r => r.Event.Version == 2),
            second =>
            {
                var without = h.Log.Where(r =>
                    r.Event.Key != second.Event.Key || r.Event.Version != 1
                );
                var first = h.Log.First(r =>
                    r.Event.Key == second.Event.Key && r.Event.Version == 1
                );
                return h with { Log = [.. without, first] };
            }
        );

    private static History? CountedTwice(History h, Random random) =>
        With(
            random,
            h.Rankings!.Keys,
            key =>
                h with
                {
                    Rankings = h.Rankings!.ToDictionary(
                        r => r.Key,
                        r => r.Key == key ? r.Value + 1 : r.Value
                    ),
                }
        );

    private static History? LostRow(History h, Random random) =>
        With(
            random,
            h.Statistics.Keys,
            key => h with { Statistics = h.Statistics.Where(s => s.Key != key).ToDictionary() }
        );

    private static History? SecondMail(History h, Random random) =>
        With(random, h.Mails, m => h with { Mails = [.. h.Mails, m] });

    private static History? NotStored(History h, Random random) =>
        With(random, h.Stored, s => h with { Stored = Without(h.Stored, s) });

    private static History? SaleOfCancelled(History h, Random random) =>
        With(
            random,
            h.Reservations.Where(r =>
                h.Concerts.Any(c => (c.Id, c.Status) == (r.ConcertId, "CANCELLED"))
            ),
            r =>
                h with
                {
                    Reservations = Replace(h.Reservations, r, r with { Status = "CONFIRMED" }),
                }
        );

    private static History? Unapplied(History h, Random random) =>
        With(
            random,
            h.Inbox.Where(g => g.Value.Count > 0).Select(g => g.Key),
            group =>
            {
                var lost = h.Inbox[group].ElementAt(random.Next(h.Inbox[group].Count));
                return h with
                {
                    Inbox = h.Inbox.ToDictionary(
                        g => g.Key,
                        g => g.Key == group ? g.Value.Where(e => e != lost).ToHashSet() : g.Value
                    ),
                };
            }
        );

    private static History? UnseenPoison(History h, Random random) =>
        With(
            random,
            h.Log,
            r =>
                h with
                {
                    Unreadable =
                    [
                        .. h.Unreadable,
                        new UnreadableRecord(r.Event.Topic, r.Partition, r.Offset, null, "no JSON"),
                    ],
                }
        );

    /// <summary>The oldest letter of a topic tells how old that is at least.</summary>
    private static History? NotBuried(History h, Random random) =>
        With(
            random,
            h.DeadLetters.Where(d =>
                h.DeadLetters.Any(o => o.Topic == d.Topic && o.DeadAt < d.DeadAt)
            ),
            d => h with { Buried = [.. h.Buried.Where(b => b != BuriedHistory.Buried(d))] }
        );

    private static History? UnsentMail(History h, Random random) =>
        With(
            random,
            h.Mails,
            m =>
                h with
                {
                    Mails = Replace(h.Mails, m, m with { State = "pending" }),
                    DrainedAfter = null,
                    Undrained = ["1 mails not sent"],
                }
        );

    private static History? Undrained(History h, Random random) =>
        With(
            random,
            h.Stored,
            s =>
                h with
                {
                    Stored = Without(h.Stored, s),
                    DrainedAfter = null,
                    Undrained = ["1 events between outbox and event store"],
                }
        );

    private static History? CommittedTooFar(History h, Random random) =>
        With(
            random,
            h.Positions,
            p =>
                h with
                {
                    Positions = Replace(h.Positions, p, p with { Committed = p.Applied + 1 }),
                }
        );
}
