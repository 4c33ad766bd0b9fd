namespace ConcertReservation.Contracts;

/// <summary>States of a reservation, as the API and other modules see them.</summary>
public static class ReservationStatuses
{
    public const string Held = "HELD";
    public const string Paying = "PAYING";
    public const string Confirmed = "CONFIRMED";
    public const string Expired = "EXPIRED";
    public const string Cancelled = "CANCELLED";
}
