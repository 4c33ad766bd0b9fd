using ConcertReservation.Reservations;
using Npgsql;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>
/// A batch of holds is one transaction: what it decides by is locked, and all of it is there at
/// once.
/// </summary>
internal sealed class HoldTransactionTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [TearDown]
    public Task InvariantsAreKept() => Invariants.AreKeptAsync();

    [Test]
    public async Task a_seat_that_a_hold_takes_is_locked_against_the_batch_of_another_host()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var mina = NewCustomer();
        var command = new HoldCommand(
            mina,
            $"customer-{mina}@example.org",
            "key",
            new byte[32],
            concert.Id,
            concert.Seats(1),
            TraceParent: null
        );
        await using var otherHost = await DataSource.OpenConnectionAsync();
        var facts = await HoldBatch.LockAndReadAsync(otherHost, [command], Stop);

        var second = HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));
        await Eventually.Until(
            "the second waits for the seat, or has its answer",
            async () => second.IsCompleted || await WaitsForAsync(otherHost)
        );
        second.IsCompleted.ShouldBeFalse();

        var id = await Sql.ScalarAsync<long>("SELECT nextval('reservations.reservation_ids')");
        var decisions = new HoldDecisions(facts, () => id);
        decisions.Decide(command).ShouldBeOfType<HoldAnswer.Made>();
        await HoldBatch.WriteAndCommitAsync(otherHost, decisions.Holds, facts.Now, Stop);

        (await second).ShouldBeRefused(409, "seat-taken");
    }

    [Test]
    public async Task a_hold_is_there_no_sooner_than_its_key()
    {
        // It waits for the keys as long as this test needs.
        await using var host = await ReservationsHost.StartAsync(
            ConnectionString,
            ("Reservations:HoldLockTimeoutMilliseconds", "60000")
        );
        var concert = await GivenConcert.WithAsync(seats: 2);
        // To prepare its statements it needs all of their tables.
        (await host.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2))).ShouldBeCreated();
        var mina = NewCustomer();
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // They can be read meanwhile, but none can be added.
        await using var command = connection.CreateCommand();
        command.CommandText = "LOCK TABLE reservations.idempotency_keys IN SHARE MODE";
        await command.ExecuteNonQueryAsync();

        var hold = host.HoldAsync(mina, concert.Id, concert.Seats(1), "key");
        await Eventually.Until(
            "the hold waits to add its key",
            () => WaitsForAsync(connection, "INSERT INTO reservations.idempotency_keys%")
        );
        (
            await Sql.ScalarAsync<long>(
                "SELECT count(*) FROM reservations.reservations WHERE customer_id = $1",
                mina
            )
        ).ShouldBe(0);

        await transaction.CommitAsync();
        (await hold).ShouldBeCreated();
        var again = await HostA.HoldAsync(mina, concert.Id, concert.Seats(1), "key");
        again.ShouldBeCreated().IsReplay.ShouldBeTrue();
    }

    /// <param name="statement">What is waited with, as LIKE has it.</param>
    private static Task<bool> WaitsForAsync(NpgsqlConnection blocker, string statement = "%") =>
        Sql.ScalarAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM pg_stat_activity
                WHERE $1 = ANY (pg_blocking_pids(pid)) AND query LIKE $2)
            """,
            blocker.ProcessID,
            statement
        );
}
