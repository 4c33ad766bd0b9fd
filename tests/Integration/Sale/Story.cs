using System.Net;
using System.Text;
using ConcertReservation.Tests.Integration.Notifications;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>What people do in a sale, and what they come to see of it.</summary>
internal static class Story
{
    /// <summary>
    /// From the request to the mail it is three hops; the machine may be busy with others.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A customer whom the consumers know already: until they do, mails are Korean.
    /// </summary>
    public static async Task<Persona> AnEnglishSpeaker(TestSystem? system = null)
    {
        var customer = await Given.ACustomer(system, language: "en");
        await customer.Receives("Welcome to ConcertReservation");
        return customer;
    }

    /// <summary>Holds the seats.</summary>
    /// <returns>The reservation's id.</returns>
    public static async Task<long> Reserves(this Persona customer, params Seat[] seats)
    {
        var held = (await customer.Holds(seats)).ShouldBe(HttpStatusCode.Created);
        return held["reservationId"].GetInt64();
    }

    /// <summary>Holds the seats and pays with exactly the points they cost.</summary>
    /// <returns>The reservation's id.</returns>
    public static async Task<long> Buys(this Persona customer, params Seat[] seats)
    {
        var held = (await customer.Holds(seats)).ShouldBe(HttpStatusCode.Created);
        var reservation = held["reservationId"].GetInt64();
        (await customer.Charges(held["totalAmount"].GetInt64())).IsSuccess.ShouldBeTrue();
        var paid = (await customer.PaysByPoints(reservation)).ShouldBe(HttpStatusCode.Created);
        paid["status"].GetString().ShouldBe("COMPLETED");
        await customer.SeesReservation(reservation, "CONFIRMED");
        return reservation;
    }

    /// <summary>The reservation, once it has come to this state.</summary>
    public static Task<Answer> SeesReservation(
        this Persona customer,
        long reservation,
        string status
    ) =>
        Eventually.Becomes(
            $"reservation {reservation} is {status}",
            () => customer.Sees(reservation),
            seen => seen["status"].GetString() == status,
            Patience
        );

    /// <summary>The payment, once it has come to this state.</summary>
    public static Task<Answer> SeesPayment(this Persona customer, long payment, string status) =>
        Eventually.Becomes(
            $"payment {payment} is {status}",
            () => customer.Api.Get($"/api/payments/{payment}"),
            seen => seen["status"].GetString() == status,
            Patience
        );

    /// <summary>The concert as everybody sees it, once it has come to this state.</summary>
    public static Task<Answer> SeesConcert(this Persona customer, long concert, string status) =>
        Eventually.Becomes(
            $"concert {concert} is {status}",
            () => customer.Api.Get($"/api/concerts/{concert}"),
            seen => seen["status"].GetString() == status,
            Patience
        );

    public static async Task<long> HasPoints(this Persona customer) =>
        (await customer.Api.Get("/api/wallet")).ShouldBe(HttpStatusCode.OK)["balance"].GetInt64();

    /// <summary>
    /// Once the concert has so many seats in the live ranking; 0: it is not in it.
    /// </summary>
    public static Task Ranks(this Persona customer, ConcertOnSale concert, int seats) =>
        Eventually.Becomes(
            $"concert {concert.Id} has {seats} seats in the booking ranking",
            async () =>
            {
                var ranking = await customer.Api.Get("/api/rankings/bookings?limit=100");
                return ranking.IsSuccess ? SeatsOf(concert, ranking) : -1;
            },
            found => found == seats,
            Patience
        );

    /// <summary>The one mail whose subject says so, read as a mail program reads it.</summary>
    public static async Task<ParsedMail> Receives(this Persona customer, string subject)
    {
        var known = new Dictionary<string, ParsedMail>(StringComparer.Ordinal);
        var found = await Eventually.Becomes(
            $"{customer.Email} has a mail that says \"{subject}\"",
            async () =>
            {
                foreach (var mail in customer.System.Mails.To(customer.Email))
                {
                    if (!known.ContainsKey(mail))
                        known[mail] = await ReadMail.ParseAsync(Encoding.UTF8.GetBytes(mail));
                }

                return known
                    .Values.Where(m =>
                        m.Headers["subject"].Contains(subject, StringComparison.Ordinal)
                    )
                    .ToList();
            },
            mails => mails.Count > 0,
            Patience
        );
        var one = found.ShouldHaveSingleItem();
        one.Defects.ShouldBeEmpty();
        one.Type.ShouldBe("multipart/alternative");
        one.Parts.Select(p => p.Type).ShouldBe(["text/plain", "text/html"]);
        return one;
    }

    /// <summary>Both formats of the mail say all of this.</summary>
    public static void Says(this ParsedMail mail, params string[] words)
    {
        foreach (var word in words)
        {
            mail.Parts[0].Content.ShouldContain(word);
            WebUtility.HtmlDecode(mail.Parts[1].Content).ShouldContain(word);
        }
    }

    /// <summary>The types of what is told of one key, as Kafka has it in the end.</summary>
    public static Task Tells(
        this TestSystem system,
        string topic,
        string key,
        params string[] types
    ) =>
        Eventually.Becomes(
            $"{topic} tells {string.Join(", ", types)} of {key}",
            () => Task.FromResult(string.Join(", ", system.TypesOf(topic, key))),
            told => told == string.Join(", ", types),
            Patience
        );

    /// <remarks>The relay may send twice, so first occurrences count.</remarks>
    private static IEnumerable<string> TypesOf(this TestSystem system, string topic, string key) =>
        system
            .Kafka.ReadAll(topic)
            .Where(r => r.Message.Key == key)
            .Select(r => Encoding.UTF8.GetString(r.Message.Headers.GetLastBytes("ce_type")))
            .Distinct();

    private static long SeatsOf(ConcertOnSale concert, Answer ranking) =>
        ranking["entries"]
            .EnumerateArray()
            .Where(e => e.GetProperty("concertId").GetInt64() == concert.Id)
            .Select(e => e.GetProperty("seats").GetInt64())
            .SingleOrDefault();
}
