using System.Text.Json;
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
/// <param name="AmountField">Where the amount is, for whoever sent it.</param>
/// <param name="IsOutcome">The provider may have an answer now that it did not have before.</param>
internal sealed record WebhookNotice(
    string? OrderId,
    string OrderField,
    string? PaymentKey,
    long? AmountWon,
    string AmountField,
    bool IsOutcome
);

/// <summary>
/// A webhook's JSON, of which nothing is certain: each way into it may be missing.
/// </summary>
internal sealed class WebhookBody(JsonElement root)
{
    /// <summary>Null where it is no JSON object.</summary>
    public static WebhookBody? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new WebhookBody(document.RootElement.Clone())
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

    /// <summary>The whole number at the path; null where there is none.</summary>
    public long? Number(params ReadOnlySpan<string> path) =>
        At(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value)
            ? value
            : null;

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
