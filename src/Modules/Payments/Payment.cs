using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

/// <summary>
/// One attempt to pay for a reservation. Its decisions are pure; each event raises the version by
/// one. An illegal transition throws: whoever cannot know the state asks first.
/// </summary>
internal sealed partial class Payment
{
    public const int MaxReasonLength = 300;

    public long Id { get; private init; }
    public long ReservationId { get; private init; }
    public long CustomerId { get; private init; }
    public Money Amount { get; private init; }
    public PaymentMethod Method { get; private init; }
    public PaymentStatus Status { get; private set; }
    public long Version { get; private set; }
    public DateTimeOffset StartedAt { get; private init; }

    /// <summary>What the provider knows the attempt by; null for POINT.</summary>
    public string? OrderId { get; private init; }

    /// <summary>
    /// The provider's name for what the customer did there; once set, money may have moved.
    /// </summary>
    public string? PaymentKey { get; private set; }

    /// <summary>Why it failed or is refunded.</summary>
    public string? Reason { get; private set; }

    /// <summary>Neither completed nor failed yet.</summary>
    public bool IsOpen => Status is PaymentStatus.Started or PaymentStatus.Unknown;

    /// <summary>The provider may have been told to take the money.</summary>
    public bool WasAsked => PaymentKey is not null;

    /// <summary>It can still end without a word from the provider.</summary>
    public bool CanBeAbandoned => Status == PaymentStatus.Started && !WasAsked;

    public bool CanBeConfirmed => CanBeAbandoned && Method == PaymentMethod.Card;

    /// <param name="orderId">Null for POINT, which needs no provider.</param>
    /// <param name="abandonAt">When an attempt that nobody comes back to ends.</param>
    public static (Payment Payment, PaymentStarted Event) Start(
        long id,
        PayableReservation reservation,
        PaymentMethod method,
        string? orderId,
        DateTimeOffset now,
        DateTimeOffset? abandonAt
    )
    {
        var payment = new Payment
        {
            Id = id,
            ReservationId = reservation.ReservationId,
            CustomerId = reservation.CustomerId,
            Amount = reservation.Amount,
            Method = method,
            OrderId = orderId,
            StartedAt = now,
            NextCheckAt = abandonAt,
            OpenSince = now,
            Status = PaymentStatus.Started,
            Version = 1,
        };
        return (
            payment,
            new PaymentStarted
            {
                OccurredAt = now,
                Version = payment.Version,
                PaymentId = payment.Id,
                ReservationId = payment.ReservationId,
                UserId = payment.CustomerId,
                Amount = payment.Amount,
                PaymentMethod = method.ToWire(),
            }
        );
    }

    /// <summary>The provider is about to be asked to take the money.</summary>
    /// <param name="answerBy">From then on somebody else finds out what became of it.</param>
    public void MarkAsked(string paymentKey, DateTimeOffset answerBy)
    {
        Require(CanBeConfirmed, "be confirmed");
        PaymentKey = paymentKey;
        AskedAt = null;
        NextCheckAt = answerBy;
        Checks = 0;
        HintedChecks = 0;
    }

    /// <summary>No longer than so many, and without half a character at its end.</summary>
    public static string Shorten(string text, int length)
    {
        if (text.Length <= length)
            return text;

        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }

    /// <summary>No conclusive answer came: the provider is asked until there is one.</summary>
    /// <param name="claim">As in <see cref="CheckAgain"/>.</param>
    public void MarkUnknown(DateTimeOffset now, TimeSpan wait, DateTimeOffset? claim)
    {
        Require(IsOpen && WasAsked, "become UNKNOWN");
        Status = PaymentStatus.Unknown;
        CheckAgain(now, wait, claim);
    }

    public PaymentCompleted Complete(DateTimeOffset now)
    {
        Require(IsOpen, "complete");
        End(PaymentStatus.Completed, Reason);
        return new PaymentCompleted
        {
            OccurredAt = now,
            Version = Version,
            PaymentId = Id,
            ReservationId = ReservationId,
            UserId = CustomerId,
            Amount = Amount,
            PaymentMethod = Method.ToWire(),
        };
    }

    public PaymentFailed Fail(string reason, DateTimeOffset now)
    {
        Require(IsOpen, "fail");
        var mayBeTaken = HasUnansweredTry;
        End(PaymentStatus.Failed, reason);
        if (mayBeTaken)
            LookBackLater(now);
        return new PaymentFailed
        {
            OccurredAt = now,
            Version = Version,
            PaymentId = Id,
            ReservationId = ReservationId,
            UserId = CustomerId,
            Amount = Amount,
            PaymentMethod = Method.ToWire(),
            Reason = Reason!,
        };
    }

    /// <summary>
    /// The reservation cannot be had, or was given back: the money has to return.
    /// </summary>
    public PaymentRefundRequested RequestRefund(string reason, DateTimeOffset now)
    {
        Require(Status == PaymentStatus.Completed, "be refunded");
        End(PaymentStatus.RefundRequested, reason);
        NextCheckAt = now;
        OpenSince = now;
        Checks = 0;
        HintedChecks = 0;
        return new PaymentRefundRequested
        {
            OccurredAt = now,
            Version = Version,
            PaymentId = Id,
            ReservationId = ReservationId,
            UserId = CustomerId,
            Amount = Amount,
            PaymentMethod = Method.ToWire(),
            Reason = Reason!,
        };
    }

    public PaymentRefunded Refund(DateTimeOffset now)
    {
        Require(Status == PaymentStatus.RefundRequested, "become REFUNDED");
        End(PaymentStatus.Refunded, Reason);
        return new PaymentRefunded
        {
            OccurredAt = now,
            Version = Version,
            PaymentId = Id,
            ReservationId = ReservationId,
            UserId = CustomerId,
            Amount = Amount,
            PaymentMethod = Method.ToWire(),
            Reason = Reason!,
        };
    }

    private void End(PaymentStatus status, string? reason)
    {
        Status = status;
        Reason = reason is null ? null : Shorten(reason, MaxReasonLength);
        NextCheckAt = null;
        OpenSince = null;
        ClaimedUntil = null;
        AskedAt = null;
        HintedAt = null;
        Version++;
    }

    private void Require(bool legal, string what)
    {
        if (!legal)
            throw new IllegalTransitionException(
                $"Payment {Id} is {Status.ToWire()} and cannot {what}."
            );
    }
}
