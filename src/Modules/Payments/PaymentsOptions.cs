using System.ComponentModel.DataAnnotations;
using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>Section <c>Payments</c>.</summary>
internal sealed class PaymentsOptions
{
    public const string Section = "Payments";

    /// <summary>
    /// A card payment that the customer never comes back to ends after this long.
    /// </summary>
    [Range(1, 3_600)]
    public int AbandonAfterSeconds { get; init; } = 180;

    /// <summary>How often each host looks for payments to reconcile and to refund.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; init; } = 500;

    /// <summary>The first wait after the provider could not tell; doubles each time.</summary>
    [Range(10, 60_000)]
    public int RetryMilliseconds { get; init; } = 1_000;

    /// <summary>The longest wait between two questions to the provider.</summary>
    [Range(1, 3_600)]
    public int MaxRetrySeconds { get; init; } = 60;

    public TimeSpan AbandonAfter => TimeSpan.FromSeconds(AbandonAfterSeconds);
    public TimeSpan Poll => TimeSpan.FromMilliseconds(PollMilliseconds);

    /// <summary>The wait after so many checks without an outcome.</summary>
    public TimeSpan DelayAfter(int checks) =>
        Backoff.After(
            checks + 1,
            TimeSpan.FromMilliseconds(RetryMilliseconds),
            TimeSpan.FromSeconds(MaxRetrySeconds)
        );
}

/// <summary>Section <c>Payments:Gateway</c>: where the payment provider is.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Payments:Gateway";

    /// <summary>The provider as this host reaches it.</summary>
    [Required]
    public Uri BaseAddress { get; init; } = new("http://127.0.0.1:5090");

    /// <summary>
    /// The provider as a customer's browser reaches it; null where that is the same.
    /// </summary>
    public Uri? CheckoutBaseAddress { get; init; }

    /// <summary>The merchant's key; the default is the sandbox's, which guards nothing.</summary>
    [Required]
    public string SecretKey { get; init; } = "test_sk_concert_reservation";

    /// <summary>An answer later than this counts as none.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; init; } = 10;

    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>When whoever asked to take the money has either noted the answer or died.</summary>
    /// <remarks>Two questions: what a used-up key leaves open, the order answers.</remarks>
    public TimeSpan AnswerBy => (2 * Timeout) + TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long background work keeps a payment to itself: three questions, and the commit.
    /// </summary>
    public TimeSpan Lease => (3 * Timeout) + TimeSpan.FromSeconds(20);

    /// <summary>Where the customer pays.</summary>
    public Uri CheckoutFor(string orderId, long amountWon) =>
        new(
            CheckoutBaseAddress ?? BaseAddress,
            $"/checkout?orderId={Uri.EscapeDataString(orderId)}&amount={amountWon}"
        );
}

internal sealed class GatewayOptionsRules : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        foreach (var address in new[] { options.BaseAddress, options.CheckoutBaseAddress })
        {
            if (
                address is not null
                && !(address.IsAbsoluteUri && address.Scheme is "http" or "https")
            )
            {
                return ValidateOptionsResult.Fail(
                    $"{GatewayOptions.Section}: {address} is no http address."
                );
            }
        }

        return ValidateOptionsResult.Success;
    }
}
