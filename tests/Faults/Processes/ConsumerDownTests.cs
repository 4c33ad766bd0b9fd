using ConcertReservation.Contracts;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// A consumer group applies nothing for the whole of a sale, and for longer than a session lasts;
/// then it catches up.
/// </summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class ConsumerDownTests
{
    private const int Customers = 15;

    /// <summary>Without this group nothing that is paid becomes a sale.</summary>
    private const string Seller = "reservation-service";

    private static readonly TimeSpan Longer = TimeSpan.FromSeconds(8);

    private FaultSystem _system = null!;
    private HostProcess _host = null!;

    public static IEnumerable<string> Groups() => GroupCatalogue.All.Select(g => g.Name);

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await FaultSystem.StartAsync();
        _host = await _system.StartHostAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCaseSource(nameof(Groups))]
    public async Task who_was_down_for_a_whole_sale_catches_up(string group)
    {
        var crowd = await Crowd.GatherAsync(_system, Customers);
        await TakeDownAsync(group);
        var (applied, since) = (await AppliedAsync(group), await _system.NowAsync());

        crowd.StartBuying();
        await Eventually.Until(
            $"{group} has had work for {Longer.TotalSeconds} s, and the host says it does none",
            async () => await HasHadWorkAsync(group, since) && await IsStoppedAsync(group)
        );
        if (group != Seller)
            await crowd.WaitUntilSoldOutAsync();
        (await AppliedAsync(group)).ShouldBe(applied);
        await BringUpAsync();

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
        (await AppliedAsync(group)).ShouldBeGreaterThan(applied);
    }

    /// <summary>The database refuses what each of its batches begins with.</summary>
    private Task TakeDownAsync(string group) =>
        _system.Database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION refuse_batch() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                RAISE EXCEPTION '% is down', NEW.consumer_group;
            END $body$;
            CREATE TRIGGER refuse_batch BEFORE INSERT OR UPDATE ON messaging.consumer_positions
                FOR EACH ROW WHEN (NEW.consumer_group = '{group}')
                EXECUTE FUNCTION refuse_batch();
            """
        );

    private Task BringUpAsync() =>
        _system.Database.ExecuteAsync("DROP TRIGGER refuse_batch ON messaging.consumer_positions");

    /// <summary>An event that it has to apply has waited for so long.</summary>
    private Task<bool> HasHadWorkAsync(string group, DateTime since) =>
        _system.Database.ScalarAsync<bool>(
            """
            SELECT EXISTS (
                SELECT FROM messaging.outbox
                WHERE event_type = ANY ($1) AND created_at > $2
                    AND created_at < clock_timestamp() - $3::interval)
            """,
            GroupCatalogue.All.Single(g => g.Name == group).Events,
            since,
            Longer
        );

    private async Task<bool> IsStoppedAsync(string group) =>
        await Scrape.SumAsync(_host, "kafka_consumer_stopped", $"group=\"{group}\"") == 1;

    private Task<long> AppliedAsync(string group) =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
            WHERE consumer_group = $1
            """,
            group
        );
}
