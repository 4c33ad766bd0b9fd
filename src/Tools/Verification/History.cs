namespace ConcertReservation.Verification;

/// <summary>
/// What PostgreSQL, Kafka, Redis and a client's journal say at one moment at which nothing was
/// under way. The checkers judge this and nothing else, so that tests can doctor it.
/// </summary>
internal sealed record History
{
    /// <summary>The database's time at which it was read.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>
    /// What the start of a first payment adds to a hold: the host's
    /// <c>Reservations:PaymentExtensionSeconds</c>.
    /// </summary>
    public TimeSpan PaymentExtension { get; init; } = TimeSpan.FromMinutes(2);

    public IReadOnlyList<CustomerRow> Customers { get; init; } = [];
    public IReadOnlyList<SeatRow> Seats { get; init; } = [];
    public IReadOnlyList<ReservationRow> Reservations { get; init; } = [];
    public IReadOnlyList<ConcertRow> Concerts { get; init; } = [];
    public IReadOnlyList<PaymentRow> Payments { get; init; } = [];
    public IReadOnlyList<WalletRow> Wallets { get; init; } = [];

    /// <summary>In the order in which each wallet got them.</summary>
    public IReadOnlyList<WalletEntryRow> WalletEntries { get; init; } = [];
    public IReadOnlyList<HoldKeyRow> HoldKeys { get; init; } = [];

    /// <summary>Keys of payments, their confirmations and of top-ups.</summary>
    public IReadOnlyList<PaymentKeyRow> PaymentKeys { get; init; } = [];
    public IReadOnlyList<MailRow> Mails { get; init; } = [];
    public IReadOnlyList<WaitlistRow> Waitlist { get; init; } = [];

    /// <summary>
    /// What the payment provider has of each order, twice where it has taken its money twice; null
    /// where its books are not ours to read.
    /// </summary>
    public IReadOnlyList<CardOrder>? CardOrders { get; init; }

    /// <summary>
    /// The provider serves nobody else, and has since this database was made: all of its orders are
    /// ours.
    /// </summary>
    public bool HasOwnProvider { get; init; }

    /// <summary>In the order of <c>seq</c>.</summary>
    public IReadOnlyList<OutboxRow> Outbox { get; init; } = [];

    /// <summary>What Kafka holds, by partition in the order of offsets.</summary>
    public IReadOnlyList<LogRecord> Log { get; init; } = [];
    public IReadOnlyList<LogPartition> Partitions { get; init; } = [];

    /// <summary>Records that are no events.</summary>
    public IReadOnlyList<UnreadableRecord> Unreadable { get; init; } = [];

    /// <summary>The event store of DataPlatform.</summary>
    public IReadOnlyList<StoredEvent> Stored { get; init; } = [];

    /// <summary>Event ids that each consumer group applied.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<Guid>> Inbox { get; init; } =
        new Dictionary<string, IReadOnlySet<Guid>>();
    public IReadOnlyList<DeadLetterRow> DeadLetters { get; init; } = [];

    /// <summary>What the dead letter topics hold, of any group.</summary>
    public IReadOnlyList<BuriedLetter> Buried { get; init; } = [];

    /// <summary>Topics whose dead letters Kafka still has from the first one on.</summary>
    public IReadOnlySet<string> WholeDeadLetterTopics { get; init; } = new HashSet<string>();

    /// <summary>How far each group's transactions have gone, and what it told Kafka.</summary>
    public IReadOnlyList<GroupPosition> Positions { get; init; } = [];

    /// <summary>
    /// Rows of the statistics, such as <c>hours 2026-11-20T11 concert 3</c>, and their numbers.
    /// </summary>
    public IReadOnlyDictionary<string, string> Statistics { get; init; } =
        new Dictionary<string, string>();

    /// <summary>Scores such as <c>all 3</c>; null while Redis has no whole rankings.</summary>
    public IReadOnlyDictionary<string, double>? Rankings { get; init; }

    /// <summary>The names of concerts that the rankings show, by id.</summary>
    public IReadOnlyDictionary<string, string> RankingNames { get; init; } =
        new Dictionary<string, string>();

    /// <summary>What clients asked and heard; null where nobody kept a journal.</summary>
    public IReadOnlyList<JournalEntry>? Journal { get; init; }

    /// <summary>
    /// How long it took until nothing was under way; null where the time ran out.
    /// </summary>
    public TimeSpan? DrainedAfter { get; init; }

