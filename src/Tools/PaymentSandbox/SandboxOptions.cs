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

    /// <summary>How long the slow card takes.</summary>
    [Range(0, 600)]
    public double SlowSeconds { get; init; } = 3;

    /// <summary>A payment that the merchant has not confirmed by then has expired.</summary>
    [Range(1, 86_400)]
    public int ExpireAfterSeconds { get; init; } = 900;

    public TimeSpan ExpireAfter => TimeSpan.FromSeconds(ExpireAfterSeconds);
}
