using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Messaging;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>The contract says of keys and headers what the relay and dead letters write.</summary>
[Parallelizable]
internal sealed class RecordHeadersTests
{
    private static readonly JsonNode Contract = ContractDocs.Contract.Document();

    [Test]
    public void a_record_has_the_key_and_the_headers_of_its_event()
    {
        var checks =
            from sample in EventSamples.All
            let record = CloudEvent.Of(OutboxRow.From(sample with { Version = 17 }))
            let message = $"#/components/messages/{sample.EventType}"
            from check in (SchemaCheck[])
                [
                    new("headers", Contract, $"{message}/headers", Json(record.Headers)),
                    new("key", Contract, $"{message}/bindings/kafka/key", Text(record.Key)),
                ]
            select check with
            {
                Name = $"{sample.EventType} {check.Name}",
            };

        JsonSchemas.Faults(checks).ShouldBeEmpty();
    }

    [TestCase("ce_type", "PAYMENT_COMPLETED")]
    [TestCase("ce_source", "/concert-reservation/payments")]
    [TestCase("ce_sequence", "17")]
    [TestCase("ce_subject", "payment-1")]
    [TestCase("ce_time", "2026-11-20T12:00:00Z")]
    [TestCase("traceparent", "00-1-2-00")]
    public void a_wrong_header_does_not_fit(string name, string value)
    {
        var sample = EventSamples.All.First(e => e.EventType == "USER_SIGNED_UP");
        var headers = Json(CloudEvent.Of(OutboxRow.From(sample with { Version = 17 })).Headers);
        headers[name] = value;

        JsonSchemas
            .Faults(
                new SchemaCheck(
                    "wrong",
                    Contract,
                    "#/components/messages/USER_SIGNED_UP/headers",
                    headers
                )
            )
            .ShouldHaveSingleItem()
            .ShouldContain(name);
    }

    [Test]
    public void a_dead_letter_has_the_headers_that_the_contract_names()
    {
        var record = new KafkaRecord("", "user-events", 0, 0, "", 0, default, [], default);

        var written = DeadLetterHeaders.Of(
            record,
            "user-events",
            "a-group",
            new TimeoutException(),
            LetterExtent.WithoutBody
        );

        Contract
            .At("/components/schemas/DeadLetterHeaders/properties")
            .AsObject()
            .Select(p => p.Key)
            .ShouldBe(written.Select(h => h.Key), ignoreOrder: true);
    }

    private static JsonObject Json(Headers headers) =>
        new(headers.Select(h => KeyValuePair.Create(h.Key, (JsonNode?)Text(h.GetValueBytes()))));

    private static JsonNode Text(byte[] utf8) => JsonValue.Create(Encoding.UTF8.GetString(utf8));
}
