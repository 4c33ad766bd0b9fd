using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.Payments;

/// <summary>What Stripe answered: objects, none where a search found none, or an error.</summary>
internal sealed record StripeAnswer(IReadOnlyList<StripeThing> Things, StripeError? Error = null)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new ExpandableConverter() },
    };

    /// <summary>
    /// Should there be more than one of an order, the one that took its money counts.
    /// </summary>
    public StripeThing? Intent =>
        Things
            .Where(t => t.Object == "payment_intent")
            .OrderByDescending(t => t.Status == "succeeded")
            .FirstOrDefault();

    public IEnumerable<StripeThing> Refunds => Things.Where(t => t.Object == "refund");

    /// <summary>In place of the whole charge Stripe names only its id where nobody asked.</summary>
    private sealed class ExpandableConverter : JsonConverter<StripeCharge>
    {
        public override StripeCharge Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        )
        {
            using var charge = JsonDocument.ParseValue(ref reader);
            var isRefunded =
                charge.RootElement.ValueKind == JsonValueKind.Object
                && charge.RootElement.TryGetProperty("refunded", out var refunded)
                && refunded.ValueKind == JsonValueKind.True;
            return new StripeCharge(isRefunded);
        }

        public override void Write(
            Utf8JsonWriter writer,
            StripeCharge value,
            JsonSerializerOptions options
        ) => throw new NotSupportedException();
    }
}

/// <summary>
/// What we read of Stripe's objects; <c>object</c> tells which it is. A list has them in
/// <c>data</c>.
/// </summary>
internal sealed record StripeThing(
    string? Object = null,
    string? Id = null,
    string? Status = null,
    long Amount = 0,
    string? Currency = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    StripeError? LastPaymentError = null,
    StripeCharge? LatestCharge = null,
    IReadOnlyList<StripeThing>? Data = null
);

/// <param name="Refunded">All of it went back.</param>
internal sealed record StripeCharge(bool Refunded);

internal sealed record StripeErrorBody(StripeError? Error);

/// <param name="HttpStatus">Of the answer; the others are of its body.</param>
internal sealed record StripeError(
    string? Type = null,
    string? Code = null,
    string? Message = null,
    StripeThing? PaymentIntent = null,
    int HttpStatus = 0
);
