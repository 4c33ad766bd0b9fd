using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What goes wrong with the events behind states and views, and with mails.</summary>
internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Origins(History h)
    {
        yield return Case(
            7,
            "a customer signed up without an event",
            h with
            {
                Customers = [.. h.Customers, new CustomerRow(25, "suji@example.com", "ko", 1)],
            }
        );
        yield return Case(
            7,
            "an event is in Kafka that the outbox never had",
            h with
            {
                Outbox = [.. h.Outbox.Where(r => r.Event.Key != "reservation-103")],
            }
        );
        var old = UnusualHistories.TwoDaysLater(h);
        yield return Case(
            7,
            "a reservation was made without an event, on a system older than its outbox",
            old with
            {
                Reservations = [.. old.Reservations, old.Reservations[2] with { Id = 105 }],
            }
        );
        yield return Case(
            7,
            "an old event is neither in the outbox nor in the store nor in Kafka",
            old with
            {
                Log = Without(old.Log, r => r.Event),
                Stored = Without(old.Stored, s => s.Event),
            }
        );
        yield return Case(
            9,
            "a row of the event store was never received",
            h with
            {
                Stored =
                [
                    .. h.Stored,
                    new StoredEvent(
                        Event(Created(105, Yuna, [4], atSecond: 40), 1),
                        Partition: 0,
                        Offset: 99,
                        IsOfThisLog: true
                    ),
                ],
            }
        );

        static IReadOnlyList<T> Without<T>(IReadOnlyList<T> list, Func<T, TopicEvent> e) =>
            [.. list.Where(i => e(i) is not { Key: "reservation-102", Version: 2 })];
    }

    private static IEnumerable<TestCaseData> Mails(History h)
    {
        yield return Case(
            9,
            "a confirmation was sent as an expiry",
            WithMail(h, "confirmed", m => m with { Kind = "expired" })
        );
        yield return Case(
            9,
            "a mail is in another language",
            WithMail(h, "welcome", m => m with { Language = m.Language == "ko" ? "en" : "ko" })
        );
        yield return Case(
            9,
            "a mail went to another address",
            WithMail(h, "confirmed", m => m with { Recipient = "else@example.com" })
        );
        yield return Case(
            9,
            "a mail went to another customer",
            WithMail(h, "confirmed", m => m with { UserId = 25 })
        );
        yield return Case(
            9,
            "a mail is of no event",
            h with
            {
                Mails = [.. h.Mails, h.Mails[0] with { EventId = Guid.NewGuid() }],
            }
        );
        yield return Case(
            9,
            "who waited was not told that the concert is sold out",
            h with
            {
                Mails = [.. h.Mails.Where(m => m.Kind != "sold-out")],
            }
        );
    }

    private static IEnumerable<TestCaseData> Facts(History h)
    {
        yield return Case(
            9,
            "the statistics know another artist",
            WithStatistic(h, "facts of concert 11", "another")
        );
        yield return Case(
            9,
            "the statistics know another end of a payment",
            WithStatistic(
                h,
                h.Statistics.Keys.First(k => k.StartsWith("payment ", StringComparison.Ordinal)),
                "refunded"
            )
        );
        yield return Case(
            9,
            "the statistics know a customer that nobody is",
            WithStatistic(h, "customer 99", "signed up")
        );
        yield return Case(
            9,
            "the statistics do not know a customer",
            h with
            {
                Statistics = h.Statistics.Where(s => s.Key != "customer 21").ToDictionary(),
            }
        );
        yield return Case(
            9,
            "the rankings show another name",
            h with
            {
                RankingNames = new Dictionary<string, string> { ["11"] = "Summer" },
            }
        );
        yield return Case(
            9,
            "the rankings show no name",
            h with
            {
                RankingNames = new Dictionary<string, string>(),
            }
        );
    }

    private static History WithMail(History h, string kind, Func<MailRow, MailRow> change)
    {
        var first = h.Mails.First(m => m.Kind == kind);
        return h with { Mails = Change(h.Mails, m => m == first, change) };
    }

    private static History WithStatistic(History h, string row, string text) =>
        h with
        {
            Statistics = new Dictionary<string, string>(h.Statistics) { [row] = text },
        };
}
