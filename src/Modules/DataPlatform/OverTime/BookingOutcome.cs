namespace ConcertReservation.DataPlatform;

/// <summary>
/// What has become of a booking, in SQL over <c>data_platform.reservations r</c>; the newest fact
/// tells, as it does in <see cref="ReservationFacts"/>.
/// </summary>
internal static class BookingOutcome
{
    public const string Open = "HELD";
    public const string Sold = "SOLD";
    public const string Expired = "EXPIRED";
    public const string Cancelled = "CANCELLED";

    /// <summary>Cancelled after it was sold.</summary>
    public const string Returned = "RETURNED";

    public const string Sql = $"""
        CASE greatest(r.created_version, r.confirmed_version, r.expired_version,
                r.cancelled_version)
            WHEN r.created_version THEN '{Open}'
            WHEN r.confirmed_version THEN '{Sold}'
            WHEN r.expired_version THEN '{Expired}'
            ELSE CASE WHEN r.confirmed_version IS NULL THEN '{Cancelled}' ELSE '{Returned}' END
        END
        """;
}
