using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>The sale at rest, as tables, Kafka and its readers have it.</summary>
internal sealed partial class RandomSale
{
    private void ComeToRest()
    {
        _now += StepTakes;
        foreach (var attempt in Unknown())
            Reconcile(attempt, hasMoney: _random.Next(2) == 0);
        foreach (var attempt in News())
            Consume(attempt);
        Sweep();
        foreach (var attempt in Open().Where(a => !a.Booking.IsLiveAt(_now)))
            Fail(attempt, "reservation-expired");
        foreach (var person in _people.Where(_ => _random.Next(4) == 0))
            Leave(person);
    }

    /// <summary>Deletes the account, where nothing is under way.</summary>
    private void Leave(Person person)
    {
        if (
            _bookings.Exists(b => b.Person == person && b.IsLiveAt(_now))
            || _attempts.Exists(a => a.Person == person && IsOpen(a))
        )
            return;

        if (person.Balance > 0)
            Enter(person, "FORFEIT", -person.Balance, null);
        var gone = new UserDeleted
        {
            OccurredAt = _now,
            UserId = person.Id,
            Email = person.Email,
            Language = person.Language,
        };
        Mail(Tell(gone, ++person.Version), person, "account-deleted");
        person.IsGone = true;
        _waiting.RemoveAll(w => w.UserId == person.Id);
    }

    private History Everything()
    {
        var topics = Topics.Partitions.Keys.ToDictionary(t => t, _ => _random.Next(1, 5));
        var (log, poison) = Log(topics);
        var letters = Letters(log, poison);
        var history = Tables(new History { Now = _now }) with
        {
            Outbox = [.. _told.Select((e, i) => new OutboxRow(i + 1, e, IsRelayed: true))],
            Log = log,
            Unreadable = poison,
            DeadLetters = letters,
            Buried = [.. letters.Select(BuriedHistory.Buried)],
            WholeDeadLetterTopics = Topics.Partitions.Keys.ToHashSet(),
            Partitions =
            [
                .. topics.SelectMany(t =>
                    Enumerable
                        .Range(0, t.Value)
                        .Select(p => new LogPartition(t.Key, p, 0, High(t.Key, p)))
                ),
            ],
            Stored =
            [
                .. log.DistinctBy(r => r.Event.EventId)
                    .Select(SmallSale.StoredFrom)
                    .Select(s => IsGone(s.Event.Person) ? ErasedHistory.Erased(s) : s),
            ],
            Inbox = ConsumerGroups.Topics.Keys.ToDictionary(
                g => g,
                g => (IReadOnlySet<Guid>)Applied(g, letters).ToHashSet()
            ),
            Mails =
            [
                .. _mails.Where(m => !letters.Exists(l => l.EventId == m.EventId)).Select(Kept),
            ],
            Waitlist = _waiting,
            Journal = _journal,
            DrainedAfter = TimeSpan.FromSeconds(1),
            RankingNames = _shows.ToDictionary(s => $"{s.Id}", s => s.Name),
        };
        history = history with
        {
            Positions =
            [
                .. ConsumerGroups.Topics.SelectMany(g =>
                    history
                        .Partitions.Where(p => g.Value.Contains(p.Topic) && p.High > 0)
                        .Select(p => new GroupPosition(
                            g.Key,
                            p.Topic,
                            p.Partition,
                            p.High,
                            Committed: _random.Next(3) == 0 ? null : p.High - _random.Next(2)
                        ))
                ),
            ],
        };
        var recount = new Recount(history);
        return history with { Rankings = recount.Rankings, Statistics = recount.Statistics };

        long High(string topic, int partition) =>
            log.Count(r => (r.Event.Topic, r.Partition) == (topic, partition))
            + poison.Count(r => (r.Topic, r.Partition) == (topic, partition));
    }

    /// <summary>
    /// Each key's events in order; some of a partition's come a second time, as after a relay's
    /// death; and at the end of some there is a record that is no event.
    /// </summary>
    private (List<LogRecord> Log, List<UnreadableRecord> Poison) Log(Dictionary<string, int> topics)
    {
        var log = new List<LogRecord>();
        var poison = new List<UnreadableRecord>();
        var partitions = _told.GroupBy(e =>
            (e.Topic, Partition: Murmur2.Partition(e.Key, topics[e.Topic]))
        );
        foreach (var partition in partitions)
        {
            var events = partition.ToList();
            var sent = _random.Next(events.Count + 1);
            var again = _random.Next(2) == 0 ? sent : _random.Next(sent + 1);
            List<TopicEvent> records =
            [
                .. events.Take(sent),
                .. events.Skip(again).Take(sent - again),
                .. events.Skip(sent),
            ];
            log.AddRange(records.Select((e, i) => new LogRecord(partition.Key.Partition, i, e)));
            if (_random.Next(5) == 0)
            {
                poison.Add(
                    new UnreadableRecord(
                        partition.Key.Topic,
                        partition.Key.Partition,
                        records.Count,
                        EventType: null,
                        "no JSON"
                    )
                );
            }
        }

        return (log, poison);
    }

