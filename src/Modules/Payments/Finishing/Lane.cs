namespace ConcertReservation.Payments;

/// <summary>
/// Payments that background work finishes apart from all others, with places of their own: what
/// customers wait for with seats pinned does not stand behind the refunds of a whole concert, and
/// what needs no provider does not stand behind one that is slow.
/// </summary>
/// <param name="Where">Its payments; an index has the same condition.</param>
/// <param name="AtOnce">Payments in hand at once on a host.</param>
internal sealed record Lane(string Where, int AtOnce)
{
    private static readonly Lane Reconciled = new(
        "payment_key IS NOT NULL AND status IN ('STARTED', 'UNKNOWN')",
        AtOnce: 16
    );

    private static readonly Lane Refunded = new(
        "payment_key IS NOT NULL AND status = 'REFUND_REQUESTED'",
        AtOnce: 16
    );

    private static readonly Lane LookedBackAt = new(
        "payment_key IS NOT NULL AND status = 'FAILED'",
        AtOnce: 4
    );

    private static readonly Lane WithoutProvider = new("payment_key IS NULL", AtOnce: 4);

    public static readonly IReadOnlyList<Lane> All =
    [
        Reconciled,
        Refunded,
        LookedBackAt,
        WithoutProvider,
    ];

    /// <summary>Takes the one that is due for the longest time, for the time in $1.</summary>
    public string ClaimSql { get; } =
        $"""
            UPDATE payments.payments
            SET next_check_at = clock.now() + $1, claimed_until = clock.now() + $1,
                asked_at = clock.now()
            WHERE id = (SELECT id FROM payments.payments
                        WHERE next_check_at <= (SELECT clock.now()) AND {Where}
                            AND (claimed_until IS NULL OR claimed_until <= (SELECT clock.now()))
                        ORDER BY next_check_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """;
}
