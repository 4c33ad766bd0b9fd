using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// When a payment without an outcome is checked again. One that takes too long is somebody's money:
/// it is told once.
/// </summary>
internal sealed partial class Rechecks(
    IOptions<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<Rechecks> logger
)
{
    /// <param name="claim">As in <see cref="Payment.CheckAgain"/>.</param>
    public void Schedule(Payment payment, DateTimeOffset? claim)
    {
        var now = clock.GetUtcNow();
        var (waits, since) = (payment.Waits, payment.OpenSince);
        var wait = options.Value.DelayAfter(waits);
        if (payment.IsOpen)
            payment.MarkUnknown(now, wait, claim);
        else
            payment.CheckAgain(now, wait, claim);

        var isLong = payment.Waits >= options.Value.WarnAfterChecks;
        if (isLong && waits < options.Value.WarnAfterChecks)
            LogLong(payment.Id, payment.Status.ToWire(), since, payment.Checks);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Payment {PaymentId} is {Status} since {Since}: {Checks} questions brought no outcome; "
            + "it is asked about until one does"
    )]
    private partial void LogLong(long paymentId, string status, DateTimeOffset? since, int checks);
}
