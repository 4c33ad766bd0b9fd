using ConcertReservation.Host.Database;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>Settings that contradict each other stop the host at its start.</summary>
internal sealed class OptionsRulesTests
{
    [Test]
    public void what_is_set_by_default_goes_together()
    {
        new RelayOptionsRules().Validate(null, new RelayOptions()).Succeeded.ShouldBeTrue();
        new ConsumingOptionsRules().Validate(null, new ConsumingOptions()).Succeeded.ShouldBeTrue();
        Should.NotThrow(() => Database());
    }

    /// <summary>The promise: nothing waits for five seconds because one host is gone.</summary>
    [Test]
    public void by_default_a_relay_is_replaced_within_five_seconds()
    {
        var options = new RelayOptions();

        options.LongestTakeoverMilliseconds.ShouldBeLessThan(5_000);
        // Each of its parts counts: the next host's look at the lock, and at the outbox.
        new RelayOptions
        {
            RetryMilliseconds = options.RetryMilliseconds + 7,
        }.LongestTakeoverMilliseconds.ShouldBe(options.LongestTakeoverMilliseconds + 7);
        new RelayOptions
        {
            LockIdleMilliseconds = 10_000,
        }.LongestTakeoverMilliseconds.ShouldBeGreaterThan(10_000);
        new RelayOptions
        {
            YieldMilliseconds = 10_000,
        }.LongestTakeoverMilliseconds.ShouldBeGreaterThan(10_000);
    }

    [Test]
    public void a_relay_that_would_lose_its_lock_between_heartbeats_is_refused() =>
        new RelayOptionsRules()
            .Validate(null, new RelayOptions { HeartbeatMilliseconds = 2_000 })
            .FailureMessage!.ShouldContain("Relay:HeartbeatMilliseconds");

    [Test]
    public void a_waiting_host_that_would_be_cut_off_between_attempts_is_refused() =>
        new RelayOptionsRules()
            .Validate(null, new RelayOptions { RetryMilliseconds = 3_000 })
            .FailureMessage!.ShouldContain("Relay:RetryMilliseconds");

    [Test]
    public void a_member_that_one_late_heartbeat_would_cost_its_partitions_is_refused() =>
        new ConsumingOptionsRules()
            .Validate(null, new ConsumingOptions { SessionTimeoutMilliseconds = 8_000 })
            .FailureMessage!.ShouldContain("Kafka:Consuming:HeartbeatMilliseconds");

    [Test]
    public void a_dead_letter_that_its_transaction_would_not_live_to_see_is_refused() =>
        Should
            .Throw<OptionsValidationException>(() =>
                Database(("Kafka:Consuming:DeadLetterTimeoutMilliseconds", "9500"))
            )
            .Message.ShouldContain("Kafka:Consuming:DeadLetterTimeoutMilliseconds");

    private static DatabaseOptions Database(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
            )
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddDatabase();
        services.AddConsuming();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
    }
}
