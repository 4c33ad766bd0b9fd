using System.Net.Mail;
using System.Net.Sockets;
using System.Text;

namespace ConcertReservation.Notifications;

internal enum Delivery
{
    Sent,

    /// <summary>This mail was not taken now; later it may be.</summary>
    Postponed,

    /// <summary>This mail will never be taken.</summary>
    Refused,

    /// <summary>
    /// No mail can be handed over at present, whichever it is; or the server breaks off at this
    /// one, or does not answer.
    /// </summary>
    Unreachable,

    /// <summary>
    /// No server is there, or it has no room for another connection: it knows nothing of the mail.
    /// </summary>
    NoServer,
}

internal sealed record DeliveryResult(Delivery Delivery, string? Reason = null)
{
    /// <summary>
    /// The server has the whole mail, and only its answer is missing: it may have taken it.
    /// </summary>
    public bool IsUnanswered { get; init; }
}

/// <summary>Hands mails over, one at a time.</summary>
internal interface IMailTransport : IDisposable
{
    Task<DeliveryResult> SendAsync(OutgoingMail mail);
}

internal static class MailTransport
{
    public static bool IsConfigured(NotificationsOptions options) =>
        !string.IsNullOrEmpty(options.PickupDirectory) || !string.IsNullOrEmpty(options.Smtp.Host);

    public static IMailTransport Create(NotificationsOptions options) =>
        string.IsNullOrEmpty(options.PickupDirectory)
            ? new SmtpTransport(options)
            : new PickupFolder(options);

    /// <summary>With its cause, which the library's own message does not name.</summary>
    public static string Describe(Exception e) =>
        string.Join(" ", new[] { e.Message, e.InnerException?.Message }.OfType<string>());
}

/// <summary>One connection to the SMTP server, kept from mail to mail.</summary>
internal sealed class SmtpTransport : IMailTransport
{
    private const int StartTlsUnavailable = 454;

    /// <summary>Of a reply's line (RFC 5321, 4.5.3.1.5).</summary>
    private const int MaxReplyBytes = 512;

    private readonly SmtpClient _client;
    private readonly MailAddress _from;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _greetingTimeout;
    private bool _hasGreeted;

    public SmtpTransport(NotificationsOptions options)
    {
        _from = new MailAddress(options.From);
        _timeout = TimeSpan.FromSeconds(options.Smtp.TimeoutSeconds);
        // After it there must be time for the mail within the lease.
        var rest = TimeSpan.FromSeconds(options.LeaseSeconds) - _timeout;
        _greetingTimeout = rest < _timeout ? rest : _timeout;
        _client = new SmtpClient(options.Smtp.Host, options.Smtp.Port)
        {
            EnableSsl = options.Smtp.StartTls,
            // The last answer is waited for on the thread, where no token reaches it.
            Timeout = (int)_timeout.TotalMilliseconds,
            Credentials = options.Smtp.User is { Length: > 0 } user
                ? new System.Net.NetworkCredential(user, options.Smtp.Password)
                : null,
        };
    }

    /// <remarks>
    /// The host's stop does not interrupt it: an answer that is not waited for is a mail that may
    /// go twice.
    /// </remarks>
    public async Task<DeliveryResult> SendAsync(OutgoingMail mail)
    {
        if (!_hasGreeted && await MissGreetingAsync() is { } reason)
            return new(Delivery.NoServer, reason);

        var result = await HandOverAsync(mail);
        // Whether it has gone, the next mail must not find out at its own cost.
        _hasGreeted = result.Delivery != Delivery.Unreachable;
        return result;
    }

    public void Dispose() => _client.Dispose();

