using System.Globalization;

namespace ConcertReservation.Verification;

/// <summary>
/// How rows of statistics and rankings are named, by whoever reads them and whoever recounts them.
/// </summary>
internal static class Views
{
    private static readonly string[] HourColumns =
    [
        "bookings",
        "seats booked",
        "confirmations",
        "seats sold",
        "revenue",
        "expiries",
        "cancellations",
        "seats returned",
        "refunds",
    ];

    private static readonly string[] ConcertColumns =
    [
        "bookings",
        "confirmations",
        "expiries",
        "cancellations",
        "held seats",
        "sold seats",
        "revenue",
    ];

    private static readonly string[] CustomerColumns =
    [
        "bookings",
        "confirmations",
        "seats",
        "spend",
    ];

    public static string HourOf(DateTimeOffset hour, long concert) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"hour {hour.UtcDateTime:yyyy-MM-dd'T'HH} of concert {concert}"
        );

    public static string Hour(params long[] sums) => Text(HourColumns, sums);

    public static string ConcertOf(long concert) => $"concert {concert}";

    public static string Concert(params long[] sums) => Text(ConcertColumns, sums);

    public static string CustomerOf(long customer, long concert) =>
        $"customer {customer} at concert {concert}";

    public static string Customer(params long[] sums) => Text(CustomerColumns, sums);

    public static string HourOfDayOf(long customer, long hour) =>
        $"customer {customer} at {hour} o'clock";

    public static string SoldSeatsOf(long concert) => $"seats of concert {concert} sold";

    public static string FactsOf(long concert) => $"facts of concert {concert}";

    public static string Facts(
        string name,
        string? artist,
        DateTimeOffset? bookingStart,
        int? totalSeats,
        DateTimeOffset? soldOut,
        DateTimeOffset? cancelled
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"'{name}' by '{artist}', booked from {bookingStart?.UtcDateTime:O}, {totalSeats} "
        )
        + string.Create(
            CultureInfo.InvariantCulture,
            $"seats, sold out {soldOut?.UtcDateTime:O}, cancelled {cancelled?.UtcDateTime:O}"
        );

    public static string ExistsOf(long customer) => $"customer {customer}";

    public const string Exists = "signed up";

    public static string PaymentOf(long reservation, long payment) =>
        $"payment {payment} of reservation {reservation}";

    public static string Payment(
        string method,
        long amount,
        DateTimeOffset? completed,
        DateTimeOffset? failed,
        DateTimeOffset? givingBack,
        DateTimeOffset? refunded
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{amount} by {method}, completed {completed?.UtcDateTime:O}, "
        )
        + string.Create(
            CultureInfo.InvariantCulture,
            $"failed {failed?.UtcDateTime:O}, to be refunded {givingBack?.UtcDateTime:O}, "
        )
        + string.Create(CultureInfo.InvariantCulture, $"refunded {refunded?.UtcDateTime:O}");

    private static string Text(string[] names, long[] sums) =>
        string.Join(", ", names.Zip(sums, (name, sum) => $"{sum} {name}"));
}
