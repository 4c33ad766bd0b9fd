using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Customers, an operator, and a thing of each kind that requests are about: made for one operation
/// alone, for what an earlier one has cancelled, paid or discarded cannot be tried any more.
/// </summary>
/// <param name="Bystander">Calls nothing: what happens to the account hinders nobody.</param>
/// <param name="Ids">Of things of all kinds, some of them another customer's.</param>
/// <param name="Known">As JSON, by field, by parameter and by part of a path.</param>
internal sealed record Scene(
    Persona Operator,
    Persona Customer,
    Persona Bystander,
    IReadOnlyList<long> Ids,
    IReadOnlyDictionary<string, string> Known
)
{
    public static async Task<Scene> SetAsync(TestSystem system)
    {
        var op = await Given.TheOperator(system);
        var concert = await Given.AConcert(seats: 8, holdSeconds: 900, system: system);
        var (mina, jisoo) = (await Given.ACustomer(system), await Given.ACustomer(system));
        (await mina.Charges(200_000)).IsSuccess.ShouldBeTrue();
        var held = await HeldAsync(mina, concert.Seat(1));
        var (others, othersPayment) = await PayingAsync(jisoo, concert.Seat(2));
        var (_, payment) = await PayingAsync(mina, concert.Seat(3));
        var paymentKey = await mina.PaysAtTheProvider(payment);
        var letters = new[] { await LetterAsync(system), await LetterAsync(system, "elsewhere") };
        var mail = await MailAsync(system, mina);
        var paymentId = payment["paymentId"].GetInt64();
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["concerts"] = $"{concert.Id}",
            ["concert"] = $"{concert.Id}",
            ["concertId"] = $"{concert.Id}",
            ["seatIds"] = $"[{concert.Seat(4).Id}]",
            ["reservations"] = $"{held}",
            ["reservation"] = $"{held}",
            ["reservationId"] = $"{held}",
            ["payments"] = $"{paymentId}",
            ["payment"] = $"{paymentId}",
            ["paymentKey"] = Json(paymentKey),
            ["orderId"] = Json(payment["checkout"].GetProperty("orderId").GetString()!),
            ["accounts"] = $"{jisoo.Id}",
            ["customers"] = $"{mina.Id}",
            ["customer"] = $"{mina.Id}",
            ["customerId"] = $"{mina.Id}",
            ["dead-letters"] = $"{letters[0]}",
            ["deadLetterIds"] = $"[{letters[0]}, {letters[1]}]",
            ["mails"] = $"{mail}",
        };
        long[] ids =
        [
            concert.Id,
            concert.Seat(5).Id,
            held,
            paymentId,
            jisoo.Id,
            others,
            othersPayment["paymentId"].GetInt64(),
            mail,
            .. letters,
        ];
        return new Scene(op, mina, jisoo, ids, known).With(mina);
    }

    public async Task<Scene> SignedInAgainAsync()
    {
        var op = await Operator.SignsInAgain();
        return (this with { Operator = op }).With(await Customer.SignsInAgain());
    }

    /// <summary>The same for callers whose sessions, or accounts, are as good as new.</summary>
    public async Task<Scene> WithNewCallersAsync()
    {
        var op = await Operator.SignsInAgain();
        return (this with { Operator = op }).With(await Given.ACustomer(Operator.System));
    }

    /// <summary>A body with what is known in the place of all that has a name for it.</summary>
    /// <param name="known">As in <see cref="Known"/>.</param>
    public static JsonNode FilledIn(JsonNode body, IReadOnlyDictionary<string, string> known)
    {
        foreach (var members in Call.Below(body).Prepend(body).OfType<JsonObject>().ToList())
        {
            foreach (var name in members.Select(m => m.Key).Where(known.ContainsKey).ToList())
                members[name] = JsonNode.Parse(known[name]);
        }

        return body;
    }

    private Scene With(Persona customer) =>
        this with
        {
            Customer = customer,
            Known = new Dictionary<string, string>(Known, StringComparer.Ordinal)
            {
                ["email"] = Json(customer.Email),
                ["password"] = Json(customer.Password),
                ["refreshToken"] = Json(customer.RefreshToken),
            },
        };

    private static async Task<long> HeldAsync(Persona customer, Seat seat)
    {
        var held = await customer.Holds(seat);
        return held.ShouldBe(HttpStatusCode.Created)["reservationId"].GetInt64();
    }

    /// <summary>A hold, and a card payment that is not confirmed yet.</summary>
    private static async Task<(long Reservation, Answer Payment)> PayingAsync(
        Persona customer,
        Seat seat
    )
    {
        var reservationId = await HeldAsync(customer, seat);
        var started = await customer.Api.Post(
            "/api/payments",
            new { reservationId, method = "CARD" },
            Persona.NewKey()
        );
        return (reservationId, started.ShouldBe(HttpStatusCode.Created));
    }

    /// <summary>Of a record that no group can read.</summary>
    private static Task<long> LetterAsync(
        TestSystem system,
        string group = "notification-service"
    ) =>
        system.Database.ScalarAsync<long>(
            """
            INSERT INTO messaging.dead_letters (consumer_group, topic, partition, record_offset,
                incarnation, key, event_type, version, status, exception_type, exception_message,
                recorded_at, header_names, header_values, body, claimed)
            SELECT $1, 'user-events', 0, 1 + coalesce(max(record_offset), 0), 'fuzz',
                convert_to('user-987654321', 'UTF8'), 'USER_SIGNED_UP', 1, 'waiting',
                'System.FormatException', 'It is made up.', clock.now(), '{}', '{}',
                convert_to('{}', 'UTF8'), false
            FROM messaging.dead_letters
            RETURNING dead_letter_id
            """,
            group
        );

    /// <summary>The welcome, once it has been sent.</summary>
    private static async Task<long> MailAsync(TestSystem system, Persona customer)
    {
        var sent = await Eventually.Becomes(
            $"customer {customer.Id} is welcome",
            () =>
                system.Database.ReadAsync<long>(
                    "SELECT id FROM notifications.mails WHERE user_id = $1 AND state = 'sent'",
                    customer.Id
                ),
            mails => mails.Count > 0
        );
        return sent[0];
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
