using System.Diagnostics;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>One booking as one trace, from the first request to the last mail.</summary>
internal sealed class BookingTraceTests
{
    private RecordedTrace _trace = null!;

    [SetUp]
    public void Listen() => _trace = new RecordedTrace();

    [TearDown]
    public void Stop() => _trace.Dispose();

    [Test]
    public async Task a_booking_is_one_trace_from_the_request_to_the_mail()
    {
        var concert = await Given.AConcert();
        Persona mina;
        using (_trace.Begin("Mina books a seat"))
        {
            mina = await Given.ACustomer(language: "en");
            await mina.Buys(concert.Seat(1));
        }

        await EndedAsync("mail welcome", "mail seats-held", "mail confirmed");
        TestContext.Out.WriteLine(_trace.Print());

        var held = Request("POST", "/api/reservations");
        ShouldBeToldOf(held, Topics.Reservations);
        ShouldBeMailed(Consumed(held, "notification-service RESERVATION_CREATED"), "seats-held");
        var paid = Request("POST", "/api/payments");
        ShouldBeToldOf(paid, Topics.Payments);
        var confirmed = Consumed(paid, "reservation-service PAYMENT_COMPLETED");
        ShouldBeToldOf(confirmed, Topics.Reservations);
        ShouldBeMailed(
            Consumed(confirmed, "notification-service RESERVATION_CONFIRMED"),
            "confirmed"
        );
        ShouldBeOneTree();
        ShouldNameNobody(mina);
    }

    /// <summary>A span is told when it ends, a moment after what it did is seen.</summary>
    private Task EndedAsync(params string[] names) =>
        Eventually.Becomes(
            $"{string.Join(", ", names)} have ended",
            () => names.Except(_trace.Spans.Select(s => s.DisplayName)).ToList(),
            missing => missing.Count == 0,
            Story.Patience
        );

    private Activity Request(string method, string route) =>
        _trace
            .Spans.Where(s => s.Kind == ActivityKind.Server)
            .Single(s =>
                Equals(s.GetTagItem("http.request.method"), method)
                && Equals(s.GetTagItem("http.route"), route)
            );

    private Activity Consumed(Activity cause, string name)
    {
        var consumed = _trace.ChildrenOf(cause).Where(s => s.DisplayName == name).ToList();
        // A repeat of the relay's is known to the inbox, and not consumed.
        var one = consumed.ShouldHaveSingleItem();
        one.Kind.ShouldBe(ActivityKind.Consumer);
        var batch = _trace.BatchesOf(one).ShouldHaveSingleItem();
        batch.DisplayName.ShouldBe($"{name.Split(' ')[0]} batch");
        batch.TraceId.ShouldNotBe(one.TraceId, "it is of several requests");
        return one;
    }

    private void ShouldBeToldOf(Activity cause, string topic)
    {
        var sent = _trace.ChildrenOf(cause).Where(s => s.DisplayName == $"{topic} send").ToList();
        sent.ShouldNotBeEmpty();
        sent[0].Kind.ShouldBe(ActivityKind.Producer);
        sent[0].Status.ShouldBe(ActivityStatusCode.Unset);
    }

    private void ShouldBeMailed(Activity consumed, string kind)
    {
        var mail = _trace.ChildrenOf(consumed).Single(s => s.DisplayName == $"mail {kind}");
        mail.Kind.ShouldBe(ActivityKind.Client);
        mail.GetTagItem("mail.delivery").ShouldBe("Sent");
    }

    /// <summary>Every span hangs below another one, but for the customer's own.</summary>
    private void ShouldBeOneTree()
    {
        var spans = _trace.Spans;
        var ids = spans.Select(s => s.SpanId).ToHashSet();
        spans.ShouldAllBe(s => s.Duration > TimeSpan.Zero);
        spans
            .Where(s => !ids.Contains(s.ParentSpanId))
            .Select(s => s.DisplayName)
            .ShouldBe(["Mina books a seat"]);
    }

    private void ShouldNameNobody(Persona customer)
    {
        var told = _trace
            .Spans.SelectMany(s =>
                s.TagObjects.Concat(s.Events.SelectMany(e => e.Tags))
                    .Select(t => $"{t.Value}")
                    .Append(s.DisplayName)
                    .Append($"{s.StatusDescription}")
            )
            .ToList();
        foreach (var secret in new[] { customer.Email, customer.Password, customer.AccessToken })
            told.ShouldNotContain(t => t.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }
}
