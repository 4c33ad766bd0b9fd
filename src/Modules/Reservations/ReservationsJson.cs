using System.Text.Json.Serialization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(UtcTimeJsonConverter)]
)]
[JsonSerializable(typeof(HoldSeats.Request))]
[JsonSerializable(typeof(HoldSeats.Response), TypeInfoPropertyName = "HoldSeatsResponse")]
[JsonSerializable(typeof(ShowSeats.Response), TypeInfoPropertyName = "ShowSeatsResponse")]
[JsonSerializable(typeof(ReservationView))]
[JsonSerializable(
    typeof(ListReservations.Response),
    TypeInfoPropertyName = "ListReservationsResponse"
)]
internal sealed partial class ReservationsJson : JsonSerializerContext;
