namespace ConcertReservation.Contracts;

/// <summary>States of a concert, as the API and other modules see them.</summary>
public static class ConcertStatuses
{
    public const string Scheduled = "SCHEDULED";
    public const string SoldOut = "SOLD_OUT";
    public const string Cancelled = "CANCELLED";
}
