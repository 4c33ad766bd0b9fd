using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// A bootstrap address that stays while the Kafka behind it is replaced: the first connection goes
/// through it, the answer names the brokers themselves.
/// </summary>
internal sealed class KafkaEntrance : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _accepting;
    private CancellationTokenSource _moved = new();
    private volatile IPEndPoint _target;

    public KafkaEntrance(string bootstrapServers)
    {
        _target = First(bootstrapServers);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"
        );

    public async Task LeadToAsync(string bootstrapServers)
    {
        _target = First(bootstrapServers);
        var before = Interlocked.Exchange(ref _moved, new CancellationTokenSource());
        await before.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _moved.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _closed.Dispose();
    }

    private static IPEndPoint First(string servers)
    {
        var address = servers.Split(',')[0];
        var colon = address.LastIndexOf(':');
        var port = int.Parse(address[(colon + 1)..], CultureInfo.InvariantCulture);
        return new IPEndPoint(IPAddress.Loopback, port);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_closed.Token);
            _ = ServeAsync(client, _moved.Token);
        }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken moved)
    {
        using (client)
        using (var broker = new TcpClient())
        {
            try
            {
                await broker.ConnectAsync(_target, moved);
                await using var left = client.GetStream();
                await using var right = broker.GetStream();
                await Task.WhenAny(left.CopyToAsync(right, moved), right.CopyToAsync(left, moved));
            }
            catch (Exception e)
                when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either side left: the other one sees its connection close.
            }
        }
    }
}
