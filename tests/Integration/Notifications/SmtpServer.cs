using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// A small SMTP server (RFC 5321) that answers as a test wishes and keeps what it takes.
/// </summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedMail> _received = [];
    private readonly ConcurrentDictionary<string, int> _attempts = [];
    private readonly Task _running;
    private int _refusals;

    private SmtpServer(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Before it the server says nothing.</summary>
    public Task Greeting { get; set; } = Task.CompletedTask;

    /// <summary>While it is set, the server says this for its greeting, and hangs up.</summary>
    public string? Refusal { get; set; }

    /// <summary>Connections that heard the refusal.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>
    /// The reply to the recipient, given how often it was named; 250 where it is not set, and null
    /// where the connection breaks instead.
    /// </summary>
    public Func<string, int, string?> OnRecipient { get; set; } = (_, _) => "250 OK";

    /// <summary>
    /// What to do between the last dot and the reply; false hangs up instead of replying.
    /// </summary>
    public Func<ReceivedMail, Task<bool>> OnMessage { get; set; } = _ => Task.FromResult(true);

    /// <summary>In the order of coming.</summary>
    public IReadOnlyCollection<ReceivedMail> Received => _received;

    /// <param name="port">0 takes a free one.</param>
    public static SmtpServer Start(int port = 0) => new(port);

    public async ValueTask DisposeAsync()
    {
        // A test that takes the server away may fail before there is a new one for the tear-down.
        if (_stop.IsCancellationRequested)
            return;

        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            await using var writer = new StreamWriter(stream, Encoding.ASCII)
            {
                NewLine = "\r\n",
                AutoFlush = true,
            };
            await Greeting.WaitAsync(_stop.Token);
            if (Refusal is { } refusal)
            {
                await writer.WriteLineAsync(refusal);
                Interlocked.Increment(ref _refusals);
                return;
            }

            await writer.WriteLineAsync("220 test");
            var recipient = "";
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                string? reply = "250 OK";
                if (line.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase))
                {
                    recipient = line[8..].Trim().Trim('<', '>');
                    var attempt = _attempts.AddOrUpdate(recipient, 1, (_, n) => n + 1);
                    reply = OnRecipient(recipient, attempt);
                }
                else if (line.Equals("DATA", StringComparison.OrdinalIgnoreCase))
                {
                    await writer.WriteLineAsync("354 go on");
                    if (!await TakeAsync(reader, recipient))
                        return;
                }
                else if (line.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
                {
                    await writer.WriteLineAsync("221 bye");
                    return;
                }

                if (reply is null)
                {
                    client.Client.Close(timeout: 0);
                    return;
                }

                await writer.WriteLineAsync(reply);
            }
        }
        catch (Exception e)
            when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client hung up, or the test is over.
        }
    }

    private async Task<bool> TakeAsync(StreamReader reader, string recipient)
    {
        var data = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
            data.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        var mail = new ReceivedMail(recipient, data.ToString());
        _received.Enqueue(mail);
        return await OnMessage(mail);
    }
}

internal sealed record ReceivedMail(string Recipient, string Data)
{
    public string MessageId =>
        Data.Split("\r\n")
            .First(l => l.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase))[11..]
            .Trim();
}
