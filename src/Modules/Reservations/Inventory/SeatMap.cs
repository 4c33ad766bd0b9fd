namespace ConcertReservation.Reservations;

/// <summary>
/// Where a concert's seats are and what they cost: fixed once the concert is planned.
/// </summary>
internal sealed record SeatPlan(long ConcertId, IReadOnlyList<SeatPlanSection> Sections)
{
    public long FirstSeatId => Sections[0].FirstSeatId;
    public int TotalSeats { get; } = Sections.Sum(s => s.Seats);
}

/// <param name="FirstSeatId">Ids go on from here, seat by seat and row by row.</param>
internal sealed record SeatPlanSection(
    string Name,
    long PriceWon,
    int Rows,
    int SeatsPerRow,
    long FirstSeatId
)
{
    public int Seats => Rows * SeatsPerRow;
}

/// <summary>The state of every seat of a concert at one moment.</summary>
/// <param name="States">
/// One letter a seat in the order of ids: <c>f</c>ree, <c>h</c>eld, <c>s</c>old.
/// </param>
/// <param name="Snapshot">What the database showed at that moment.</param>
/// <param name="ReadAt">By the database's clock.</param>
/// <param name="NextLapse">When the first of its holds runs out, unless it is paid.</param>
internal sealed record SeatMap(
    SeatPlan Plan,
    string States,
    string Snapshot,
    DateTimeOffset ReadAt,
    DateTimeOffset? NextLapse
)
{
    public const char Free = 'f';
    public const char Held = 'h';
    public const char Sold = 's';

    public ReadOnlySpan<char> StatesOf(SeatPlanSection section) =>
        States.AsSpan((int)(section.FirstSeatId - Plan.FirstSeatId), section.Seats);
}
