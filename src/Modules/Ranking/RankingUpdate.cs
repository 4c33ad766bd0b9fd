using System.Globalization;
using System.Text.Json.Serialization;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;

namespace ConcertReservation.Ranking;

/// <summary>
/// What an event means for the rankings: of a reservation (its concert is named) or of a concert.
/// Identifiers are text, for Lua's numbers end at 2^53.
/// </summary>
/// <param name="Seats">Seats that count from this version of the reservation on.</param>
/// <param name="Hour">Hours since 1970 in Korean time at which the seats were booked.</param>
/// <param name="Seconds">From booking start to sold out.</param>
internal sealed record RankingUpdate(
    string Id,
    long Version,
    string? Name = null,
    string? Concert = null,
    int? Seats = null,
    long? Hour = null,
    double? Seconds = null,
    bool? Cancelled = null
)
{
    /// <returns>
    /// null where the event changes no ranking. Among these is a failed confirmation: where it ends
    /// a reservation, an expiry or a cancellation of its own says so; else the seats stay.
    /// </returns>
    public static RankingUpdate? From(DomainEvent happened, long version) =>
        happened switch
        {
            ReservationCreated e => Counted(e, version, e.ConcertName, e.SeatIds.Count) with
            {
                Hour = KoreanTime.Hour(e.OccurredAt),
            },
            ReservationConfirmed e => Counted(e, version, e.ConcertName, e.SeatIds.Count),
            ReservationExpired e => Counted(e, version, e.ConcertName, seats: 0),
            ReservationCancelled e => Counted(e, version, e.ConcertName, seats: 0),
            ConcertSoldOut e => OfConcert(e, version) with
            {
                Seconds = (e.SoldOutTime - e.BookingStartTime).TotalSeconds,
            },
            ConcertCancelled e => OfConcert(e, version) with { Cancelled = true },
            ConcertEvent e => OfConcert(e, version),
            _ => null,
        };

    private static RankingUpdate Counted(
        ReservationEvent happened,
        long version,
        string concertName,
        int seats
    ) => new(Text(happened.ReservationId), version, concertName, Text(happened.ConcertId), seats);

    private static RankingUpdate OfConcert(ConcertEvent happened, long version) =>
        new(Text(happened.ConcertId), version, happened.ConcertName);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The last change that events of a partition made to the rankings.</summary>
/// <param name="Log">Topic and partition.</param>
/// <param name="Number">Higher than that of any change before, of whatever partition.</param>
/// <param name="Expected">The partition's before, as PostgreSQL has it; 0 for none.</param>
internal sealed record RankingChange(string Log, long Number, long Expected = 0);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(IReadOnlyList<RankingUpdate>))]
[JsonSerializable(typeof(IReadOnlyList<RankingChange>))]
internal sealed partial class RankingJson : JsonSerializerContext;
