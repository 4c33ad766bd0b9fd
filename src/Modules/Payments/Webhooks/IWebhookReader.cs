using System.Text.Json;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.Payments;

/// <summary>
/// What the provider's webhooks look like, and how they prove where they come from.
/// </summary>
internal interface IWebhookReader
{
    /// <summary>The last part of the webhook's address.</summary>
    string Provider { get; }

    /// <summary>The header with the signature.</summary>
    string SignatureHeader { get; }

    /// <summary>False where anybody may send one, and it is but a hint.</summary>
    bool IsSigned { get; }

    /// <summary>Null where the body is the provider's own word, said just now.</summary>
    Problem? Verify(ReadOnlyMemory<byte> body, IHeaderDictionary headers, DateTimeOffset now);

    /// <summary>What the body tells; null of a kind that we do not know, or need not.</summary>
    WebhookNotice? Read(WebhookBody body);
}

/// <param name="OrderId">Our name for the payment; null where it is missing.</param>
/// <param name="OrderField">Where that is, for whoever sent it.</param>
/// <param name="PaymentKey">Null where the provider does not tell the one that we know.</param>
/// <param name="AmountWon">
/// <see cref="WebhookBody.NoAmount"/> where what is told is none; null where none is told.
/// </param>
/// <param name="AmountField">Where the amount is, for whoever sent it.</param>
/// <param name="IsOutcome">The provider may have an answer now that it did not have before.</param>
/// <param name="IsTaken">It says that the money was taken.</param>
internal sealed record WebhookNotice(
    string? OrderId,
    string OrderField,
    string? PaymentKey,
    long? AmountWon,
    string AmountField,
    bool IsOutcome,
    bool IsTaken
);

/// <summary>
/// A webhook's JSON, of which nothing is certain: each way into it may be missing.
/// </summary>
internal sealed class WebhookBody(JsonElement root)
{
    /// <summary>Such as no payment has.</summary>
    public const long NoAmount = -1;

    /// <summary>Null where it is no JSON object, or its text none.</summary>
    public static WebhookBody? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && JsonText.IsWhole(body.Span)
                ? new WebhookBody(root.Clone())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text at the path; null where there is none.</summary>
    public string? Text(params ReadOnlySpan<string> path) =>
        At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>
    /// The whole won at the path, <see cref="NoAmount"/> where there is anything else; null where
    /// there is nothing.
    /// </summary>
    public long? Won(params ReadOnlySpan<string> path) =>
        At(path) switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.Number } number
                when number.TryGetDecimal(out var won)
                    && decimal.IsInteger(won)
                    && won is >= long.MinValue and <= long.MaxValue => (long)won,
            _ => NoAmount,
        };

    private JsonElement? At(ReadOnlySpan<string> path)
    {
        var here = root;
        foreach (var name in path)
        {
            if (here.ValueKind != JsonValueKind.Object || !here.TryGetProperty(name, out here))
                return null;
        }

        return here;
    }
}
