using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Verification;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// A relay that was deposed and does not know it yet sends everything once more, at last: each
/// record has an older <c>ce_sequence</c> than what its key has in Kafka already. Then all of it is
/// told a third time, in events with ids of their own.
/// </summary>
[Parallelizable]
internal sealed class LateWritesTests
{
    /// <summary>Of the modules that hear of events, with what each keeps.</summary>
    private static readonly string[] Modules =
    [
        "concerts",
        "reservations",
        "payments",
        "notifications",
        "data_platform",
        "ranking",
    ];

    private TestSystem _system = null!;
    private Persona _mina = null!;
    private Dictionary<string, string> _before = null!;
    private Dictionary<string, string> _after = null!;
    private Dictionary<string, string> _retold = null!;
    private int _late;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        await TellEverythingAsync();
        await _system.HasLostNothing();
        _before = await EverythingAsync();

        var told = Records();
        _late = SendAgain(told, message => message);
        await PassedAsync(Records());
        await _system.HasLostNothing();
        _after = await EverythingAsync();

        SendAgain(told, Retold);
        await PassedAsync(Records());
        _retold = await EverythingAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCaseSource(nameof(Modules))]
    public void late_repeats_change_nothing_of(string module)
    {
        _late.ShouldBeGreaterThan(5, "records behind newer ones of their keys");
        _before[module].ShouldContain(": ");

        _after[module].ShouldBe(_before[module]);
    }

    /// <summary>An event that nobody knows is kept and has its mail; it changes no more.</summary>
    [TestCase("concerts")]
    [TestCase("reservations")]
    [TestCase("payments")]
    [TestCase("data_platform")]
    [TestCase("ranking")]
    public void what_is_told_again_by_other_events_changes_nothing_of(string module)
    {
        WithoutEvents(_after[module]).ShouldContain(": ");

        WithoutEvents(_retold[module]).ShouldBe(WithoutEvents(_after[module]));

        static string WithoutEvents(string tables) =>
            string.Join(
                '\n',
                tables
                    .Split('\n')
                    .Where(t => !t.StartsWith("data_platform.events", StringComparison.Ordinal))
            );
    }

    [Test]
    public async Task no_late_repeat_is_a_dead_letter() =>
        (
            await _system.Database.ScalarAsync<long>("SELECT count(*) FROM messaging.dead_letters")
        ).ShouldBe(0);

    /// <summary>Held, paid by points and by card, sold out, and given back.</summary>
    private async Task TellEverythingAsync()
    {
        var concert = await Given.AConcert(seats: 2, system: _system);
        var mina = _mina = await Given.ACustomer(_system);
        var jisoo = await Given.ACustomer(_system);
        var minas = await mina.Buys(concert.Seat(1));
        var jisoos = await jisoo.Reserves(concert.Seat(2));
        (await jisoo.PaysByCard(jisoos)).ShouldBe(HttpStatusCode.OK);
        await jisoo.SeesReservation(jisoos, "CONFIRMED");
        await jisoo.SeesConcert(concert.Id, "SOLD_OUT");
        var operatorsWord = await Given.TheOperator(_system);
        var ended = await operatorsWord.Api.Delete($"/api/concerts/{concert.Id}?reason=Illness");
        ended.ShouldBe(HttpStatusCode.NoContent);
        await mina.Receives("환불이 완료되었습니다");
        await jisoo.Receives("환불이 완료되었습니다");
        await mina.SeesReservation(minas, "CANCELLED");
        var kept = await Given.AConcert(seats: 2, system: _system);
        await mina.Buys(kept.Seat(1));
        await mina.Ranks(kept, seats: 1);
    }

    private IReadOnlyList<ConsumeResult<string, byte[]>> Records() =>
        [.. Topics.Partitions.Keys.SelectMany(_system.Kafka.ReadAll)];

    /// <returns>How many are older than what their keys have.</returns>
    private int SendAgain(
        IReadOnlyList<ConsumeResult<string, byte[]>> records,
        Func<Message<string, byte[]>, Message<string, byte[]>> change
    )
    {
        var newest = records.ToLookup(r => r.Message.Key, Version);
        using var zombie = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = _system.Kafka.BootstrapServers }
        ).Build();
        foreach (var record in records)
            zombie.Produce(record.TopicPartition, change(record.Message));
        zombie.Flush(TimeSpan.FromSeconds(10));
        return records.Count(r => Version(r) < newest[r.Message.Key].Max());
    }

    /// <summary>The same by its key and sequence, under an id of its own.</summary>
    private static Message<string, byte[]> Retold(Message<string, byte[]> message)
    {
        var id = Guid.CreateVersion7().ToString("D", CultureInfo.InvariantCulture);
        var body = JsonNode.Parse(message.Value)!.AsObject();
        body["eventId"] = id;
        var headers = new Headers();
        foreach (var header in message.Headers)
        {
            headers.Add(
                header.Key,
                header.Key == "ce_id" ? Encoding.UTF8.GetBytes(id) : header.GetValueBytes()
            );
        }

        return new Message<string, byte[]>
        {
            Key = message.Key,
            Value = Encoding.UTF8.GetBytes(body.ToJsonString()),
            Headers = headers,
        };
    }

    private static long Version(ConsumeResult<string, byte[]> record) =>
        long.Parse(
            record.Message.Headers.GetLastBytes("ce_sequence"),
            CultureInfo.InvariantCulture
        );

    /// <summary>Returns when every group has passed what is in its topics.</summary>
    private Task PassedAsync(IReadOnlyList<ConsumeResult<string, byte[]>> records)
    {
        var ends = records.ToLookup(r => r.Topic[_system.Kafka.Prefix.Length..]);
        return Eventually.Becomes(
            "every group has passed everything",
            async () =>
                string.Join(
                    ", ",
                    await _system.Database.ReadAsync<string>(
                        """
                        SELECT consumer_group || ' in ' || topic FROM messaging.consumer_positions
                        JOIN unnest($1::text[], $2::bigint[]) AS ends (topic, records) USING (topic)
                        GROUP BY consumer_group, topic, records HAVING sum(next_offset) < records
                        """,
                        ends.Select(e => e.Key).ToArray(),
                        ends.Select(e => (long)e.Count()).ToArray()
                    )
                ),
            behind => behind.Length == 0
        );
    }

    /// <summary>What each module keeps, table by table.</summary>
    private async Task<Dictionary<string, string>> EverythingAsync()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var module in Modules.Except(["ranking"]))
            all[module] = await RowsAsync(module);
        var ranking = await _mina.Api.Get("/api/rankings/bookings?limit=100");
        all["ranking"] = "bookings: " + JsonSerializer.Serialize(ranking["entries"]);
        return all;
    }

    private async Task<string> RowsAsync(string module)
    {
        var tables = await _system.Database.ReadAsync<string>(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind = 'r' AND nspname = $1 ORDER BY 1
            """,
            module
        );
        var rows = await Task.WhenAll(
            tables.Select(table =>
                _system.Database.ScalarAsync<string>(
                    $"""
                    SELECT '{table}: ' || count(*) || ' '
                        || coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '')
                    FROM {table} t
                    """
                )
            )
        );
        return string.Join('\n', rows);
    }
}
