using System.Net;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>An operator finds what failed, sees why, mends it, and has it applied or not.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class DeadLetterApiTests
{
    private const string Group = "notification-service";
    private const string Letters = "/api/ops/dead-letters";

    [Test]
    public async Task a_mail_that_failed_goes_out_once_its_cause_is_mended()
    {
        var (mina, key, letter) = await GivenALetterAsync();
        var caller = await Integration.Given.TheOperator();

        var shown = (await caller.Api.Get($"{Letters}/{letter}")).ShouldBe(HttpStatusCode.OK);
        shown["letter"].GetProperty("key").GetString().ShouldBe(key);
        shown["letter"].GetProperty("eventType").GetString().ShouldBe("RESERVATION_CREATED");
        shown["letter"].GetProperty("exceptionMessage").GetString()!.ShouldContain("No mail to");
        shown["letter"].GetProperty("replayable").GetBoolean().ShouldBeTrue();
        shown["body"].GetProperty("userEmail").GetString().ShouldBe(mina.Email);
        shown["headers"]
            .EnumerateArray()
            .ShouldContain(h =>
                h.GetProperty("name").GetString() == "ce_sequence"
                && h.GetProperty("value").GetString() == "0000000001"
            );

        var early = await ReplayAsync(caller, letter);
        early["replayed"].GetInt32().ShouldBe(0);
        early["failed"]
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("deadLetterId")
            .GetInt64()
            .ShouldBe(letter);

        await MendAsync(mina);
        (await ReplayAsync(caller, letter))["replayed"].GetInt32().ShouldBe(2);

        await Eventually.Until(
            "both mails are there, once",
            () => SharedSystem.System.Mails.To(mina.Email).Count == 3
        );
        var again = await ReplayAsync(caller, letter);
        again["replayed"].GetInt32().ShouldBe(0);
        again["skipped"]
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("reason")
            .GetString()
            .ShouldBe("resolved");
        // To that group alone: the event store has each event of the reservation once, as before.
        (
            await SharedSystem.System.Database.ReadAsync<long>(
                "SELECT version FROM data_platform.events WHERE key = $1 ORDER BY seq",
                key
            )
        ).ShouldBe([1, 2]);
        (
            await SharedSystem.System.Database.ReadAsync<string>(
                "SELECT DISTINCT resolved_by FROM messaging.dead_letters WHERE key = $1::bytea",
                Encoding.UTF8.GetBytes(key)
            )
        ).ShouldBe([$"account {caller.Id}"]);
    }

    [Test]
    public async Task a_discarded_letter_is_never_applied_and_what_is_behind_it_waits_on()
    {
        var (mina, key, letter) = await GivenALetterAsync();
        var caller = await Integration.Given.TheOperator();
        await MendAsync(mina);

        var discarded = await caller.Api.Post(
            $"{Letters}/discard",
            new { deadLetterIds = new[] { letter } }
        );
        discarded.ShouldBe(HttpStatusCode.OK);
        discarded["discarded"].GetInt64().ShouldBe(1);
        discarded["stillParked"].GetInt64().ShouldBe(1);
        var rest = await caller.Api.Post($"{Letters}/replay", new { group = Group, key });
        rest["replayed"].GetInt32().ShouldBe(1);

        await Eventually.Until(
            "the second mail is there",
            () => SharedSystem.System.Mails.To(mina.Email).Count == 2
        );
        (await StatesAsync(caller, letter)).ShouldBe("discarded");
    }

    [Test]
    public async Task a_letter_of_another_system_is_shown_and_discarded_but_not_replayed()
    {
        var group = $"settlement-{Guid.NewGuid():N}";
        await WriteForeignLetterAsync(group);
        var caller = await Integration.Given.TheOperator();

        var listed = await Eventually.Becomes(
            "it is listed",
            () => caller.Api.Get($"{Letters}?group={group}"),
            page => page["items"].GetArrayLength() == 1
        );
        listed["items"][0].GetProperty("replayable").GetBoolean().ShouldBeFalse();
        var letter = listed["items"][0].GetProperty("deadLetterId").GetInt64();
        var shown = (await caller.Api.Get($"{Letters}/{letter}")).ShouldBe(HttpStatusCode.OK);
        shown["letter"].GetProperty("replayable").GetBoolean().ShouldBeFalse();
        shown["letter"].GetProperty("topic").GetString().ShouldBe(Topics.Payments);
        shown["letter"].GetProperty("offset").GetInt64().ShouldBe(4_711);

        var replayed = await ReplayAsync(caller, letter);
        replayed["replayed"].GetInt32().ShouldBe(0);
        replayed["skipped"]
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("reason")
            .GetString()
            .ShouldBe("foreign");
        (await StatesAsync(caller, letter)).ShouldBe("waiting");

        var discarded = await caller.Api.Post($"{Letters}/discard", new { group });
        discarded["discarded"].GetInt64().ShouldBe(1);
        (await StatesAsync(caller, letter)).ShouldBe("discarded");
    }

    [Test]
    public async Task letters_are_listed_page_by_page_and_by_what_they_are()
    {
        var (_, key, letter) = await GivenALetterAsync();
        var caller = await Integration.Given.TheOperator();
        var query = $"{Letters}?topic={Topics.Reservations}&group={Group}&state=waiting";

        var found = new List<(long Id, string State, string Group)>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await caller.Api.Get($"{query}&limit=1{cursor}");
            page.ShouldBe(HttpStatusCode.OK);
            foreach (var item in page["items"].EnumerateArray())
            {
                found.Add(
                    (
                        item.GetProperty("deadLetterId").GetInt64(),
                        item.GetProperty("state").GetString()!,
                        item.GetProperty("group").GetString()!
                    )
                );
            }

            cursor = page["nextCursor"].GetString() is { } next ? $"&cursor={next}" : null;
        }

        found.ShouldContain((letter, "waiting", Group));
        found.Select(f => f.Id).ShouldBe(found.Select(f => f.Id).OrderDescending());
        found.ShouldAllBe(f => f.State == "waiting" && f.Group == Group);
        var parked = await caller.Api.Get($"{Letters}?state=parked&limit=500");
        parked["items"]
            .EnumerateArray()
            .Select(i => i.GetProperty("key").GetString())
            .ShouldContain(key);
    }

    [TestCase("?state=lost", "state")]
    [TestCase("?limit=0", "limit")]
    [TestCase("?limit=501", "limit")]
    [TestCase("?cursor=nonsense", "cursor")]
    [TestCase("?topic=", "topic")]
    [TestCase("?group=%00", "group")]
    public async Task a_list_that_cannot_be_is_refused_by_the_parameters_name(
        string query,
        string field
    )
    {
        var caller = await Integration.Given.TheOperator();

        (await caller.Api.Get(Letters + query)).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation",
            field
        );
    }

    [TestCase("{}", "deadLetterIds")]
    [TestCase("""{"all":true,"group":"notification-service"}""", "deadLetterIds")]
    [TestCase("""{"deadLetterIds":[]}""", "deadLetterIds")]
    [TestCase("""{"all":false}""", "all")]
    [TestCase("""{"key":""}""", "key")]
    [TestCase("""{"topic":""}""", "topic")]
    public async Task a_decision_about_nothing_clear_is_refused(string body, string field)
    {
        var caller = await Integration.Given.TheOperator();
        var selection = System.Text.Json.JsonElement.Parse(body);

        foreach (var decision in new[] { "replay", "discard" })
        {
            (await caller.Api.Post($"{Letters}/{decision}", selection)).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation",
                field
            );
        }
    }

    /// <summary>
    /// A hold whose mail the database refuses, and the mail of its cancellation parked behind.
    /// </summary>
    private static async Task<(Persona Mina, string Key, long Letter)> GivenALetterAsync()
    {
        var concert = await Integration.Given.AConcert();
        var mina = await Integration.Given.ACustomer();
        await Eventually.Until(
            "she is welcome",
            () => SharedSystem.System.Mails.To(mina.Email).Count == 1
        );
        await SharedSystem.System.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION notifications.refuse_{mina.Id}() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN RAISE EXCEPTION 'No mail to %', NEW.recipient; END $f$;
            CREATE TRIGGER refuse_{mina.Id} BEFORE INSERT ON notifications.mails FOR EACH ROW
                WHEN (NEW.recipient = '{mina.Email}')
                EXECUTE FUNCTION notifications.refuse_{mina.Id}();
            """
        );
        var held = (await mina.Holds(concert.Seat(1))).ShouldBe(HttpStatusCode.Created);
        var reservation = held["reservationId"].GetInt64();
        (await mina.Cancels(reservation)).ShouldBe(HttpStatusCode.NoContent);

        var key = $"reservation-{reservation}";
        var ids = await Eventually.Becomes(
            "one waits and one is parked behind it",
            () =>
                SharedSystem.System.Database.ReadAsync<long>(
                    """
                    SELECT dead_letter_id FROM messaging.dead_letters
                    WHERE consumer_group = $1 AND key = $2::bytea ORDER BY 1
                    """,
                    Group,
                    Encoding.UTF8.GetBytes(key)
                ),
            found => found.Count == 2
        );
        return (mina, key, ids[0]);
    }

    /// <summary>As Spring's recoverer does.</summary>
    private static async Task WriteForeignLetterAsync(string group)
    {
        var kafka = SharedSystem.System.Kafka;
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers }
        ).Build();
        var letter = new Message<byte[], byte[]>
        {
            Key = "payment-7"u8.ToArray(),
            Value = "{}"u8.ToArray(),
            Headers = [],
        };
        letter.Headers.Add("kafka_dlt-original-consumer-group", Encoding.UTF8.GetBytes(group));
        letter.Headers.Add("kafka_dlt-original-topic", Encoding.UTF8.GetBytes(Topics.Payments));
        letter.Headers.Add("kafka_dlt-original-partition", HeaderReading.Int32(4));
        letter.Headers.Add("kafka_dlt-original-offset", HeaderReading.Int64(4_711));
        await producer.ProduceAsync(kafka.Prefix + Topics.DeadLetters(Topics.Payments), letter);
    }

    private static Task MendAsync(Persona mina) =>
        SharedSystem.System.Database.ExecuteAsync(
            $"DROP FUNCTION notifications.refuse_{mina.Id}() CASCADE"
        );

    private static async Task<Answer> ReplayAsync(Persona caller, long letter) =>
        (
            await caller.Api.Post($"{Letters}/replay", new { deadLetterIds = new[] { letter } })
        ).ShouldBe(HttpStatusCode.OK);

    private static async Task<string?> StatesAsync(Persona caller, long letter) =>
        (await caller.Api.Get($"{Letters}/{letter}"))["letter"].GetProperty("state").GetString();
}
