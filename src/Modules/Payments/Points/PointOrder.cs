namespace ConcertReservation.Payments;

/// <summary>A customer's wish to pay for a hold by points, as the writer takes it.</summary>
/// <param name="Fingerprint">Of the request under its Idempotency-Key: 32 bytes.</param>
/// <param name="TraceParent">Of the request: what comes of it belongs to its trace.</param>
internal sealed record PointOrder(
    IdempotencyScope Scope,
    byte[] Fingerprint,
    long ReservationId,
    string? TraceParent
)
{
    public long CustomerId => Scope.CustomerId;
}
