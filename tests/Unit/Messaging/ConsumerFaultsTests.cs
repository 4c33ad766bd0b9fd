using System.Net.Sockets;
using ConcertReservation.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Tests.Unit.Messaging;

public sealed class ConsumerFaultsTests
{
    private static readonly ConsumerFaults Faults = new([]);

    private static IEnumerable<Exception> Outages()
    {
        yield return new TimeoutException();
        yield return new SocketException((int)SocketError.ConnectionRefused);
        yield return new HttpRequestException("No.", new SocketException());
        yield return new NpgsqlException("Gone.", new IOException());
        yield return Postgres("57P01");
        yield return Postgres("25P03");
        yield return Postgres("53300");
        yield return new DbUpdateException("Not saved.", Postgres("57P03"));
        yield return new InboxUnavailableException(Postgres("23514"));
        // No partition for a row: of the outbox, say, whose upkeep failed for days.
        yield return new DbUpdateException("Not saved.", Postgres("23514"));
        yield return Postgres("57014");
        yield return new AggregateException(
            new InvalidOperationException(),
            new TimeoutException()
        );
    }

    private static IEnumerable<Exception> Conflicts()
    {
        yield return Postgres("40P01");
        yield return Postgres("40001");
        yield return new DbUpdateException("Not saved.", Postgres("40P01"));
        yield return new InboxUnavailableException(Postgres("40P01"));
    }

    private static IEnumerable<Exception> Poison()
    {
        yield return new InvalidOperationException("No.");
        yield return new InvalidOperationException("No.", new FormatException());
        yield return Postgres("23505");
        yield return Postgres("23514", constraint: "amount_is_positive");
        yield return new DbUpdateException("Not saved.", Postgres("22P02"));
    }

    [TestCaseSource(nameof(Outages))]
    public void an_outage_is_nobodys_fault(Exception exception) =>
        Faults.KindOf(exception).ShouldBe(FaultKind.Outage);

    [TestCaseSource(nameof(Conflicts))]
    public void a_conflict_is_tried_again(Exception exception) =>
        Faults.KindOf(exception).ShouldBe(FaultKind.Conflict);

    [TestCaseSource(nameof(Poison))]
    public void anything_else_is_the_events_fault(Exception exception) =>
        Faults.KindOf(exception).ShouldBe(FaultKind.Poison);

    private static PostgresException Postgres(string state, string? constraint = null) =>
        new("No.", "ERROR", "ERROR", state, constraintName: constraint);
}
