using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>The host that relays stops for longer than its session, and wakes up again.</summary>
[Category("Long")]
internal sealed class FrozenRelayTests
{
    private const int Customers = 30;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_frozen_relay_is_replaced_and_thawed_it_may_record_nothing()
    {
        var (frozen, wire) = await _system.StartWiredHostAsync();
        await RecordFruitlessUpdatesAsync();
        var heir = await _system.StartHostAsync();
        heir.Said("This host is the relay now").ShouldBeEmpty();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        // What it sent is in Kafka, and on the way to its position, when it freezes.
        var late = wire.StopAt("UPDATE messaging.relay_position", Withheld.Statement);
        await late.WaitAsync();
        var takeover = await Takeover.BeforeAsync(_system, "frozen");
        frozen.Freeze();
        await takeover.DoneAsync(heir);
        frozen.IsFrozen.ShouldBeTrue();
        (await FruitlessUpdatesAsync()).ShouldBe(0);
        late.Release();
        await Eventually.Until(
            "the late update has reached the database, and changed nothing",
            async () => await FruitlessUpdatesAsync() == 1
        );
        frozen.Thaw();

        await Eventually.Until(
            "the thawed host knows that it is the relay no longer",
            () => frozen.Said("no longer the relay").Count + frozen.Said("taken over").Count > 0
        );
        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(8, "repeats among them").ShouldBePositive();
    }

    /// <summary>Of the relay's position: those that hit no row, for its epoch is another.</summary>
    private Task RecordFruitlessUpdatesAsync() =>
        _system.Database.ExecuteAsync(
            """
            CREATE TABLE fruitless_updates (at timestamptz DEFAULT clock_timestamp());
            CREATE FUNCTION record_fruitless_update() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                IF NOT EXISTS (SELECT FROM changed) THEN
                    INSERT INTO fruitless_updates DEFAULT VALUES;
                END IF;
                RETURN NULL;
            END $body$;
            CREATE TRIGGER record_fruitless AFTER UPDATE ON messaging.relay_position
                REFERENCING NEW TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION record_fruitless_update();
            """
        );

    private Task<long> FruitlessUpdatesAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM fruitless_updates");
}
