using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Unit.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>What other teams find in Kafka is what the published contract says.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ContractInKafkaTests
{
    private static TestSystem System => SharedSystem.System;

    private static readonly JsonNode Contract = Yaml.Read(
        File.ReadAllText(ContractFiles.Around(AppContext.BaseDirectory).Current)
    );

    [Test]
    public async Task every_record_of_a_sale_and_of_its_undoing_fits_the_contract()
    {
        var concert = await Given.AConcert(seats: 2);
        var mina = await Given.ACustomer();
        var declined = await mina.Reserves(concert.Seat(1));
        (await mina.PaysByCard(declined, Cards.Declined)).ShouldNotBeNull();
        (await mina.Cancels(declined)).ShouldBe(HttpStatusCode.NoContent);
        var sold = await mina.Buys(concert.Seats(1, 2));
        await mina.SeesConcert(concert.Id, "SOLD_OUT");
        var organiser = await Given.TheOperator();
        (await organiser.Api.Delete($"/api/concerts/{concert.Id}?reason=Illness")).ShouldBe(
            HttpStatusCode.NoContent
        );
        await mina.Receives("환불이 완료되었습니다");

        var records = RecordsOf(concert, mina, declined, sold);

        records
            .Select(Type)
            .Distinct()
            .ShouldBe(
                [
                    "USER_SIGNED_UP",
                    "CONCERT_SCHEDULED",
                    "CONCERT_SOLD_OUT",
                    "CONCERT_CANCELLED",
                    "RESERVATION_CREATED",
                    "RESERVATION_CONFIRMED",
                    "RESERVATION_CANCELLED",
                    "PAYMENT_STARTED",
                    "PAYMENT_COMPLETED",
                    "PAYMENT_FAILED",
                    "PAYMENT_REFUND_REQUESTED",
                    "PAYMENT_REFUNDED",
                ],
                ignoreOrder: true
            );
        JsonSchemas.Faults(records.SelectMany(Checks)).ShouldBeEmpty();
    }

    private static IReadOnlyList<ConsumeResult<string, byte[]>> RecordsOf(
        ConcertOnSale concert,
        Persona customer,
        params long[] reservations
    )
    {
        string[] keys =
        [
            $"concert-{concert.Id}",
            $"user-{customer.Id}",
            .. reservations.Select(r => $"reservation-{r}"),
        ];
        return
        [
            .. Topics
                .Partitions.Keys.SelectMany(System.Kafka.ReadAll)
                .Where(r =>
                    keys.Contains(r.Message.Key)
                    || keys.Contains($"reservation-{Body(r)["reservationId"]}")
                ),
        ];
    }

    private static IEnumerable<SchemaCheck> Checks(ConsumeResult<string, byte[]> record)
    {
        var message = $"#/components/messages/{Type(record)}";
        var headers = record.Message.Headers.Select(h =>
            KeyValuePair.Create(
                h.Key,
                (JsonNode?)JsonValue.Create(Encoding.UTF8.GetString(h.GetValueBytes()))
            )
        );
        var key = JsonValue.Create(record.Message.Key);
        yield return new(Type(record), Contract, $"{message}/payload", Body(record));
        yield return new(Type(record), Contract, $"{message}/bindings/kafka/key", key);
        yield return new(Type(record), Contract, $"{message}/headers", new JsonObject(headers));
    }

    private static string Type(ConsumeResult<string, byte[]> record) =>
        Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("ce_type"));

    private static JsonNode Body(ConsumeResult<string, byte[]> record) =>
        JsonNode.Parse(record.Message.Value)!;
}
