using ConcertReservation.Contracts;
using ConcertReservation.Reservations;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// What the holds are compared with: PostgreSQL's own load generator that writes the same rows
/// into the same tables, one hold a transaction. It has no sign-in, no Idempotency-Key, no ticket
/// limit and no HTTP. Its tables are emptied before each round.
/// </summary>
internal sealed class HoldPeers : IAsyncDisposable
{
    /// <summary>More than a round takes.</summary>
    private const int Seats = 200_000;

    private const string FillSql = """
        TRUNCATE reservations.seats, reservations.reservations, messaging.outbox;
        INSERT INTO reservations.seats (id, concert_id, section, row_number, seat_number, price)
        SELECT n, 1, 1, n / 500 + 1, n % 500 + 1, 154000 FROM generate_series(0, $1 - 1) n
        """;

    private static readonly int[] Clients = [16, 32, 64, 128];
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(2);

    private readonly BenchDatabase _database;
    private readonly string _folder;

    private HoldPeers(BenchDatabase database, string folder)
    {
        (_database, _folder) = (database, folder);
        Statements = Peer("statements");
        OneStatement = Peer("one-statement");
    }

    /// <summary>The transaction of single statements.</summary>
    public Script Statements { get; }

    /// <summary>One statement of common table expressions.</summary>
    public Script OneStatement { get; }

    /// <summary>Tables as the hosts make them.</summary>
    public static async Task<HoldPeers> CreateAsync(OnSaleSystem system, CancellationToken stop)
    {
        var server = system.Database.ConnectionString;
        var database = await BenchDatabase.CreateAsync(server, stop);
        await BenchHost.MigrateAsync(
            database,
            system.Topics,
            s => new ReservationsModule().AddServices(s),
            stop
        );
        return new HoldPeers(database, system.Folder);
    }

    /// <summary>Tries which number of clients makes the most of this machine.</summary>
    public async Task FindClientsAsync(Script script, CancellationToken stop)
    {
        var best = 0.0;
        foreach (var clients in Clients)
        {
            var perSecond = await RunAsync(script with { Clients = clients }, Trial, stop);
            if (perSecond <= best)
                continue;

            best = perSecond;
            script.Clients = clients;
        }
    }

    /// <returns>Holds a second.</returns>
    /// <exception cref="InvalidOperationException">A hold is missing.</exception>
    public async Task<double> RunAsync(Script script, TimeSpan time, CancellationToken stop)
    {
        await FillAsync(stop);
        var (transactions, perSecond) = await Pgbench.RunAsync(
            _database.ConnectionString,
            script.File,
            script.Clients,
            time,
            stop
        );
        var held = await _database.ScalarAsync<long>(
            """
            SELECT least(
                (SELECT count(*) FROM reservations.seats WHERE state = 'held'),
                (SELECT count(*) FROM reservations.reservations),
                (SELECT count(*) FROM messaging.outbox))
            """,
            stop
        );
        return held == transactions
            ? perSecond
            : throw new InvalidOperationException(
                $"{script.File}: {transactions} transactions made {held} holds."
            );
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task FillAsync(CancellationToken stop)
    {
        var fill = FillSql.Replace("$1", $"{Seats}", StringComparison.Ordinal);
        await _database.ExecuteAsync(fill, stop);
        await _database.ExecuteAsync("VACUUM (ANALYZE) reservations.seats", stop);
        await _database.ExecuteAsync("CHECKPOINT", stop);
    }

    /// <summary>The script with the body of a real event in it, as bytea is written.</summary>
    private Script Peer(string name)
    {
        var from = Path.Combine(AppContext.BaseDirectory, "Holds", $"{name}.sql");
        var file = Path.Combine(_folder, $"{name}.sql");
        var body = EventCatalogue.Serialize(Event());
        var text = File.ReadAllText(from)
            .Replace("{{body}}", $"\\x{Convert.ToHexStringLower(body)}", StringComparison.Ordinal);
        File.WriteAllText(file, text);
        return new Script(file);
    }

    private static ReservationCreated Event()
    {
        var now = DateTimeOffset.UtcNow;
        return new ReservationCreated
        {
            OccurredAt = now,
            Version = 1,
            ReservationId = 100_000,
            UserId = 100_000,
            ConcertId = 10,
            SeatId = 1_000_000,
            SeatIds = [1_000_000],
            Amount = new Money(154_000),
            UserEmail = "customer-100000@bench.example",
            Language = Languages.Korean,
            ConcertName = "First snow",
            HeldUntil = now.AddMinutes(15),
        };
    }

    /// <param name="File">For pgbench.</param>
    internal sealed record Script(string File)
    {
        /// <summary>At a time.</summary>
        public int Clients { get; set; } = 32;
    }
}
