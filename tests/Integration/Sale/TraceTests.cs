using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>What other systems find in Kafka of a request that they sent.</summary>
internal sealed class TraceTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task an_event_has_every_header_of_the_contract_and_the_trace_of_its_request()
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        var concert = await Given.AConcert();
        var mina = await Given.ACustomer();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/reservations")
        {
            Content = JsonContent.Create(
                new { concertId = concert.Id, seatIds = new[] { concert.Seat(1).Id } }
            ),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", mina.AccessToken);
        request.Headers.Add("Idempotency-Key", Persona.NewKey());
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");

        using var held = await mina.Host.Http.SendAsync(request);

        var answer = await Answer.OfAsync(held);
        var key = $"reservation-{answer["reservationId"].GetInt64()}";
        await System.Tells(Topics.Reservations, key, "RESERVATION_CREATED");
        var headers = System
            .Kafka.ReadAll(Topics.Reservations)
            .First(r => r.Message.Key == key)
            .Message.Headers.ToDictionary(
                h => h.Key,
                h => Encoding.UTF8.GetString(h.GetValueBytes())
            );
        headers.Keys.ShouldBe([
            "ce_specversion",
            "ce_id",
            "ce_type",
            "ce_source",
            "ce_time",
            "ce_subject",
            "ce_sequence",
            "ce_partitionkey",
            "content-type",
            "traceparent",
        ]);
        headers["ce_source"].ShouldBe("/concert-reservation/reservations");
        headers["ce_subject"].ShouldBe(key);
        headers["ce_sequence"].ShouldBe("0000000001");
        headers["traceparent"].ShouldStartWith($"00-{TraceId}-");
    }
}
