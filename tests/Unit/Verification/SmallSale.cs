using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>
/// A whole history of a small, correct sale. Mina buys seats 1 and 2; Jisoo holds 3, lets it lapse
/// and pays late; Yuna holds 4 and gives it back; Haru buys 4 by card. The concert of four seats is
/// sold out.
/// </summary>
internal static partial class SmallSale
{
    public const long Concert = 11;
    public const long Mina = 21;
    public const long Jisoo = 22;
    public const long Yuna = 23;
    public const long Haru = 24;

    public static readonly DateTimeOffset Start = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    public static History History() => History(Topics.Partitions);

    /// <param name="topics">The number of partitions of each.</param>
    public static History History(IReadOnlyDictionary<string, int> topics)
    {
        var outbox = Story().Select((e, i) => new OutboxRow(i + 1, e, IsRelayed: true)).ToList();
        var log = outbox
            .Select(r => r.Event)
            .GroupBy(e => (e.Topic, Partition: PartitionOf(e, topics)))
            .SelectMany(p => p.Select((e, i) => new LogRecord(p.Key.Partition, i, e)))
            .ToList();
        var history = WithMoney(WithSeats(new History { Now = Start.AddHours(1) })) with
        {
            Outbox = outbox,
            Log = log,
            Partitions = Partitions(log, topics),
            Stored = [.. log.Select(StoredFrom)],
            Inbox = ConsumerGroups.Topics.ToDictionary(
                g => g.Key,
                g =>
                    (IReadOnlySet<Guid>)
                        log.Where(r => ConsumerGroups.Applies(g.Key, r.Event.EventType))
                            .Select(r => r.Event.EventId)
                            .ToHashSet()
            ),
            Positions = Positions(log, topics),
            Mails = [.. log.Select(r => r.Event).SelectMany(Mails)],
            Waitlist = [new WaitlistRow(Concert, Yuna, "yuna@example.com", Start.AddSeconds(11))],
            Journal = Journal(),
            DrainedAfter = TimeSpan.FromSeconds(1),
            RankingNames = new Dictionary<string, string> { ["11"] = "Winter" },
        };
        var recount = new Recount(history);
        return history with { Rankings = recount.Rankings, Statistics = recount.Statistics };
    }

    public static StoredEvent StoredFrom(LogRecord record) =>
        new(record.Event, record.Partition, record.Offset, IsOfThisLog: true);

    private static History WithSeats(History history) =>
        history with
        {
            Customers =
            [
                new CustomerRow(Mina, "mina@example.com", "ko", 1),
                new CustomerRow(Jisoo, "jisoo@example.com", "ko", 1),
                new CustomerRow(Yuna, "yuna@example.com", "en", 1),
                new CustomerRow(Haru, "haru@example.com", "ko", 1),
            ],
            Seats =
            [
                Seat(1, reservation: 101),
                Seat(2, reservation: 101),
                Seat(3, reservation: 102),
                Seat(4, reservation: 104),
            ],
            Reservations =
            [
                Row(101, Mina, [1, 2], "CONFIRMED", 2, payment: 201),
                Row(102, Jisoo, [3], "CONFIRMED", 3, payment: 202),
                Row(103, Yuna, [4], "CANCELLED", 2, payment: null),
                Row(104, Haru, [4], "CONFIRMED", 2, payment: 204),
            ],
            Concerts = [new ConcertRow(Concert, 4, 2, 4, "SOLD_OUT", 2)],
            HoldKeys =
            [
                new HoldKeyRow(Mina, "m", 101, HoldBody(101, "1,2", 200)),
                new HoldKeyRow(Jisoo, "j", 102, HoldBody(102, "3", 100)),
                new HoldKeyRow(Yuna, "y", 103, HoldBody(103, "4", 100)),
                new HoldKeyRow(Haru, "h", 104, HoldBody(104, "4", 100)),
            ],
        };

