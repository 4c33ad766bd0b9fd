using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

internal sealed class IntervalsTests
{
    private static readonly DateTimeOffset Eight = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    [Test]
    public void the_shortest_interval_that_is_not_too_many_is_taken()
    {
        Of(Eight, Eight.AddDays(1)).Unit.ShouldBe("minute");
        Of(Eight, Eight.AddDays(1).AddMicroseconds(1)).Unit.ShouldBe("hour");
        Of(Eight, Eight.AddDays(60)).Unit.ShouldBe("hour");
        Of(Eight, Eight.AddDays(61)).Unit.ShouldBe("day");
    }

    [Test]
    public void a_day_is_koreas()
    {
        var days = Of(Eight, Eight.AddHours(5), "day");

        days.Starts.ShouldBe([Eight.AddHours(-20), Eight.AddHours(4)]);
        days.To.ShouldBe(Eight.AddHours(28));
    }

    [Test]
    public void whatever_the_range_touches_is_in_it_and_nothing_else()
    {
        Of(Eight, Eight.AddHours(1), "hour").Starts.ShouldBe([Eight]);
        Of(Eight.AddSeconds(-1), Eight.AddHours(1).AddSeconds(1), "hour")
            .Starts.ShouldBe([Eight.AddHours(-1), Eight, Eight.AddHours(1)]);
    }

    [Test]
    public void too_many_are_refused_with_what_would_help()
    {
        FieldOf(Eight, Eight.AddDays(2), "minute").ShouldBe("interval");
        FieldOf(Eight, Eight.AddDays(1_441), null).ShouldBe("to");
        FieldOf(Eight, Eight.AddDays(1_441), "day").ShouldBe("to");
        FieldOf(Eight, Eight, null).ShouldBe("from");
    }

    private static Intervals Of(DateTimeOffset from, DateTimeOffset to, string? unit = null) =>
        Intervals.Of(from, to, unit).Intervals.ShouldNotBeNull();

    private static string FieldOf(DateTimeOffset from, DateTimeOffset to, string? unit) =>
        Intervals
            .Of(from, to, unit)
            .Problem.ShouldNotBeNull()
            .Errors.ShouldNotBeNull()
            .Keys.ShouldHaveSingleItem();
}
