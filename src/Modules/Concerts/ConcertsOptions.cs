using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Concerts;

/// <summary>Section <c>Concerts</c>.</summary>
internal sealed class ConcertsOptions
{
    /// <summary>
    /// Between two looks at concerts whose count of sold seats and state disagree.
    /// </summary>
    [Range(50, 60_000)]
    public int SoldOutRecheckMilliseconds { get; set; } = 2000;

    /// <summary>
    /// Between two comparisons of all counts of sold seats with the owner of the seats.
    /// </summary>
    [Range(50, 3_600_000)]
    public int SeatComparisonMilliseconds { get; set; } = 300_000;

    /// <summary>
    /// So long a count and its owner's number stand still, and apart, until the owner is believed:
    /// longer than an event is on its way, usually.
    /// </summary>
    [Range(1, 7 * 24 * 3600)]
    public int SeatDoubtSeconds { get; set; } = 900;
}
