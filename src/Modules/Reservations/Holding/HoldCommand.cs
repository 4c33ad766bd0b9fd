using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Reservations;

/// <summary>What a customer asks for.</summary>
/// <param name="Fingerprint">The same for the same request, 32 bytes.</param>
/// <param name="SeatIds">1 to 8, distinct, sorted.</param>
internal sealed record HoldCommand(
    long CustomerId,
    string Email,
    string Key,
    byte[] Fingerprint,
    long ConcertId,
    IReadOnlyList<long> SeatIds,
    string? TraceParent
);

/// <summary>What became of it.</summary>
internal abstract record HoldAnswer
{
    /// <param name="Answer">Kept byte for byte under the key, now or by an earlier request.</param>
    public sealed record Made(RecordedAnswer Answer) : HoldAnswer;

    /// <summary>Nothing has happened.</summary>
    public sealed record Refused(Problem Problem) : HoldAnswer;

    /// <summary>There is no inventory of this concert, not yet or never.</summary>
    public sealed record UnknownConcert : HoldAnswer
    {
        public static readonly UnknownConcert Instance = new();
    }
}
