using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What became of reservations; counts of them but where seats or won are named.</summary>
/// <param name="Held">They began as holds.</param>
/// <param name="Paid">Money came for them.</param>
/// <param name="Confirmed">They became sales.</param>
/// <param name="Open">Still holds, or being paid.</param>
/// <param name="Sold">Sales that stand.</param>
/// <param name="Expired">Nobody paid in time.</param>
/// <param name="Cancelled">Given back before they were sold.</param>
/// <param name="Returned">Given back after they were sold.</param>
/// <param name="Refunded">Of those that are no sales, or no longer: money went back.</param>
/// <param name="PaidShare">Of those held, 0 to 1; null where there are none.</param>
/// <param name="ConfirmedShare">Of those held, 0 to 1; null where there are none.</param>
/// <param name="SeatsHeld">Of all.</param>
/// <param name="SeatsSold">Of the sales that stand.</param>
/// <param name="Revenue">Of the sales that stand, in won.</param>
/// <param name="MedianSecondsToConfirm">From hold to sale; null where none is.</param>
internal sealed record FunnelSteps(
    long Held,
    long Paid,
    long Confirmed,
    long Open,
    long Sold,
    long Expired,
    long Cancelled,
    long Returned,
    long Refunded,
    double? PaidShare,
    double? ConfirmedShare,
    long SeatsHeld,
    long SeatsSold,
    long Revenue,
    double? MedianSecondsToConfirm
)
{
    public static readonly FunnelSteps None = Of(0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static FunnelSteps Of(
        long held,
        long paid,
        long confirmed,
        long open,
        long sold,
        long expired,
        long cancelled,
        long returned,
        long refunded
    ) =>
        new(
            held,
            paid,
            confirmed,
            open,
            sold,
            expired,
            cancelled,
            returned,
            refunded,
            Share.Of(paid, held),
            Share.Of(confirmed, held),
            SeatsHeld: 0,
            SeatsSold: 0,
            Revenue: 0,
            MedianSecondsToConfirm: null
        );

    /// <summary>As <see cref="WriteTo"/> writes them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "held",
        "paid",
        "confirmed",
        "open",
        "sold",
        "expired",
        "cancelled",
        "returned",
        "refunded",
        "paidShare",
        "confirmedShare",
        "seatsHeld",
        "seatsSold",
        "revenue",
        "medianSecondsToConfirm",
    ];

    public void WriteTo(CsvWriter csv) =>
        csv.Write(Held)
            .Write(Paid)
            .Write(Confirmed)
            .Write(Open)
            .Write(Sold)
            .Write(Expired)
            .Write(Cancelled)
            .Write(Returned)
            .Write(Refunded)
            .Write(PaidShare)
            .Write(ConfirmedShare)
            .Write(SeatsHeld)
            .Write(SeatsSold)
            .Write(Revenue)
            .Write(MedianSecondsToConfirm);

    /// <summary>From the second column on.</summary>
    public static FunnelSteps Read(NpgsqlDataReader row) =>
        Of(
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetInt64(5),
            row.GetInt64(6),
            row.GetInt64(7),
            row.GetInt64(8),
            row.GetInt64(9)
        ) with
        {
            SeatsHeld = row.GetInt64(10),
            SeatsSold = row.GetInt64(11),
            Revenue = row.GetInt64(12),
            MedianSecondsToConfirm = row.IsDBNull(13) ? null : Math.Round(row.GetDouble(13), 3),
        };
}
