using System.Globalization;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>How long events took, told in the test's output; no test depends on it.</summary>
internal static class Delays
{
    /// <summary>
    /// Of those committed since a time: from the commit to the event store. Before anybody advances
    /// the clock.
    /// </summary>
    public static async Task TellAsync(this FaultSystem system, string what, DateTime since)
    {
        const string AreStored = """
            SELECT NOT EXISTS (SELECT FROM messaging.outbox AS o WHERE created_at < $1
                AND NOT EXISTS (
                    SELECT FROM data_platform.events AS e WHERE e.event_id = o.event_id))
            """;
        var until = await system.NowAsync();
        await Eventually.Until(
            "the event store has every event so far",
            () => system.Database.ScalarAsync<bool>(AreStored, until)
        );
        var seconds = await system.Database.ScalarAsync<double>(
            """
            SELECT coalesce(max(extract(epoch FROM e.received_at - o.created_at)), 0)::float8
            FROM messaging.outbox AS o JOIN data_platform.events AS e USING (event_id)
            WHERE o.created_at >= $1
            """,
            since
        );
        TestContext.Progress.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: the longest delay of an event was {seconds:0.0} s"
            )
        );
    }

    /// <summary>As the database has it.</summary>
    public static Task<DateTime> NowAsync(this FaultSystem system) =>
        system.Database.ScalarAsync<DateTime>("SELECT clock_timestamp()");
}