    /// <summary>Poison is set aside by whoever reads it, and some event of a mail.</summary>
    private List<DeadLetterRow> Letters(List<LogRecord> log, List<UnreadableRecord> poison)
    {
        List<DeadLetterRow> letters =
        [
            .. poison.SelectMany(p =>
                ConsumerGroups
                    .Topics.Where(g => g.Value.Contains(p.Topic))
                    .Select(g => new DeadLetterRow(
                        g.Key,
                        p.Topic,
                        p.Partition,
                        p.Offset,
                        EventId: null,
                        IsOfThisLog: true
                    ))
            ),
            .. log.DistinctBy(r => r.Event.EventId)
                .Where(r =>
                    ConsumerGroups.Applies(ConsumerGroups.Notifications, r.Event.EventType)
                    && _random.Next(20) == 0
                )
                .Select(r => new DeadLetterRow(
                    ConsumerGroups.Notifications,
                    r.Event.Topic,
                    r.Partition,
                    r.Offset,
                    r.Event.EventId,
                    IsOfThisLog: true
                )),
        ];
        return [.. letters.Select((l, i) => l with { DeadAt = _now.AddMinutes(2 * i) })];
    }

    private IEnumerable<Guid> Applied(string group, List<DeadLetterRow> letters) =>
        _told
            .Where(e => ConsumerGroups.Applies(group, e.EventType))
            .Where(e => !letters.Exists(l => l.Group == group && l.EventId == e.EventId))
            .Select(e => e.EventId);

    private bool IsGone(long? person) => _people.Exists(p => p.Id == person && p.IsGone);

    private MailRow Kept(MailRow mail) =>
        IsGone(mail.UserId) ? mail with { Recipient = PersonalFields.ErasedEmail } : mail;

    private History Tables(History history) =>
        history with
        {
            Customers =
            [
                .. _people.Select(p => new CustomerRow(
                    p.Id,
                    p.IsGone ? $"{p.Id}@erased.invalid" : p.Email,
                    p.Language,
                    p.Version,
                    IsDeleted: p.IsGone,
                    IsErased: p.IsGone
                )),
            ],
            Concerts =
            [
                .. _shows.Select(s => new ConcertRow(
                    s.Id,
                    s.Chairs.Count,
                    s.Limit,
                    s.Sold,
                    s.Status,
                    s.Version
                )),
            ],
            Seats = [.. _shows.SelectMany(s => s.Chairs.Select(c => Row(s, c)))],
            Reservations = [.. _bookings.Select(Row)],
            Payments = [.. _attempts.Select(Row)],
            Wallets =
            [
                .. _people
                    .Where(p => _entries.Exists(e => e.CustomerId == p.Id))
                    .Select(p => new WalletRow(p.Id, p.Balance)),
            ],
            WalletEntries = _entries,
            HoldKeys = _holdKeys,
            PaymentKeys = _paymentKeys,
            HasOwnProvider = true,
            CardOrders =
            [
                .. _orders.Select(o => new CardOrder(
                    o.Key,
                    _attempts.Single(a => a.OrderId == o.Key).Booking.Amount,
                    o.Value
                )),
            ],
        };

    private static SeatRow Row(Show show, Chair chair) =>
        new(
            chair.Id,
            show.Id,
            chair.Section,
            chair.Price,
            chair.State,
            chair.Owner?.Id,
            chair.State == "held" ? chair.Owner!.HeldUntil : null
        );

    private static ReservationRow Row(Booking booking) =>
        new(
            booking.Id,
            booking.Show.Id,
            booking.Person.Id,
            [.. booking.Chairs.Select(c => c.Id)],
            booking.Amount,
            booking.Status,
            booking.CreatedAt,
            booking.HeldUntil,
            booking.Version,
            booking.PaidBy
        );

    private static PaymentRow Row(Attempt attempt) =>
        new(
            attempt.Id,
            attempt.Booking.Id,
            attempt.Person.Id,
            attempt.Booking.Amount,
            attempt.Method,
            attempt.Status,
            attempt.Version,
            attempt.StartedAt,
            attempt.OrderId
        );
}
