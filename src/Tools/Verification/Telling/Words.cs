using System.Globalization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Telling;

/// <summary>Rows and events in words.</summary>
internal static class Words
{
    public static string Of(SeatRow row) =>
        $"seat {row.Id} of concert {row.ConcertId} at {row.Price} won is {row.State}"
        + (row.ReservationId is { } id ? $" for reservation {id}" : "")
        + (row.HeldUntil is { } until ? $" until {Time(until)}" : "");

    public static string Of(ReservationRow row) =>
        $"reservation {row.Id} of customer {row.CustomerId} at concert {row.ConcertId} is "
        + $"{row.Status} at version {row.Version}: seats {List(row.SeatIds)} for {row.Amount} won, "
        + $"held until {Time(row.HeldUntil)}"
        + (row.PaymentId is { } id ? $", by payment {id}" : "");

    public static string Of(PaymentRow row) =>
        $"payment {row.Id} of customer {row.CustomerId} for reservation {row.ReservationId} is "
        + $"{row.Status} at version {row.Version}: {row.Amount} won by {row.Method}"
        + (row.OrderId is { } order ? $", order {order}" : "");

    public static string Of(WalletEntryRow row) =>
        $"{row.Kind} of {row.Amount} won leaves customer {row.CustomerId} {row.Balance}"
        + (row.PaymentId is { } id ? $", for payment {id}" : "");

    public static string Of(GroupPosition row) =>
        $"{row.Group} at {row.Topic}/{row.Partition} "
        + (row.IsNoted ? $"expects offset {row.Applied}" : "has no position")
        + " and told Kafka "
        + (row.Committed?.ToString(CultureInfo.InvariantCulture) ?? "nothing");

    public static string Of(int? status) =>
        status?.ToString(CultureInfo.InvariantCulture) ?? "no answer";

    /// <summary>What the event says beside its type, key and version.</summary>
    public static string Of(DomainEvent? happened) =>
        happened switch
        {
            ReservationCreated e => $"{Owner(e)}, seats {List(e.SeatIds)} for {e.Amount} won "
                + $"until {Time(e.HeldUntil)}",
            ReservationConfirmed e => $"{Owner(e)}, seats {List(e.SeatIds)} by payment "
                + $"{e.PaymentId}",
            ReservationConfirmationFailed e => $"{Owner(e)}, payment {e.PaymentId}",
            ReservationExpired e => $"{Owner(e)}, seats {List(e.SeatIds)}",
            ReservationCancelled e => $"{Owner(e)}, seats {List(e.SeatIds)}",
            PaymentEvent e => $" of customer {e.UserId}, {e.Amount} won by {e.PaymentMethod} for "
                + $"reservation {e.ReservationId}",
            ConcertScheduled e => $", {e.TotalSeats} seats, {e.TicketsPerCustomer} for a customer",
            _ => "",
        };

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string List(IEnumerable<long> ids) => string.Join(", ", ids);

    private static string Owner(ReservationEvent e) =>
        $" of customer {e.UserId} at concert {e.ConcertId}";
}
