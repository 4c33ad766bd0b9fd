using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.PaymentSandbox;

/// <summary>Section <c>Sandbox</c>; the port is <c>PORT</c>.</summary>
internal sealed class SandboxOptions
{
    public const string Section = "Sandbox";
    public const int DefaultPort = 5090;

    /// <summary>The address to listen on: loopback, or 0.0.0.0 in a container.</summary>
    [Required]
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Where payments are kept over a restart; empty: nowhere.</summary>
    public string Directory { get; init; } = "";

    /// <summary>What merchants sign in with; it guards nothing, for no money is here.</summary>
    [Required]
    public string SecretKey { get; init; } = "test_sk_concert_reservation";

    /// <summary>How long slow cards and late webhooks take.</summary>
    [Range(0, 600)]
    public double SlowSeconds { get; init; } = 3;

    /// <summary>A payment that the merchant has not confirmed by then has expired.</summary>
    [Range(1, 86_400)]
    public int ExpireAfterSeconds { get; init; } = 900;

    /// <summary>Where the merchant hears of changes; null: nowhere.</summary>
    public Uri? WebhookUrl { get; init; }

    /// <summary>What webhooks are signed with; it guards nothing, either.</summary>
    [Required]
    public string WebhookSecret { get; init; } = "test_whsec_concert_reservation";

    /// <summary>The wait after the first try of a webhook; each one is four times longer.</summary>
    [Range(0.01, 600)]
    public double WebhookRetrySeconds { get; init; } = 60;

    public TimeSpan Slow => TimeSpan.FromSeconds(SlowSeconds);
    public TimeSpan WebhookRetry => TimeSpan.FromSeconds(WebhookRetrySeconds);
    public TimeSpan ExpireAfter => TimeSpan.FromSeconds(ExpireAfterSeconds);
}