    /// <summary>What was still under way when the time ran out.</summary>
    public IReadOnlyList<string> Undrained { get; init; } = [];

    /// <summary>
    /// Whether Kafka does not hold all events any more: retention took them, or this Kafka is not
    /// the first one and did not get them again.
    /// </summary>
    public bool LogIsCut =>
        Partitions.Any(p => p.IsCut) || Log.DistinctBy(r => r.Event.EventId).Count() < Events.Count;

    /// <summary>
    /// Every event once: of the log, and what is older than the log, of the event store.
    /// </summary>
    public IReadOnlyList<TopicEvent> Events =>
        _events ??= Once(
            Log.Select(r => r.Event).Concat(Stored.Where(IsBeyondLog).Select(s => s.Event))
        );

    /// <summary>Every event once, wherever a trace of it is.</summary>
    public IReadOnlyList<TopicEvent> Traces =>
        _traces ??= Once(
            Log.Select(r => r.Event)
                .Concat(Stored.Select(s => s.Event))
                .Concat(Outbox.Select(r => r.Event))
        );

    /// <summary>
    /// Keys that we publish under: strangers may write to our topics what they like.
    /// </summary>
    public IReadOnlySet<string> OwnKeys =>
        _ownKeys ??= new HashSet<string>(
            [
                .. Outbox.Select(r => r.Event.Key),
                .. Customers.Select(c => $"user-{c.Id}"),
                .. Reservations.Select(r => $"reservation-{r.Id}"),
                .. Payments.Select(p => $"payment-{p.Id}"),
                .. Concerts.Select(c => $"concert-{c.Id}"),
            ],
            StringComparer.Ordinal
        );

    /// <summary>
    /// Positions that say something: what Kafka alone knows may be left of a database before this
    /// one, until the groups have read everything anew.
    /// </summary>
    public IEnumerable<GroupPosition> ValidPositions =>
        Positions.Where(p => p.IsNoted || DrainedAfter is not null);

    /// <summary>Customers whose accounts are gone.</summary>
    public IReadOnlySet<long> Deleted =>
        Customers.Where(c => c.IsDeleted).Select(c => c.Id).ToHashSet();

    /// <summary>Whether Kafka cannot have the record any more that was stored.</summary>
    public bool IsBeyondLog(StoredEvent stored) =>
        !stored.IsOfThisLog
        || stored.Offset < Lows.GetValueOrDefault((stored.Event.Topic, stored.Partition));

    private Dictionary<(string Topic, int Partition), long> Lows =>
        _lows ??= Partitions.ToDictionary(p => (p.Topic, p.Partition), p => p.Low);

    private static IReadOnlyList<TopicEvent> Once(IEnumerable<TopicEvent> events) =>
        [
            .. events
                .DistinctBy(e => e.EventId)
                .OrderBy(e => e.Key, StringComparer.Ordinal)
                .ThenBy(e => e.Version),
        ];

    private IReadOnlyList<TopicEvent>? _events;
    private IReadOnlyList<TopicEvent>? _traces;
    private HashSet<string>? _ownKeys;
    private Dictionary<(string Topic, int Partition), long>? _lows;

    /// <summary>Copies must not share what was computed from the lists they replace.</summary>
    private History(History other)
    {
        Now = other.Now;
        PaymentExtension = other.PaymentExtension;
        Customers = other.Customers;
        Seats = other.Seats;
        Reservations = other.Reservations;
        Concerts = other.Concerts;
        Payments = other.Payments;
        Wallets = other.Wallets;
        WalletEntries = other.WalletEntries;
        HoldKeys = other.HoldKeys;
        PaymentKeys = other.PaymentKeys;
        Mails = other.Mails;
        Waitlist = other.Waitlist;
        CardOrders = other.CardOrders;
        HasOwnProvider = other.HasOwnProvider;
        Outbox = other.Outbox;
        Log = other.Log;
        Partitions = other.Partitions;
        Unreadable = other.Unreadable;
        Stored = other.Stored;
        Inbox = other.Inbox;
        DeadLetters = other.DeadLetters;
        Buried = other.Buried;
        WholeDeadLetterTopics = other.WholeDeadLetterTopics;
        Positions = other.Positions;
        Statistics = other.Statistics;
        Rankings = other.Rankings;
        RankingNames = other.RankingNames;
        Journal = other.Journal;
        DrainedAfter = other.DrainedAfter;
        Undrained = other.Undrained;
    }

    public History() { }
}
