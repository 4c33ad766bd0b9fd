using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>An event as statistics need it.</summary>
/// <param name="Event">null where the catalogue does not know its type.</param>
internal sealed record CountedEvent(DomainEvent? Event, long Version)
{
    /// <exception cref="System.Text.Json.JsonException">
    /// An event of a known type is malformed.
    /// </exception>
    public static CountedEvent Read(string eventType, long version, ReadOnlySpan<byte> body) =>
        new(
            EventCatalogue.ByName.ContainsKey(eventType)
                ? EventCatalogue.Deserialize(eventType, body)
                : null,
            version
        );
}

/// <summary>
/// Brings a batch of events into the statistics, set-based: lock what is known of their
/// reservations, learn, write it back, and change the sums by the difference.
/// </summary>
internal static class Statistics
{
    /// <summary>Types that are not in the catalogue are stored, not counted.</summary>
    /// <param name="schema">Of the tables, as <see cref="StatisticsTables"/> names it.</param>
    public static async Task ApplyAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<CountedEvent> batch,
        CancellationToken stop
    )
    {
        var events = batch
            .Where(e => e.Event is not null)
            .Select(e => (Event: e.Event!, e.Version))
            .ToList();

        await LearnCustomersAsync(work, schema, [.. events.Select(e => e.Event)], stop);
        await LearnConcertsAsync(work, schema, events, stop);
        await PaymentTable.LearnAsync(work, schema, events.Select(e => e.Event), stop);
        await LearnReservationsAsync(work, schema, events, stop);
    }

    private static async Task LearnCustomersAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<DomainEvent> events,
        CancellationToken stop
    )
    {
        var customers = events.OfType<UserSignedUp>().Select(e => e.UserId).Order().ToArray();
        if (customers.Length == 0)
            return;

        await using var command = new NpgsqlCommand(
            $"INSERT INTO {schema}.customers SELECT unnest($1) ON CONFLICT DO NOTHING",
            work.Connection
        );
        command.Parameters.AddArray(customers);
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task LearnConcertsAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<(DomainEvent Event, long Version)> events,
        CancellationToken stop
    )
    {
        var told = events
            .Where(e => e.Event is ConcertEvent)
            .Select(e => (Event: (ConcertEvent)e.Event, e.Version))
            .ToLookup(e => e.Event.ConcertId);
        if (told.Count == 0)
            return;

        var concerts = await ConcertTable.LockAsync(work, schema, told.Select(c => c.Key), stop);
        foreach (var concert in concerts)
        {
            foreach (var (happened, version) in told[concert.ConcertId])
                concert.Learn(happened, version);
        }

        await ConcertTable.WriteAsync(work, schema, concerts, stop);
    }

    private static async Task LearnReservationsAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<(DomainEvent Event, long Version)> events,
        CancellationToken stop
    )
    {
        var told = events
            .Where(e => e.Event is ReservationEvent)
            .Select(e => (Event: (ReservationEvent)e.Event, e.Version))
            .ToLookup(e => e.Event.ReservationId);
        var fresh = told.Select(r =>
                r.Select(e => ReservationFacts.From(e.Event)).FirstOrDefault(f => f is not null)
            )
            .OfType<ReservationFacts>()
            .ToList();
        if (fresh.Count == 0)
            return;

        var change = new StatisticsChange();
        var reservations = await ReservationTable.LockAsync(work, schema, fresh, stop);
        foreach (var reservation in reservations)
        {
            change.TakeAway(reservation);
            foreach (var (happened, version) in told[reservation.ReservationId])
                reservation.Learn(happened, version);
            change.Add(reservation);
        }

        await ReservationTable.WriteAsync(work, schema, reservations, stop);
        await SumTables.ChangeAsync(work, schema, change, stop);
    }
}
