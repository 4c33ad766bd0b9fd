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
}
