using ConcertReservation.Concerts;

namespace ConcertReservation.Tests.Unit.Concerts;

internal sealed class CreateConcertTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CreateConcert.Request Good = new(
        "Night",
        "The Band",
        "The Hall",
        Now.AddDays(60),
        Now.AddDays(30),
        [new("R", 1000, 10, 10), new("S", 500, 10, 20)]
    );

    [Test]
    public void a_good_plan_passes() => CreateConcert.Check(Good, Now).ShouldBeNull();

    [Test]
    public void a_concert_may_be_on_sale_at_once() =>
        CreateConcert
            .Check(Good with { BookingStartTime = Now.AddMinutes(-1) }, Now)
            .ShouldBeNull();

    [Test]
    public void the_limits_themselves_pass() =>
        CreateConcert
            .Check(
                Good with
                {
                    Name = new string('가', 200),
                    Sections = [new("R", 1, 1000, 100)],
                    TicketsPerCustomer = 8,
                    HoldSeconds = 900,
                },
                Now
            )
            .ShouldBeNull();

    public static IEnumerable<TestCaseData> BadRequests() =>
        [
            Bad("name", Good with { Name = " " }),
            Bad("name", Good with { Name = new string('x', 201) }),
            Bad("name", Good with { Name = "a\nBcc: b@c.d" }),
            Bad("artist", Good with { Artist = "" }),
            Bad("venue", Good with { Venue = "a\0b" }),
            Bad("startsAt", Good with { StartsAt = Good.BookingStartTime }),
            Bad("startsAt", Good with { StartsAt = Now, BookingStartTime = Now.AddDays(-1) }),
            Bad("startsAt", Good with { StartsAt = DateTimeOffset.MaxValue }),
            Bad("bookingStartTime", Good with { BookingStartTime = DateTimeOffset.MinValue }),
            Bad("sections", Good with { Sections = [] }),
            Bad("sections", Good with { Sections = Many(51) }),
            Bad("sections", Good with { Sections = [new("R", 1, 1000, 101)] }),
            Bad("sections[1]", Good with { Sections = [new("R", 1, 1, 1), null!] }),
            Bad(
                "sections[1].name",
                Good with
                {
                    Sections = [new("R", 1, 1, 1), new(" r", 1, 1, 1)],
                }
            ),
            Bad("sections[0].name", Good with { Sections = [new("", 1, 1, 1)] }),
            Bad("sections[0].price", Good with { Sections = [new("R", -1, 1, 1)] }),
            Bad("sections[0].price", Good with { Sections = [new("R", 100_000_001, 1, 1)] }),
            Bad("sections[0].rows", Good with { Sections = [new("R", 1, 0, 1)] }),
            Bad("sections[0].rows", Good with { Sections = [new("R", 1, int.MinValue, 1)] }),
            Bad("sections[0].seatsPerRow", Good with { Sections = [new("R", 1, 1, 1001)] }),
            Bad("ticketsPerCustomer", Good with { TicketsPerCustomer = 0 }),
            Bad("ticketsPerCustomer", Good with { TicketsPerCustomer = 9 }),
            Bad("holdSeconds", Good with { HoldSeconds = 9 }),
            Bad("holdSeconds", Good with { HoldSeconds = 901 }),
        ];

    [TestCaseSource(nameof(BadRequests))]
    public void what_is_wrong_is_named_by_its_path(string field, object request)
    {
        var problem = CreateConcert.Check((CreateConcert.Request)request, Now).ShouldNotBeNull();

        problem.Status.ShouldBe(400);
        problem.Errors.ShouldNotBeNull().Keys.ShouldBe([field]);
    }

    [Test]
    public void everything_wrong_is_named_at_once()
    {
        var problem = CreateConcert
            .Check(Good with { Name = "", Sections = [new("R", -1, 0, 1)], HoldSeconds = 0 }, Now)
            .ShouldNotBeNull();

        problem
            .Errors.ShouldNotBeNull()
            .Keys.ShouldBe(
                ["name", "sections[0].price", "sections[0].rows", "holdSeconds"],
                ignoreOrder: true
            );
    }

    private static TestCaseData Bad(string field, CreateConcert.Request request) =>
        new(field, request);

    private static IReadOnlyList<CreateConcert.Section> Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new CreateConcert.Section($"S{i}", 1, 1, 1))];
}
