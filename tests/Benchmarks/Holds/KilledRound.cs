using System.Text.Json.Nodes;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// A round in which host and database are killed: every hold that was answered with 201 before is
/// there after the database has recovered, and its key finds the same answer.
/// </summary>
internal sealed class KilledRound
{
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan KillAfter = TimeSpan.FromSeconds(2.5);

    private readonly IReadOnlyList<JournalEntry> _journal;

    private KilledRound(IReadOnlyList<JournalEntry> journal) => _journal = journal;

    /// <summary>The database is up again on return, the host is not.</summary>
    public static async Task<KilledRound> RunAsync(
        OnSaleSystem system,
        OwnPostgres postgres,
        HostProcess host,
        HoldLoad load,
        CancellationToken stop
    )
    {
        var log = Path.Combine(system.Folder, "answers.txt");
        var first = load.Taken;
        var running = load.RunAsync(host, RoundTime, stop, log);
        await UntilAnsweredAsync(log, stop);
        await Waiting.PauseAsync(KillAfter, stop);
        host.Kill();
        postgres.Kill();
        await running;
        await postgres.StartAgainAsync(stop);
        system.Database.DataSource.Clear();
        return new KilledRound(Read(log, load.BySeat(first)));
    }

    /// <summary>With a host that relays.</summary>
    public async Task<IReadOnlyList<Check>> CheckAsync(OnSaleSystem system, CancellationToken stop)
    {
        var there = await ThereAsync(system.Database, stop);
        var lost = _journal.Where(e => !there.Contains((e.CustomerId, e.Key!, e.Body!))).ToList();
        return
        [
            new Check(
                "holds answered with 201 before a kill -9 of all, and there: "
                    + Numbers.Short(_journal.Count - lost.Count),
                _journal.Count == 0
                    ? ["none was answered"]
                    : [.. lost.Take(5).Select(e => $"lost: {e.Body}")]
            ),
            await system.VerifyAsync(_journal, stop),
        ];
    }

    private static Task UntilAnsweredAsync(string log, CancellationToken stop) =>
        Waiting.UntilAsync(
            "the first holds are answered",
            () => Task.FromResult(new FileInfo(log) is { Exists: true, Length: > 0 }),
            TimeSpan.FromSeconds(30),
            stop
        );

    private static async Task<HashSet<(long, string, string)>> ThereAsync(
        BenchDatabase database,
        CancellationToken stop
    )
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT k.customer_id, k.key, convert_from(k.response, 'UTF8')
            FROM reservations.idempotency_keys k
            JOIN reservations.reservations r ON r.id = k.reservation_id
            JOIN reservations.seats s ON s.id = r.seat_ids[1] AND s.reservation_id = r.id
            """
        );
        var there = new HashSet<(long, string, string)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            there.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
        return there;
    }

    /// <remarks>wrk writes whole answers alone: what it has not read was not answered.</remarks>
    private static List<JournalEntry> Read(
        string log,
        IReadOnlyDictionary<long, HoldRequest> bySeat
    )
    {
        var now = DateTimeOffset.UtcNow;
        var entries = new List<JournalEntry>();
        foreach (var body in File.ReadLines(log))
        {
            var seat = JsonNode.Parse(body)!["seatIds"]![0]!.GetValue<long>();
            var hold = bySeat[seat];
            entries.Add(
                new JournalEntry(
                    now,
                    hold.Customer.Id,
                    "hold",
                    hold.Key,
                    Target: null,
                    hold.Body,
                    Status: 201,
                    body,
                    Milliseconds: 0
                )
            );
        }

        return entries;
    }
}
