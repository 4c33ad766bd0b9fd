using System.Net.Http.Json;
using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>What other systems find in Kafka of a request that they sent.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class TraceTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task an_event_has_every_header_of_the_contract_and_the_trace_of_its_request()
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        var concert = await Given.AConcert();
        var mina = await Given.ACustomer();

        var answer = await Sends(
            mina,
            TraceId,
            HttpMethod.Post,
            "/api/reservations",
            new { concertId = concert.Id, seatIds = new[] { concert.Seat(1).Id } }
        );

        var key = $"reservation-{answer["reservationId"].GetInt64()}";
        await System.Tells(Topics.Reservations, key, "RESERVATION_CREATED");
        var headers = HeadersOf(Topics.Reservations, key, "RESERVATION_CREATED");
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

    [TestCase(false)]
    [TestCase(true, Description = "Somebody records traces, but not this one.")]
    public async Task what_follows_from_a_payment_carries_its_trace_through_every_module(
        bool isSampled
    )
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var others = isSampled ? new RecordedTrace() : null;
        var concert = await Given.AConcert(seats: 1);
        var mina = await Given.ACustomer();
        var reservation = await mina.Reserves(concert.Seat(1));
        await mina.Charges(50_000);

        var paid = await Sends(
            mina,
            TraceId,
            HttpMethod.Post,
            "/api/payments",
            new { reservationId = reservation, method = "POINT" }
        );

        paid["status"].GetString().ShouldBe("COMPLETED");
        var key = $"concert-{concert.Id}";
        await System.Tells(Topics.Concerts, key, "CONCERT_SCHEDULED", "CONCERT_SOLD_OUT");
        TraceOf(Topics.Payments, $"payment-{paid["paymentId"]}", "PAYMENT_COMPLETED")
            .ShouldBe(TraceId);
        TraceOf(Topics.Reservations, $"reservation-{reservation}", "RESERVATION_CONFIRMED")
            .ShouldBe(TraceId);
        TraceOf(Topics.Concerts, key, "CONCERT_SOLD_OUT").ShouldBe(TraceId);
    }

    [Test]
    public async Task an_attempt_that_ends_with_its_hold_carries_the_trace_of_who_gave_it_back()
    {
        const string TraceId = "80e1afed08e019fc1110464cfa66635c";
        var concert = await Given.AConcert();
        var mina = await Given.ACustomer();
        var reservation = await mina.Reserves(concert.Seat(1));
        var started = await mina.StartsCardPayment(reservation);

        await Sends(mina, TraceId, HttpMethod.Delete, $"/api/reservations/{reservation}");

        var key = $"payment-{started["paymentId"]}";
        await System.Tells(Topics.Payments, key, "PAYMENT_STARTED", "PAYMENT_FAILED");
        TraceOf(Topics.Payments, key, "PAYMENT_FAILED").ShouldBe(TraceId);
    }

    private static async Task<Answer> Sends(
        Persona customer,
        string traceId,
        HttpMethod method,
        string path,
        object? body = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        request.Headers.Authorization = new("Bearer", customer.AccessToken);
        request.Headers.Add("Idempotency-Key", Persona.NewKey());
        request.Headers.Add("traceparent", $"00-{traceId}-b7ad6b7169203331-01");
        using var response = await customer.Host.Http.SendAsync(request);
        var answer = await Answer.OfAsync(response);
        answer.IsSuccess.ShouldBeTrue(answer.Body);
        return answer;
    }

    private static string TraceOf(string topic, string key, string type) =>
        HeadersOf(topic, key, type)["traceparent"].Split('-')[1];

    /// <summary>Of the first record of this key and type.</summary>
    private static Dictionary<string, string> HeadersOf(string topic, string key, string type) =>
        System
            .Kafka.ReadAll(topic)
            .Where(r => r.Message.Key == key)
            .Select(r =>
                r.Message.Headers.ToDictionary(
                    h => h.Key,
                    h => Encoding.UTF8.GetString(h.GetValueBytes())
                )
            )
            .First(headers => headers["ce_type"] == type);
}
