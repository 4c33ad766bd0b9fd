using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>The schemas of the contract are those of what the code writes.</summary>
[Parallelizable]
internal sealed class EventSchemaTests
{
    private static readonly JsonNode Contract = ContractDocs.Contract.Document();

    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void each_event_fits_its_schema() =>
        JsonSchemas
            .Faults(EventSamples.All.Concat(Unusual()).Select(e => Check(e.EventType, Body(e))))
            .ShouldBeEmpty();

    [Test]
    public void each_example_fits_the_schema_of_its_headers()
    {
        var checks =
            from name in EventCatalogue.ByName.Keys
            let message = Contract.At($"/components/messages/{name}")
            from example in message["examples"]!.AsArray()
            select new SchemaCheck(
                name,
                Contract,
                $"#/components/messages/{name}/headers",
                example!["headers"]!
            );

        JsonSchemas.Faults(checks).ShouldBeEmpty();
    }

    [Test]
    public void a_schema_names_just_what_is_written()
    {
        foreach (var sample in EventSamples.All)
        {
            var fields = Contract.At($"/components/schemas/{sample.GetType().Name}/properties");

            fields
                .AsObject()
                .Select(f => f.Key)
                .ShouldBe(Body(sample).Select(f => f.Key), ignoreOrder: true);
        }
    }

    [TestCase("eventType", "PAYMENT_COMPLETED")]
    [TestCase("occurredAt", "2026-11-20T12:00:00.123456+00:00")]
    [TestCase("reservationId", "12345")]
    [TestCase("seatIds", "1001")]
    [TestCase("amount", -1)]
    [TestCase("amount", 0.5)]
    [TestCase("userEmail", "mina")]
    [TestCase("language", "fr")]
    [TestCase("concertName", null)]
    public void a_wrong_value_does_not_fit(string field, object? value)
    {
        var body = Body(EventSamples.All.OfType<ReservationCreated>().Single());
        body[field] = JsonValue.Create(value);

        JsonSchemas.Faults(Check("RESERVATION_CREATED", body)).ShouldHaveSingleItem();
    }

    [Test]
    public void an_event_without_a_required_field_does_not_fit()
    {
        foreach (var field in (string[])["eventId", "eventType", "occurredAt", "seatIds"])
        {
            var body = Body(EventSamples.All.OfType<ReservationCreated>().Single());
            body.Remove(field);

            JsonSchemas
                .Faults(Check("RESERVATION_CREATED", body))
                .ShouldHaveSingleItem()
                .ShouldContain($"'{field}' is a required property");
        }
    }

    [Test]
    public void what_a_class_lets_be_absent_or_null_the_schema_does_too()
    {
        var schema = Contract.At("/components/schemas/ReservationCancelled");
        var required = schema["required"]!.AsArray().Select(n => n!.GetValue<string>()).ToArray();

        required.ShouldContain("wasConfirmed");
        required.ShouldNotContain("concertCancelled");
        required.ShouldNotContain("paymentId");
        schema.At("/properties/paymentId/type").ToJsonString().ShouldBe("[\"integer\",\"null\"]");
        schema.At("/properties/amount/type").ToJsonString().ShouldBe("\"integer\"");
        schema.At("/properties/concertCancelled/default").ToJsonString().ShouldBe("false");
    }

    /// <summary>At the ends of what the classes let be.</summary>
    private static IEnumerable<DomainEvent> Unusual()
    {
        var cancelled = EventSamples.All.OfType<ReservationCancelled>().Single();
        yield return cancelled with
        {
            PaymentId = 99,
            WasConfirmed = true,
        };
        yield return cancelled with
        {
            Amount = Money.Zero,
            SeatIds = [],
            ConcertCancelled = true,
        };
        var changed = EventSamples.All.OfType<ConcertChanged>().Single();
        yield return changed with
        {
            Artist = "",
            StartsAt = Noon,
        };
        yield return changed with
        {
            Venue = null,
            BookingStartTime = null,
        };
        yield return changed with
        {
            OccurredAt = DateTimeOffset.MaxValue,
        };
        yield return changed with
        {
            OccurredAt = Noon.ToOffset(TimeSpan.FromHours(9)),
        };
        var created = EventSamples.All.OfType<ReservationCreated>().Single();
        yield return created with
        {
            ReservationId = long.MaxValue,
            Amount = new(long.MaxValue),
        };
        foreach (var language in Languages.All)
            yield return created with
            {
                Language = language,
            };
    }

    private static JsonObject Body(DomainEvent written) =>
        JsonNode.Parse(EventCatalogue.Serialize(written))!.AsObject();

    private static SchemaCheck Check(string name, JsonNode body) =>
        new(name, Contract, $"#/components/schemas/{EventCatalogue.ByName[name].Type.Name}", body);
}