    private async Task<DeliveryResult> HandOverAsync(OutgoingMail mail)
    {
        using var timeout = new CancellationTokenSource(_timeout);
        MailMessage? message = null;
        try
        {
            message = mail.ToMessage(_from);
            await _client.SendMailAsync(message, timeout.Token);
            return new(Delivery.Sent);
        }
        catch (FormatException e)
        {
            return new(Delivery.Refused, e.Message);
        }
        catch (OperationCanceledException)
        {
            return NoAnswer("The server did not answer in time.");
        }
        catch (SmtpException e) when (e.StatusCode == SmtpStatusCode.GeneralFailure)
        {
            // So it is, too, where the library itself misses STARTTLS, or a certificate to trust.
            return NoAnswer(MailTransport.Describe(e));
        }
        catch (SmtpException e)
        {
            return new(Judge(e.StatusCode), MailTransport.Describe(e));
        }
        finally
        {
            message?.Dispose();
        }

        // What the library writes last it has read only once the server wanted it.
        DeliveryResult NoAnswer(string reason) =>
            new(Delivery.Unreachable, reason)
            {
                IsUnanswered = message?.AlternateViews[^1].ContentStream.Position > 0,
            };
    }

    /// <summary>
    /// The library does not tell a server that never says a word from one that is slow with a mail.
    /// So it is asked for its greeting first, on a connection of its own.
    /// </summary>
    /// <returns>Why it is not there; null where it is.</returns>
    private async Task<string?> MissGreetingAsync()
    {
        using var timeout = new CancellationTokenSource(_greetingTimeout);
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(_client.Host!, _client.Port, timeout.Token);
            await using var stream = connection.GetStream();
            var line = new byte[MaxReplyBytes];
            var length = await stream.ReadAtLeastAsync(
                line,
                "220".Length,
                throwOnEndOfStream: false,
                timeout.Token
            );
            var greeting = Encoding.ASCII.GetString(line, 0, length).Trim();
            if (!greeting.StartsWith("220", StringComparison.Ordinal))
                return $"The server does not greet: {greeting}";

            await stream.WriteAsync("QUIT\r\n"u8.ToArray(), timeout.Token);
            return null;
        }
        catch (OperationCanceledException)
        {
            return "The server does not greet in time.";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return MailTransport.Describe(e);
        }
    }

    private static Delivery Judge(SmtpStatusCode answer) =>
        (int)answer switch
        {
            (int)SmtpStatusCode.ServiceNotAvailable or StartTlsUnavailable => Delivery.Unreachable,
            // 53x: the server wants another encryption or another sign-in.
            >= 530 and < 540 => Delivery.Unreachable,
            // 550 to 554: the mailbox or the mail is refused for good. 50x are disputes about the
            // protocol.
            >= 550 and < 560 => Delivery.Refused,
            _ => Delivery.Postponed,
        };
}

/// <summary>
/// Writes .eml files: complete ones only, and one for a mail however often it is tried, since its
/// name and its content are the mail's.
/// </summary>
internal sealed class PickupFolder(NotificationsOptions options) : IMailTransport
{
    private readonly MailAddress _from = new(options.From);
    private readonly string _folder = Path.GetFullPath(options.PickupDirectory!);

    public async Task<DeliveryResult> SendAsync(OutgoingMail mail)
    {
        var draft = Path.Combine(_folder, ".drafts", $"{mail.Id}-{mail.Attempt}");
        try
        {
            // The attempt may have been begun before, and given back.
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
            Directory.CreateDirectory(draft);
            using (
                var client = new SmtpClient
                {
                    DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory,
                    PickupDirectoryLocation = draft,
                }
            )
            using (var message = mail.ToMessage(_from))
            {
                await client.SendMailAsync(message);
            }

            var written = Directory.EnumerateFiles(draft).Single();
            File.Move(written, Path.Combine(_folder, FileName(mail)), overwrite: true);
            Directory.Delete(draft);
            return new(Delivery.Sent);
        }
        catch (FormatException e)
        {
            return new(Delivery.Refused, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SmtpException)
        {
            return new(Delivery.Unreachable, MailTransport.Describe(e));
        }
    }

    public void Dispose() { }

    /// <summary>
    /// Sorted by time, with the kind and language for whoever looks into the folder.
    /// </summary>
    private static string FileName(OutgoingMail mail)
    {
        var time = $"{mail.CreatedAt.UtcDateTime:yyyyMMdd'T'HHmmss}";
        return $"{time}-{mail.Id:D6}-{mail.Kind}-{mail.Written.Language}{mail.Resend}.eml";
    }
}
