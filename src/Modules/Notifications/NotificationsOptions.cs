using System.ComponentModel.DataAnnotations;
using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

/// <summary>Section <c>Notifications</c>: who sends mail, where to, and how patiently.</summary>
/// <remarks>
/// Without a pickup folder and an SMTP host mails wait in the queue until one is configured.
/// </remarks>
internal sealed class NotificationsOptions
{
    /// <summary>The sender, as <c>name@domain</c> or <c>Name &lt;name@domain&gt;</c>.</summary>
    [Required]
    public string From { get; set; } = "ConcertReservation <no-reply@concert-reservation.example>";

    /// <summary>A folder for .eml files; where it is set, nothing goes to SMTP.</summary>
    public string? PickupDirectory { get; set; }

    [ValidateObjectMembers]
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Mails sent at a time by one host, beside one to a waitlist.</summary>
    [Range(1, 32)]
    public int Connections { get; set; } = 4;

    /// <summary>Mails that a host takes from the queue at a time.</summary>
    [Range(1, 1000)]
    public int BatchSize { get; set; } = 100;

    /// <summary>
    /// How long a host keeps mails that it took; after that another one takes them, as after a host
    /// that died, or whose connection broke before it learned what it had taken.
    /// </summary>
    [Range(30, 3600)]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>Between two looks at the queue of mails that are due.</summary>
    [Range(50, 60_000)]
    public int PollMilliseconds { get; set; } = 1000;

    /// <summary>After so many refusals a mail is given up.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The first wait after a refusal; it doubles each time.</summary>
    [Range(1, 3600)]
    public int RetryBaseSeconds { get; set; } = 15;

    /// <summary>The longest wait between two attempts.</summary>
    [Range(1, 86_400)]
    public int RetryMaxSeconds { get; set; } = 3600;

    /// <summary>Wait before attempt <paramref name="attempt"/> + 1.</summary>
    public TimeSpan DelayAfter(int attempt) =>
        Backoff.After(
            attempt,
            TimeSpan.FromSeconds(RetryBaseSeconds),
            TimeSpan.FromSeconds(RetryMaxSeconds)
        );
}

/// <summary>Section <c>Notifications:Smtp</c>.</summary>
internal sealed class SmtpOptions
{
    public string? Host { get; set; }

    [Range(1, 65_535)]
    public int Port { get; set; } = 25;

    /// <summary>
    /// Encrypt the connection by STARTTLS; without it by the server a mail is not sent.
    /// </summary>
    public bool StartTls { get; set; }

    /// <summary>Signs in where it is set, with <see cref="Password"/>.</summary>
    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Waiting for the server to take one mail.</summary>
    [Range(1, 20)]
    public int TimeoutSeconds { get; set; } = 15;
}

/// <summary>What attributes cannot say.</summary>
internal sealed class NotificationsOptionsRules : IValidateOptions<NotificationsOptions>
{
    public ValidateOptionsResult Validate(string? name, NotificationsOptions options) =>
        OutgoingMail.CanHaveSender(options.From)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Notifications:From is no mail address: {options.From}");
}
