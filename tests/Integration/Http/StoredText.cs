using System.Net;
using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// A text that means something to a browser, a database or a spreadsheet, as the name of a customer
/// and of a concert, as a reason, and in a record that nobody could read.
/// </summary>
/// <param name="Token">Part of it that is in no other.</param>
/// <param name="Ids">By the part of a path that is before them.</param>
internal sealed record StoredText(
    string Text,
    string Token,
    Persona Customer,
    IReadOnlyDictionary<string, string> Ids
)
{
    /// <param name="op">Who cancels, as its organiser, one of the concerts.</param>
    public static async Task<StoredText> StoreAsync(Persona op, string text, string token)
    {
        var system = op.System;
        var concert = await Given.AConcert(seats: 1, text: text, system: system);
        var cancelled = await Given.AConcert(seats: 1, text: text, system: system);
        var reason = Uri.EscapeDataString(text);
        (await op.Api.Delete($"/api/concerts/{cancelled.Id}?reason={reason}")).ShouldBe(
            HttpStatusCode.NoContent
        );
        var customer = await Persona.SignUp(system, text, "en");
        // Before, mails know her address alone.
        await customer.Receives("Welcome to ConcertReservation");
        var reservation = await customer.Buys(concert.Seat(1));
        var seen = await customer.Sees(reservation);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["concerts"] = $"{concert.Id}",
            ["concert"] = $"{cancelled.Id}",
            ["reservations"] = $"{reservation}",
            ["reservation"] = $"{reservation}",
            ["payments"] = $"{seen["paymentId"]}",
            ["payment"] = $"{seen["paymentId"]}",
            ["customers"] = $"{customer.Id}",
            ["customer"] = $"{customer.Id}",
            ["dead-letters"] = $"{await LetterAsync(system, text)}",
        };
        return new StoredText(text, token, customer, ids);
    }

    /// <summary>As a mail server may have said it.</summary>
    public Task RefuseMailsAsync() =>
        Customer.System.Database.ExecuteAsync(
            "UPDATE notifications.mails SET reason = $1 WHERE user_id = $2",
            Text,
            Customer.Id
        );

    private static Task<long> LetterAsync(TestSystem system, string text) =>
        system.Database.ScalarAsync<long>(
            """
            INSERT INTO messaging.dead_letters (consumer_group, topic, partition, record_offset,
                incarnation, key, event_type, version, status, exception_type, exception_message,
                recorded_at, header_names, header_values, body, claimed)
            SELECT 'elsewhere', 'user-events', 0, 1 + coalesce(max(record_offset), 0), 'stored',
                convert_to($1::text, 'UTF8'), $1::text, 1, 'waiting', $1::text, $1::text,
                clock.now(), ARRAY[$1::text], ARRAY[convert_to($1::text, 'UTF8')],
                convert_to(jsonb_build_object($1::text, $1::text)::text, 'UTF8'), false
            FROM messaging.dead_letters
            RETURNING dead_letter_id
            """,
            text
        );
}
