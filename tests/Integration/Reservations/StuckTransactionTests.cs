using ConcertReservation.Reservations;
using Npgsql;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>A transaction of another host stands still, with locks that holds need.</summary>
internal sealed class StuckTransactionTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(30);

    private NpgsqlConnection _stuck = null!;
    private NpgsqlTransaction _transaction = null!;

    [SetUp]
    public async Task BeginAsync()
    {
        _stuck = await DataSource.OpenConnectionAsync();
        _transaction = await _stuck.BeginTransactionAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _transaction.DisposeAsync();
        await _stuck.DisposeAsync();
    }

    [Test]
    public async Task only_those_who_need_its_locks_wait_and_they_get_theirs_when_it_ends()
    {
        await using var host = await ReservationsHost.StartAsync(
            ConnectionString,
            ("Reservations:HoldPatienceMilliseconds", "60000")
        );
        var concert = await GivenConcert.WithAsync(seats: 40);
        var mina = NewCustomer();
        await LocksAsync($"SELECT pg_advisory_xact_lock(727002, {mina})");
        await LocksAsync($"SELECT FROM reservations.seats WHERE id = {concert.Seat(1)} FOR UPDATE");

        var ofTheCustomer = host.HoldAsync(mina, concert.Id, concert.Seats(2));
        var ofTheSeat = host.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));
        var others = Enumerable
            .Range(3, 30)
            .Select(i => host.HoldAsync(NewCustomer(), concert.Id, concert.Seats(i)));

        (await Task.WhenAll(others).WaitAsync(AtOnce)).ShouldAllBe(a => a.IsCreated);
        ofTheCustomer.IsCompleted.ShouldBeFalse();
        ofTheSeat.IsCompleted.ShouldBeFalse();

        await _transaction.CommitAsync();
        (await ofTheCustomer).ShouldBeCreated();
        (await ofTheSeat).ShouldBeCreated();
    }

    [Test]
    public async Task who_waits_too_long_is_told_to_come_again()
    {
        await using var host = await ReservationsHost.StartAsync(
            ConnectionString,
            ("Reservations:HoldLockTimeoutMilliseconds", "50"),
            ("Reservations:HoldPatienceMilliseconds", "200")
        );
        var concert = await GivenConcert.WithAsync(seats: 3);
        var mina = NewCustomer();
        await LocksAsync($"SELECT pg_advisory_xact_lock(727002, {mina})");
        await LocksAsync($"SELECT FROM reservations.seats WHERE id = {concert.Seat(1)} FOR UPDATE");

        var ofTheCustomer = host.HoldAsync(mina, concert.Id, concert.Seats(2));
        var ofTheSeat = host.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1, 3));

        (await ofTheCustomer).ShouldBeRefused(409, "idempotency-key-in-use");
        (await ofTheSeat).ShouldBeRefused(503, "overloaded").RetryAfter.ShouldNotBeNull();
        (await host.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2, 3))).ShouldBeCreated();
    }

    [Test]
    public async Task a_host_that_stops_answers_those_who_wait()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        await LocksAsync($"SELECT FROM reservations.seats WHERE id = {concert.Seat(1)} FOR UPDATE");
        Task<HoldAnswer> waiting;
        await using (
            var host = await ReservationsHost.StartAsync(
                ConnectionString,
                ("Reservations:HoldLockTimeoutMilliseconds", "50"),
                ("Reservations:HoldPatienceMilliseconds", "1000")
            )
        )
        {
            waiting = host.Enqueue(
                new HoldCommand(
                    NewCustomer(),
                    "mina@example.org",
                    "key",
                    new byte[32],
                    concert.Id,
                    concert.Seats(1),
                    TraceParent: null
                )
            );
            await Eventually.Until(
                "the hold waits for the seat",
                () =>
                    Sql.ScalarAsync<bool>(
                        $"""
                        SELECT EXISTS (SELECT FROM pg_stat_activity
                            WHERE {_stuck.ProcessID} = ANY (pg_blocking_pids(pid)))
                        """
                    )
            );
        }

        (await waiting).ShouldBeOfType<HoldAnswer.Refused>().Problem.Status.ShouldBe(503);
    }

    private async Task LocksAsync(string sql)
    {
        await using var command = _stuck.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