    private static List<TopicEvent> Story() =>
        [
            Event(SignedUp(Mina, "mina", "ko"), 1),
            Event(SignedUp(Jisoo, "jisoo", "ko"), 1),
            Event(SignedUp(Yuna, "yuna", "en"), 1),
            Event(SignedUp(Haru, "haru", "ko"), 1),
            Event(Scheduled(), 1),
            Event(Created(101, Mina, [1, 2], atSecond: 1), 1),
            Event(Created(102, Jisoo, [3], atSecond: 1, holdSeconds: 10), 1),
            Event(Created(103, Yuna, [4], atSecond: 2), 1),
            Event(Payment<PaymentStarted>(201, 101, Mina, 200, "POINT", 3), 1),
            Event(Payment<PaymentCompleted>(201, 101, Mina, 200, "POINT", 3), 2),
            Event(Confirmed(101, Mina, [1, 2], payment: 201, atSecond: 4), 2),
            Event(Ended(103, Yuna, 4), 2),
            Event(Lapsed(102, Jisoo, 3), 2),
            Event(Created(104, Haru, [4], atSecond: 13), 1),
            Event(Payment<PaymentStarted>(202, 102, Jisoo, 100, "POINT", 14), 1),
            Event(Payment<PaymentCompleted>(202, 102, Jisoo, 100, "POINT", 14), 2),
            Event(Confirmed(102, Jisoo, [3], payment: 202, atSecond: 15), 3),
            Event(Payment<PaymentStarted>(203, 104, Haru, 100, "CARD", 16), 1),
            Event(Failed(203, 104, Haru), 2),
            Event(Payment<PaymentStarted>(204, 104, Haru, 100, "CARD", 18), 1),
            Event(Payment<PaymentCompleted>(204, 104, Haru, 100, "CARD", 19), 2),
            Event(Confirmed(104, Haru, [4], payment: 204, atSecond: 20), 2),
            Event(SoldOut(), 2),
        ];

    private static List<LogPartition> Partitions(
        List<LogRecord> log,
        IReadOnlyDictionary<string, int> topics
    ) =>
        [
            .. topics.SelectMany(t =>
                Enumerable
                    .Range(0, t.Value)
                    .Select(p => new LogPartition(
                        t.Key,
                        p,
                        0,
                        log.Count(r => r.Event.Topic == t.Key && r.Partition == p)
                    ))
            ),
        ];

    private static List<GroupPosition> Positions(
        List<LogRecord> log,
        IReadOnlyDictionary<string, int> topics
    ) =>
        [
            .. ConsumerGroups.Topics.SelectMany(g =>
                Partitions(log, topics)
                    .Where(p => g.Value.Contains(p.Topic) && p.High > 0)
                    .Select(p => new GroupPosition(
                        g.Key,
                        p.Topic,
                        p.Partition,
                        p.High,
                        Committed: p.High - 1
                    ))
            ),
        ];

    private static MailRow[] Mails(TopicEvent e) =>
        e.Event switch
        {
            UserSignedUp u => [Mail(e, u.UserId, "welcome", u.Language, u.Email)],
            ReservationCreated r => [Mail(e, r.UserId, "seats-held", "en", r.UserEmail)],
            ReservationConfirmed r => [Mail(e, r.UserId, "confirmed", "en", r.UserEmail)],
            ReservationExpired r => [Mail(e, r.UserId, "expired", "en", r.UserEmail)],
            ReservationCancelled r => [Mail(e, r.UserId, "cancelled", "en", r.UserEmail)],
            ConcertSoldOut => [Mail(e, Yuna, "sold-out", "en", "yuna@example.com")],
            _ => [],
        };

    private static MailRow Mail(
        TopicEvent e,
        long user,
        string kind,
        string language,
        string recipient
    ) => new(e.EventId, user, kind, "sent", language, recipient);

    private static int PartitionOf(TopicEvent e, IReadOnlyDictionary<string, int> topics) =>
        Murmur2.Partition(e.Key, topics[e.Topic]);

    private static SeatRow Seat(long id, long reservation) =>
        new(id, Concert, 1, 100, "sold", reservation, null);

    private static ReservationRow Row(
        long id,
        long customer,
        long[] seats,
        string status,
        long version,
        long? payment
    ) =>
        new(
            id,
            Concert,
            customer,
            seats,
            100 * seats.Length,
            status,
            Start.AddSeconds(1),
            Start.AddSeconds(30),
            version,
            payment
        );
}
