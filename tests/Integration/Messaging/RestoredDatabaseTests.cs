namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>A dump restored into a new server, whose transaction numbers begin again.</summary>
[Parallelizable]
internal sealed class RestoredDatabaseTests
{
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task rows_of_the_old_server_and_of_the_new_one_are_relayed()
    {
        await _system.PublishAsync(SomeEvents.SignUp(1));
        await _system.ExecuteAsync("UPDATE messaging.outbox SET xid = '9000000000'");
        await _system.ExecuteAsync(
            "UPDATE messaging.relay_position SET from_snapshot = '8000000000:8000000000:'"
        );
        await _system.PublishAsync(SomeEvents.SignUp(2));

        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(3));

        var records = await Eventually.Becomes(
            "all three are in Kafka",
            _system.ReadKafka,
            r => r.Count >= 3
        );
        records.Select(r => r.Key()).Distinct().Order().ShouldBe(["user-1", "user-2", "user-3"]);
    }

    [Test]
    public async Task a_backlog_of_the_old_server_is_relayed_and_not_for_ever()
    {
        await _system.PublishAsync(SomeEvents.SignUp(1));
        // The position is from before the backlog, and behind the new server's numbers.
        await _system.ExecuteAsync("UPDATE messaging.outbox SET xid = '9000000000'");

        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(2));

        var records = await Eventually.Becomes(
            "both are in Kafka",
            _system.ReadKafka,
            r => r.Select(x => x.Key()).Distinct().Count() == 2
        );
        (
            await _system.ScalarAsync<long>(
                """
                SELECT count(*) FROM messaging.outbox
                WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
                """
            )
        ).ShouldBe(0, "each snapshot would show them as new");
        records.Count.ShouldBeLessThan(10);
    }
}
