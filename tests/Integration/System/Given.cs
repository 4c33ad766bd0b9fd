using System.Net;

namespace ConcertReservation.Tests.Integration;

/// <summary>What a test starts from, in the shared system unless it names its own.</summary>
internal static class Given
{
    /// <summary>A signed-in customer with an empty wallet.</summary>
    public static Task<Persona> ACustomer(TestSystem? system = null, string language = "ko") =>
        Persona.SignUp(system ?? SharedSystem.System, language: language);

    /// <summary>Several signed-in customers.</summary>
    public static async Task<IReadOnlyList<Persona>> Customers(int count, TestSystem? system = null)
    {
        const int AtOnce = 16;
        var customers = new List<Persona>(count);
        foreach (var group in Enumerable.Range(0, count).Chunk(AtOnce))
            customers.AddRange(await Task.WhenAll(group.Select(_ => ACustomer(system))));
        return customers;
    }

    /// <summary>The configured operator, who is an organiser too.</summary>
    public static Task<Persona> TheOperator(TestSystem? system = null)
    {
        system ??= SharedSystem.System;
        return Persona.SignIn(
            system,
            system.HostA,
            TestSystem.OperatorEmail,
            TestSystem.OperatorPassword
        );
    }

    /// <summary>A customer to whom the operator granted the role Organiser.</summary>
    public static async Task<Persona> AnOrganiser(TestSystem? system = null)
    {
        var organiser = await ACustomer(system);
        var grantor = await TheOperator(system);
        var granted = await grantor.Api.Put($"/api/accounts/{organiser.Id}/roles/Organiser");
        granted.ShouldBe(HttpStatusCode.NoContent);
        return await organiser.SignsInAgain();
    }

    /// <summary>A concert that is on sale, with its seats built: one section, one row.</summary>
    /// <param name="bookingStartsInSeconds">Above 0: it is not on sale yet.</param>
    /// <param name="text">In the place of all its names.</param>
    public static async Task<ConcertOnSale> AConcert(
        int seats = 10,
        int holdSeconds = 300,
        int ticketsPerCustomer = 4,
        long price = 50_000,
        int bookingStartsInSeconds = -60,
        int startsInSeconds = 30 * 24 * 3600,
        string? text = null,
        TestSystem? system = null
    )
    {
        system ??= SharedSystem.System;
        var now = await system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        var organiser = await TheOperator(system);
        var created = await organiser.Api.Post(
            "/api/concerts",
            new
            {
                name = text ?? $"Concert {Guid.NewGuid():N}",
                artist = text ?? "Aria",
                venue = text ?? "Olympic Hall",
                startsAt = now.AddSeconds(startsInSeconds),
                bookingStartTime = now.AddSeconds(bookingStartsInSeconds),
                sections = new[]
                {
                    new
                    {
                        name = text ?? "R",
                        price,
                        rows = 1,
                        seatsPerRow = seats,
                    },
                },
                ticketsPerCustomer,
                holdSeconds,
            }
        );
        var id = created.ShouldBe(HttpStatusCode.Created)["concertId"].GetInt64();
        var map = await Eventually.Value(
            $"the seats of concert {id} are built",
            async () =>
            {
                var answer = await new Api(system.HostA).Get($"/api/concerts/{id}/seats");
                return answer.IsSuccess ? answer : null;
            }
        );
        var firstSeat = map["sections"][0].GetProperty("firstSeatId").GetInt64();
        return new ConcertOnSale(id, firstSeat, seats);
    }
}

/// <summary>A concert and its seats.</summary>
internal sealed record ConcertOnSale(long Id, long FirstSeatId, int SeatCount)
{
    /// <param name="number">From 1.</param>
    public Seat Seat(int number) => new(Id, FirstSeatId + number - 1);

    /// <summary>Seats from one number to another, both included.</summary>
    public Seat[] Seats(int from, int to) =>
        [.. Enumerable.Range(from, to - from + 1).Select(Seat)];
}

internal sealed record Seat(long ConcertId, long Id);
