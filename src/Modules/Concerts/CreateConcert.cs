using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Concerts;

/// <summary>
/// An organiser puts a concert on the calendar; its seats are built from the plan at once.
/// </summary>
internal static class CreateConcert
{
    /// <param name="TicketsPerCustomer">1 to 8 seats; 4 where it is missing.</param>
    /// <param name="HoldSeconds">How long a customer has to pay: 10 to 900; 300 where it is
    /// missing.</param>
    internal sealed record Request(
        string Name,
        string Artist,
        string Venue,
        DateTimeOffset StartsAt,
        DateTimeOffset BookingStartTime,
        IReadOnlyList<Section> Sections,
        int? TicketsPerCustomer = null,
        int? HoldSeconds = null
    );

    /// <param name="Price">In whole won.</param>
    internal sealed record Section(string Name, long Price, int Rows, int SeatsPerRow);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/concerts", Handle)
            .RequireAuthorization(Roles.Organiser)
            .WithTags("Concerts")
            .WithName("CreateConcert")
            .WithSummary("Create a concert")
            .WithDescription(
                "Sections times rows times seats per row make at most 100,000 seats. "
                    + "Texts may be edited later, "
                    + "times until ten minutes before booking starts, the seating plan never."
            )
            .Produces<ConcertDetails>(201)
            .WithLocation($"/api/concerts/{Examples.ConcertId}")
            .WithRequestExample(ConcertExamples.Create)
            .WithResponseExample(201, ConcertExamples.Created);

    private static async Task<IResult> Handle(
        Request request,
        CurrentCustomer organiser,
        ConcertsDb db,
        ConcertIds ids,
        Outbox outbox,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var now = clock.GetUtcNow();
        if (Check(request, now) is { } problem)
            return problem;

        var id = await ids.NextAsync(stop);
        var concert = Concert.Schedule(
            id,
            organiser.Id,
            Texts(request),
            Times(request),
            Sale(request)
        );
        db.Add(concert);
        outbox.Add(concert.Scheduled(now));
        await db.SaveChangesAsync(stop);
        return TypedResults.Created($"/api/concerts/{id}", ConcertDetails.Of(concert, seats: null));
    }

    internal static Problem? Check(Request request, DateTimeOffset now)
    {
        var errors = new FieldErrors()
            .CheckTexts(Texts(request))
            .CheckTimes(Times(request), now)
            .Require(
                request.Sections.Count is >= 1 and <= Concert.MaxSections,
                "sections",
                $"must be 1 to {Concert.MaxSections}"
            )
            .Require(
                request.TicketsPerCustomer is null or (>= 1 and <= Concert.MaxTicketsPerCustomer),
                "ticketsPerCustomer",
                $"must be 1 to {Concert.MaxTicketsPerCustomer}"
            )
            .Require(
                request.HoldSeconds
                    is null
                        or (>= Concert.MinHoldSeconds and <= Concert.MaxHoldSeconds),
                "holdSeconds",
                $"must be {Concert.MinHoldSeconds} to {Concert.MaxHoldSeconds}"
            );

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var totalSeats = 0L;
        for (var i = 0; i < Math.Min(request.Sections.Count, Concert.MaxSections); i++)
        {
            if (request.Sections[i] is not { } section)
            {
                errors.Require(false, $"sections[{i}]", "must not be null");
                continue;
            }

            CheckSection(errors, $"sections[{i}]", section, names);
            totalSeats += (long)section.Rows * section.SeatsPerRow;
        }

        return errors
            .Require(
                totalSeats <= Concert.MaxTotalSeats,
                "sections",
                $"must have at most {Concert.MaxTotalSeats} seats together"
            )
            .ToProblem();
    }

    private static void CheckSection(
        FieldErrors errors,
        string path,
        Section section,
        HashSet<string> names
    ) =>
        errors
            .CheckText($"{path}.name", section.Name.Trim(), Concert.MaxSectionNameLength)
            .Require(names.Add(section.Name.Trim()), $"{path}.name", "must be unique")
            .Require(
                section.Price is >= 1 and <= Concert.MaxPriceWon,
                $"{path}.price",
                $"must be 1 to {Concert.MaxPriceWon} won"
            )
            .Require(
                section.Rows is >= 1 and <= Concert.MaxRows,
                $"{path}.rows",
                $"must be 1 to {Concert.MaxRows}"
            )
            .Require(
                section.SeatsPerRow is >= 1 and <= Concert.MaxSeatsPerRow,
                $"{path}.seatsPerRow",
                $"must be 1 to {Concert.MaxSeatsPerRow}"
            );

    private static ConcertTexts Texts(Request request) =>
        new(request.Name.Trim(), request.Artist.Trim(), request.Venue.Trim());

    private static ConcertTimes Times(Request request) =>
        new(request.StartsAt.ToMicroseconds(), request.BookingStartTime.ToMicroseconds());

    private static SalePlan Sale(Request request) =>
        new(
            [
                .. request.Sections.Select(s => new SectionPlan
                {
                    Name = s.Name.Trim(),
                    Price = new Money(s.Price),
                    Rows = s.Rows,
                    SeatsPerRow = s.SeatsPerRow,
                }),
            ],
            request.TicketsPerCustomer ?? Concert.DefaultTicketsPerCustomer,
            request.HoldSeconds ?? Concert.DefaultHoldSeconds
        );
}
