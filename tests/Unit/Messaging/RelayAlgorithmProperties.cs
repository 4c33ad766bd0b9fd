using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>
/// The relay's way through the outbox against a model of PostgreSQL: transactions that begin,
/// write, commit and roll back in any order, rows read in pages at fixed snapshots, and crashes
/// between a page and its recording.
/// </summary>
internal sealed class RelayAlgorithmProperties
{
    private const int Keys = 3;

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void every_committed_row_is_sent_and_each_key_in_order(int seed)
    {
        var random = new Random(seed);
        var outbox = new ModelOutbox();
        var relay = new ModelRelay(outbox, pageRows: random.Next(1, 4));
        for (var step = 0; step < 120; step++)
        {
            switch (random.Next(10))
            {
                case < 2:
                    outbox.Begin();
                    break;
                case < 5:
                    outbox.Write(random, random.Next(Keys));
                    break;
                case < 7:
                    outbox.End(random, commits: random.Next(5) > 0);
                    break;
                case < 9:
                    relay.SendPage(isRecorded: random.Next(4) > 0);
                    break;
                default:
                    relay.Crash();
                    break;
            }
        }

        while (outbox.HasOpen)
            outbox.End(random, commits: true);
        relay.SendRest();

        relay.Sent.Distinct().ShouldBe(outbox.Committed, ignoreOrder: true);
        foreach (var key in relay.Sent.Distinct().GroupBy(r => r.Key))
            key.Select(r => r.Seq).ShouldBeInOrder();
    }

    private sealed record Row(long Seq, ulong Transaction, int Key);

    /// <summary>
    /// Transactions with numbers in the order of beginning; a key is locked from write to end.
    /// </summary>
    private sealed class ModelOutbox
    {
        private readonly List<ulong> _open = [];
        private readonly List<Row> _uncommitted = [];
        private readonly List<Row> _committed = [];
        private ulong _nextTransaction = 3;
        private long _nextSeq = 1;

        public IReadOnlyList<Row> Committed => _committed;

        public bool HasOpen => _open.Count > 0;

        public void Begin() => _open.Add(_nextTransaction++);

        public void Write(Random random, int key)
        {
            if (_open.Count == 0)
                return;

            var transaction = _open[random.Next(_open.Count)];
            if (_uncommitted.Exists(r => r.Key == key && r.Transaction != transaction))
                return;

            _uncommitted.Add(new Row(_nextSeq++, transaction, key));
        }

        public void End(Random random, bool commits)
        {
            if (_open.Count == 0)
                return;

            var transaction = _open[random.Next(_open.Count)];
            _open.Remove(transaction);
            if (commits)
                _committed.AddRange(_uncommitted.Where(r => r.Transaction == transaction));
            _uncommitted.RemoveAll(r => r.Transaction == transaction);
        }

        public Snapshot Now()
        {
            var xmin = _open.Count > 0 ? _open.Min() : _nextTransaction;
            return Snapshot.Parse($"{xmin}:{_nextTransaction}:{string.Join(',', _open.Order())}");
        }
    }

    /// <summary>
    /// The statements of <c>OutboxReader</c> over the model, with the real position.
    /// </summary>
    private sealed class ModelRelay(ModelOutbox outbox, int pageRows)
    {
        private RelayPosition _recorded = RelayPosition.Start("model");
        private RelayPosition _position = RelayPosition.Start("model");

        public List<Row> Sent { get; } = [];

        public void Crash() => _position = _recorded;

        public void SendPage(bool isRecorded)
        {
            var due = Due(_position, out var opened);
            var page = due.Take(pageRows).ToArray();
            _position =
                page.Length < due.Count ? opened.Reached(page[^1].Seq) : opened.Closed(opened.To!);
            Sent.AddRange(page);
            if (isRecorded)
                _recorded = _position;
        }

        public void SendRest()
        {
            do
            {
                SendPage(isRecorded: true);
            } while (_position.To is not null || Due(_position, out _).Count > 0);
        }

        private List<Row> Due(RelayPosition position, out RelayPosition opened)
        {
            opened = position.To is null ? position.Opened(outbox.Now()) : position;
            var window = opened;
            return
            [
                .. outbox
                    .Committed.Where(r =>
                        IsShown(window.To!, r) && !IsShown(window.From, r) && r.Seq > window.LastSeq
                    )
                    .OrderBy(r => r.Seq),
            ];
        }

        private static bool IsShown(Snapshot snapshot, Row row) =>
            row.Transaction < snapshot.Xmax && !snapshot.InProgress.Contains(row.Transaction);
    }
}
