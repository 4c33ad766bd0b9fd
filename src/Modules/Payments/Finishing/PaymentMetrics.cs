using System.Diagnostics.Metrics;
using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

/// <summary>What operators are told of payments, by the names that they know.</summary>
internal sealed class PaymentMetrics
{
    public const string MeterName = "ConcertReservation.Payments";

    /// <summary>Why a webhook was refused, as the metric tells.</summary>
    public const string NotVerified = "not-verified";
    public const string NotReadable = "not-readable";
    public const string UnknownOrder = "unknown-order";
    public const string OtherAmount = "other-amount";
    public const string TooMany = "too-many";

    private static readonly string[] Reasons =
    [
        NotVerified,
        NotReadable,
        UnknownOrder,
        OtherAmount,
        TooMany,
    ];

    private readonly Counter<long> _refusedWebhooks;
    private readonly Counter<long> _takenAfterFailing;
    private volatile IReadOnlyList<OpenInStatus> _open = [];

    public PaymentMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refusedWebhooks = meter.CreateCounter<long>(
            "payments.webhooks.refused",
            description: "Webhooks in the payment provider's name that were refused."
        );
        _takenAfterFailing = meter.CreateCounter<long>(
            "payments.taken.after.failing",
            description: "Payments that have failed and whose money was taken all the same."
        );
        meter.CreateObservableGauge(
            "payments.open",
            () => _open.Select(o => new Measurement<long>(o.Count, Tag("status", o.Status))),
            "{payment}",
            "Payments and refunds that have not ended."
        );
        meter.CreateObservableGauge(
            "payments.oldest.open",
            () =>
                _open.Select(o => new Measurement<double>(
                    o.OldestSeconds,
                    Tag("status", o.Status)
                )),
            "s",
            "Since when the oldest payment or refund has not ended."
        );
    }

    /// <summary>As last measured; none where nobody knows, for a 0 would call it calm.</summary>
    public void Tell(IReadOnlyList<OpenInStatus> open) => _open = open;

    public void Refused(string reason) => _refusedWebhooks.Add(1, Tag("reason", reason));

    public void TakenAfterFailing() => _takenAfterFailing.Add(1);

    /// <remarks>
    /// What alarms watch is told from 0 on: of a counter that begins with its first event,
    /// Prometheus would not see that it rose.
    /// </remarks>
    public void TellCounters()
    {
        _takenAfterFailing.Add(0);
        foreach (var reason in Reasons)
            _refusedWebhooks.Add(0, Tag("reason", reason));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>
/// Payments that are in a status that does not last, or have failed and wait for their money to go
/// back, or have ended and still pin their seats.
/// </summary>
/// <param name="OldestSeconds">0 where there is none.</param>
internal sealed record OpenInStatus(string Status, long Count, double OldestSeconds)
{
    public static readonly IReadOnlyList<string> Statuses =
    [
        PaymentStatuses.Started,
        PaymentStatuses.Unknown,
        PaymentStatuses.Completed,
        PaymentStatuses.RefundRequested,
        PaymentStatuses.Failed,
    ];
}
