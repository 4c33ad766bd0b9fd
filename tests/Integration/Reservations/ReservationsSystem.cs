using Npgsql;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>Two hosts of the module on one database that exists for these tests only.</summary>
[SetUpFixture]
[Parallelizable]
[SingleThreaded]
internal sealed class ReservationsSystem
{
    private static TestDatabase? _database;
    private static readonly (string, string) Soon = ("Reservations:IdempotencySweepSeconds", "1");
    private static long _lastConcert;
    private static long _lastCustomer;

    public static ReservationsHost HostA { get; private set; } = null!;
    public static ReservationsHost HostB { get; private set; } = null!;
    public static NpgsqlDataSource DataSource => _database!.DataSource;
    public static string ConnectionString => _database!.ConnectionString;

    public static long NewCustomer() => Interlocked.Increment(ref _lastCustomer);

    public static long NewConcert() => Interlocked.Increment(ref _lastConcert);

    /// <summary>The hosts in turn.</summary>
    public static ReservationsHost HostOf(int number) => number % 2 == 0 ? HostA : HostB;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync("reservations");
        HostA = await ReservationsHost.StartAsync(ConnectionString, Soon);
        HostB = await ReservationsHost.StartAsync(ConnectionString, Soon);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_database is null)
            return;

        await HostA.DisposeAsync();
        await HostB.DisposeAsync();
        await _database.DisposeAsync();
    }
}
