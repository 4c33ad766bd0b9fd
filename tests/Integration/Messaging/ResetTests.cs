using System.Net;
using ConcertReservation.Contracts;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>A group that is set back reads again, and applies only what it has not.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ResetTests
{
    [Test]
    public async Task a_group_set_back_applies_what_it_had_not_and_nothing_twice()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await system.PaidAsync(1..300);
        await system.SettledAsync(Topics.Payments, records: 300);
        await LoseAsync(system, below: 51);

        await host.Resets.ResetAsync(ConsumingHost.Group, null, "the tests", default);

        await DoneAsync(host, records: 300);
        await system.EffectsShouldBeAsync(1..300);
        await Eventually.Until("the inbox met the others", () => host.Duplicates == 250);
        await system.PaidAsync(301..310);
        await system.AppliedAsync(310);
        await system.EffectsShouldBeAsync(1..310);
    }

    [Test]
    [Category("Long")]
    public async Task all_hosts_of_a_group_follow_a_reset_that_one_was_asked_for()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        var second = await system.StartHostAsync();
        await Eventually.Until(
            "both have partitions",
            () => first.Partitions.Count > 0 && second.Partitions.Count > 0,
            TimeSpan.FromSeconds(60)
        );
        await system.PaidAsync(1..200);
        await system.SettledAsync(Topics.Payments, records: 200);
        await LoseAsync(system, below: 201);

        await second.Resets.ResetAsync(ConsumingHost.Group, null, "the tests", default);

        await DoneAsync(first, records: 200);
        await system.EffectsShouldBeAsync(1..200);
    }

    [Test]
    [Category("Long")]
    public async Task a_host_that_ends_while_it_reads_again_leaves_the_rest_to_the_next()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync(
            ("Kafka:Consuming:BatchRecords", "10"),
            ("Kafka:Consuming:DrainMilliseconds", "200")
        );
        await system.PaidAsync(1..300);
        await system.SettledAsync(Topics.Payments, records: 300);
        await LoseAsync(system, below: 301);
        var payments = 0;
        var never = new TaskCompletionSource();
        // The rest waits until it is rolled back.
        first.Script.OnPayment = (_, stop) =>
            Interlocked.Increment(ref payments) > 150
                ? never.Task.WaitAsync(stop)
                : Task.CompletedTask;

        await first.Resets.ResetAsync(ConsumingHost.Group, null, "the tests", default);
        await Eventually.Until("it is in the midst", () => payments > 150);
        await first.StopAsync();
        var half = await ReadAsync(system);
        half.ShouldBeInRange(1, 299);

        var second = await system.StartHostAsync();
        await DoneAsync(second, records: 300);
        await system.EffectsShouldBeAsync(1..300);
        second.Duplicates.ShouldBe(0, "what was read again before is not read once more");
    }

    /// <summary>They once collided on the keys of what is to be read again.</summary>
    [Test]
    [Category("Long")]
    public async Task resets_at_once_take_turns_and_the_last_one_holds()
    {
        const int Rounds = 25;
        const int AtOnce = 4;
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await system.PaidAsync(1..100);
        await system.SettledAsync(Topics.Payments, records: 100);

        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, AtOnce)
                    .Select(_ =>
                        host.Resets.ResetAsync(ConsumingHost.Group, null, "the tests", default)
                    )
            );
        }

        (await system.ListAsync<int>("SELECT number FROM messaging.consumer_resets")).ShouldBe([
            Rounds * AtOnce,
        ]);
        await DoneAsync(host, records: 100);
        await system.EffectsShouldBeAsync(1..100);
    }

    [Test]
    [Category("Long")]
    public async Task an_operator_sets_a_group_back_to_a_time_and_nobody_hears_anything_twice()
    {
        await using var system = await TestSystem.StartAsync();
        var caller = await Integration.Given.TheOperator(system);
        const int Before = 12;
        await Integration.Given.Customers(Before, system);
        await Eventually.Until(
            "the event store has those who came before",
            async () =>
                await system.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM data_platform.events WHERE event_type = 'USER_SIGNED_UP'"
                ) >= Before
        );
        var mina = await Integration.Given.ACustomer(system);
        await Eventually.Until("she is welcome", () => system.Mails.To(mina.Email).Count == 1);
        var since = await Eventually.Value(
            "the event store has her sign-up",
            async () =>
                (
                    await system.Database.ReadAsync<DateTime>(
                        "SELECT appended_at FROM data_platform.events WHERE key = $1",
                        $"user-{mina.Id}"
                    )
                )
                    .Cast<DateTime?>()
                    .SingleOrDefault()
                    is { } at
                    ? new DateTimeOffset(at).ToString("O")
                    : null
        );
        var jisoo = await Integration.Given.ACustomer(system);
        await Eventually.Until("he is, too", () => system.Mails.To(jisoo.Email).Count == 1);

        const string Path = "/api/ops/consumers/notification-service/reset";
        var accepted = await caller.Api.Post(Path, new { to = since });

        accepted.ShouldBe(HttpStatusCode.Accepted);
        accepted["records"].GetInt64().ShouldBeInRange(2, Before - 1, "not from the start");
        accepted.Headers["Location"].ShouldBe(Path);
        var done = await Eventually.Becomes(
            "all is read again",
            () => caller.Api.Get(Path),
            seen => seen["state"].GetString() == "done",
            TimeSpan.FromSeconds(60)
        );
        done["read"].GetInt64().ShouldBe(done["records"].GetInt64());
        var last = await Integration.Given.ACustomer(system);
        await Eventually.Until("mails go on", () => system.Mails.To(last.Email).Count == 1);
        system.Mails.To(mina.Email).Count.ShouldBe(1);
        system.Mails.To(jisoo.Email).Count.ShouldBe(1);
    }

    /// <summary>The new one got everything again, at places that nobody noted.</summary>
    [Test]
    [Category("Long")]
    public async Task a_time_of_the_embedded_kafka_before_is_found_in_the_new_one()
    {
        using var before = EmbeddedKafka.Start();
        await using var entrance = new KafkaEntrance(before.BootstrapServers);
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:BootstrapServers"] = entrance.Address,
                    ["Kafka:Prefix"] = "",
                },
            }
        );
        var since = TimeProvider.System.GetUtcNow();
        var mina = await Integration.Given.ACustomer(system);
        await IsStoredAsync(mina);

        before.Dispose();
        using var now = EmbeddedKafka.Start();
        await entrance.LeadToAsync(now.BootstrapServers);
        await IsStoredAsync(await Integration.Given.ACustomer(system));
        var caller = await Integration.Given.TheOperator(system);
        var reset = await caller.Api.Post(
            "/api/ops/consumers/notification-service/reset",
            new { to = since.ToString("O") }
        );

        // The operator's sign-up, too: whatever is in the topic.
        reset.ShouldBe(HttpStatusCode.Accepted)["records"].GetInt64().ShouldBe(3);

        Task IsStoredAsync(Persona who) =>
            Eventually.Until(
                "the event store has the sign-up",
                () =>
                    system.Database.ScalarAsync<bool>(
                        "SELECT EXISTS (SELECT FROM data_platform.events WHERE key = $1)",
                        $"user-{who.Id}"
                    ),
                TimeSpan.FromSeconds(60)
            );
    }

    /// <summary>
    /// To brokers a millisecond before 1970 is the end of a log, and most times before that are
    /// nothing that they know: it looked as if Kafka were away.
    /// </summary>
    [Test]
    [Category("Long")]
    public async Task a_time_before_every_record_is_the_start()
    {
        await using var system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var caller = await Integration.Given.TheOperator(system);
        await Http.Tables.SettledAsync(system);

        foreach (var to in new[] { "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z" })
        {
            var reset = await caller.Api.Post(
                "/api/ops/consumers/notification-service/reset",
                new { to }
            );

            reset.ShouldBe(HttpStatusCode.Accepted)["records"].GetInt64().ShouldBePositive();
        }
    }

    [TestCase("notification-service", "yesterday", HttpStatusCode.BadRequest, "validation")]
    [TestCase(
        "notification-service",
        "2026-11-20T11:00:00",
        HttpStatusCode.BadRequest,
        "validation"
    )]
    [TestCase("notification-service", "", HttpStatusCode.BadRequest, "validation")]
    [TestCase("nobody", "start", HttpStatusCode.NotFound, "not-found")]
    public async Task a_reset_that_cannot_be_is_refused(
        string group,
        string to,
        HttpStatusCode status,
        string problem
    )
    {
        var caller = await Integration.Given.TheOperator();

        var answer = await caller.Api.Post($"/api/ops/consumers/{group}/reset", new { to });

        answer.ShouldBe(status, problem, status == HttpStatusCode.BadRequest ? "to" : "group");
    }

    /// <summary>
    /// As if the group had never seen these: without effect, and not in the inbox.
    /// </summary>
    private static async Task LoseAsync(ConsumingSystem system, int below)
    {
        await system.ExecuteAsync(
            $"""
            DELETE FROM messaging.inbox WHERE event_id IN (
                SELECT event_id FROM effects WHERE payment_id < {below});
            DELETE FROM effects WHERE payment_id < {below};
            """
        );
    }

    private static Task DoneAsync(ConsumingHost host, long records) =>
        Eventually.Becomes(
            $"{records} records are read again",
            () => host.Resets.FindAsync(ConsumingHost.Group, default),
            reset =>
                reset!.Rereads.Sum(r => r.To - r.From) == records
                && reset.Rereads.All(r => r.Next == r.To),
            TimeSpan.FromSeconds(60)
        );

    private static async Task<long> ReadAsync(ConsumingSystem system) =>
        (
            await system.ListAsync<long>(
                "SELECT sum(next_offset - from_offset)::bigint FROM messaging.consumer_rereads"
            )
        )[0];
}
