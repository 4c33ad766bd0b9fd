using Npgsql;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>The event store comes no further, or refuses, while the rankings go on.</summary>
internal static class StalledEventStore
{
    /// <summary>Until disposed, reservations of the concert wait before they are stored.</summary>
    public static async Task<IAsyncDisposable> StallEventStoreAsync(
        this TestSystem system,
        ConcertOnSale concert
    )
    {
        // One that a pool got back would keep the lock.
        var turn = new NpgsqlConnection($"{system.Database.ConnectionString};Pooling=false");
        await turn.OpenAsync();
        await using var command = turn.CreateCommand();
        command.CommandText = $"SELECT pg_advisory_lock({concert.Id})";
        await command.ExecuteNonQueryAsync();
        var wait = $"PERFORM pg_advisory_xact_lock_shared({concert.Id})";
        await system.BeforeStoringAsync(concert, wait);
        return turn;
    }

    /// <summary>What happens before an event of the concert's reservations is stored.</summary>
    public static Task BeforeStoringAsync(
        this TestSystem system,
        ConcertOnSale concert,
        string statement
    ) =>
        system.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION data_platform.before_{concert.Id}() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN {statement}; RETURN NEW; END $f$;
            CREATE TRIGGER before_{concert.Id} BEFORE INSERT ON data_platform.events FOR EACH ROW
                WHEN (NEW.topic = 'reservation-events'
                    AND encode(NEW.body, 'escape') ~ '"concertId":{concert.Id}(?!\d)')
                EXECUTE FUNCTION data_platform.before_{concert.Id}();
            """
        );

    public static Task StoreAgainAsync(this TestSystem system, ConcertOnSale concert) =>
        system.Database.ExecuteAsync($"DROP FUNCTION data_platform.before_{concert.Id}() CASCADE");

    /// <summary>How often a host said that a rebuild waits for it.</summary>
    public static int Waits(this TestSystem system) =>
        system.Hosts.Sum(h => h.Log.Count("The rankings wait for the event store"));

    /// <summary>A rebuild waits for it now, or has done without.</summary>
    /// <param name="before">How often it had been said before.</param>
    public static Task RebuildWaitsOrIsDoneAsync(this TestSystem system, int before) =>
        Eventually.Until(
            "the rankings wait for the event store, or are built without it",
            async () =>
                system.Waits() > before
                || (await new Api(system.HostA).Get("/api/rankings/bookings")).IsSuccess
        );
}
