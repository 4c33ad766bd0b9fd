using System.Net.Sockets;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Tests.Unit.Data;

public sealed class DatabaseFaultsTests
{
    private static IEnumerable<Exception> Away()
    {
        yield return new NpgsqlException("Gone.", new IOException());
        yield return new NpgsqlException("Slow.", new TimeoutException());
        yield return new SocketException((int)SocketError.HostNotFound);
        yield return Postgres("08006");
        yield return Postgres("25006");
        yield return Postgres("25P03");
        yield return Postgres("53100");
        yield return Postgres("53200");
        yield return Postgres("53300");
        yield return Postgres("57P01");
        yield return Postgres("57P05");
        yield return Postgres("58030");
        yield return new DbUpdateException("Not saved.", Postgres("57P03"));
        yield return new AggregateException(new FormatException(), Postgres("57P02"));
    }

    private static IEnumerable<Exception> Conflicts()
    {
        yield return Postgres("40001");
        yield return Postgres("40P01");
        yield return new DbUpdateException("Not saved.", Postgres("40P01"));
        // What Entity Framework makes of a deadlock in a query.
        yield return new InvalidOperationException("likely transient", Postgres("40P01"));
    }

    private static IEnumerable<Exception> Mistakes()
    {
        yield return new InvalidOperationException("No.");
        yield return new NpgsqlException("More than 65535 parameters.");
        yield return Postgres("23505");
        yield return Postgres("42P01");
        yield return Postgres("57014");
        yield return new DbUpdateException("Not saved.", Postgres("22P02"));
    }

    [TestCaseSource(nameof(Away))]
    public void a_database_that_cannot_serve_just_now_is_away(Exception exception)
    {
        DatabaseFaults.IsAway(exception).ShouldBeTrue();
        DatabaseFaults.IsConflict(exception).ShouldBeFalse();
        DatabaseFaults.IsPassing(exception).ShouldBeTrue();
    }

    [TestCaseSource(nameof(Conflicts))]
    public void transactions_in_each_others_way_are_a_conflict(Exception exception)
    {
        DatabaseFaults.IsConflict(exception).ShouldBeTrue();
        DatabaseFaults.IsAway(exception).ShouldBeFalse();
        DatabaseFaults.IsPassing(exception).ShouldBeTrue();
    }

    [Test]
    public void a_lock_that_was_not_to_be_had_in_time_passes()
    {
        var exception = new InvalidOperationException("likely transient", Postgres("55P03"));

        DatabaseFaults.IsLockTimeout(exception).ShouldBeTrue();
        DatabaseFaults.IsPassing(exception).ShouldBeTrue();
    }

    [TestCaseSource(nameof(Mistakes))]
    public void what_will_fail_again_does_not_pass(Exception exception) =>
        DatabaseFaults.IsPassing(exception).ShouldBeFalse();

    private static PostgresException Postgres(string state) => new("No.", "ERROR", "ERROR", state);
}
