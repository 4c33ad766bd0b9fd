using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What a line may do to whatever passes it.</summary>
internal enum Manner
{
    /// <summary>Connections are reset, and new ones too.</summary>
    Torn,

    /// <summary>What the host sends does not arrive until the line is mended.</summary>
    HostUnheard,

    /// <summary>What the server answers does not arrive until the line is mended.</summary>
    ServerUnheard,

    /// <summary>What either sends is lost; a connection that lost something ends at last.</summary>
    Lossy,

    /// <summary>What either sends arrives a while later.</summary>
    Late,

    /// <summary>What either sends trickles.</summary>
    Narrow,
}

/// <summary>
/// A line between a host and a server, on which anything may happen that happens on a network:
/// who sends notices nothing, or too late.
/// </summary>
internal sealed class Line : IDisposable
{
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Connection, byte> _connections = new();
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly int _targetPort;
    private volatile Manner[] _manners = [];
    private volatile TaskCompletionSource _mended = new();
    private long _struck;

    /// <param name="targetPort">Of a server on this machine.</param>
    public Line(int targetPort)
    {
        _targetPort = targetPort;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>
    /// How often something was reset, withheld, lost or slowed: a fault that struck nothing proves
    /// nothing.
    /// </summary>
    public long Struck => Interlocked.Read(ref _struck);

    /// <summary>From now on, and until it is mended; besides what it does already.</summary>
    public void Inflict(Manner manner)
    {
        _manners = [.. _manners, manner];
        if (manner != Manner.Torn)
            return;

        foreach (var connection in _connections.Keys)
        {
            Strike();
            connection.Reset();
        }
    }

    /// <summary>
    /// What was withheld arrives, late; connections that lost something are reset; all others, and
    /// new ones, are as they should be.
    /// </summary>
    public void Mend()
    {
        _manners = [];
        foreach (var connection in _connections.Keys.Where(c => c.HasLost))
            connection.Reset();
        Interlocked.Exchange(ref _mended, new TaskCompletionSource()).SetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var connection in _connections.Keys)
            connection.Reset();
        Mend();
    }

    private bool Does(Manner manner) => _manners.Contains(manner);

    private void Strike() => Interlocked.Increment(ref _struck);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The line was taken down.
        }
    }

    private async Task PassAsync(Socket host)
    {
        var connection = new Connection(this, host);
        _connections[connection] = 0;
        try
        {
            if (Does(Manner.Torn))
            {
                Strike();
                connection.Reset();
            }
            else
                await connection.PassAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens there, or the line was torn.
        }

        connection.Dispose();
        _connections.TryRemove(connection, out _);
    }

    /// <summary>Both directions of a host's connection.</summary>
    private sealed class Connection(Line line, Socket host) : IDisposable
    {
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);

        private volatile bool _isReset;

        public bool HasLost { get; private set; }

        public async Task PassAsync()
        {
            await _server.ConnectAsync(IPAddress.Loopback, line._targetPort);
            host.NoDelay = _server.NoDelay = true;
            await Task.WhenAll(
                FlowAsync(host, _server, Manner.HostUnheard),
                FlowAsync(_server, host, Manner.ServerUnheard)
            );

            Task FlowAsync(Socket from, Socket to, Manner silence) =>
                new Flow(from, to, c => SufferAsync(c, silence), () => _isReset).PassAsync();
        }

        public void Reset()
        {
            _isReset = true;
            foreach (var socket in new[] { host, _server })
            {
                try
                {
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It is gone already.
                }

                // At once: an orderly close may shut down first, where somebody still receives.
                socket.Close(timeout: 0);
            }
        }

        public void Dispose()
        {
            host.Dispose();
            _server.Dispose();
        }

        /// <returns>Whether it arrives at all.</returns>
        private async Task<bool> SufferAsync(Chunk chunk, Manner silence)
        {
            while (line._mended.Task is var mended && line.Does(silence))
            {
                line.Strike();
                await mended;
            }

            if (line.Does(Manner.Late))
            {
                line.Strike();
                await Flow.UntilAsync(chunk.Received + Lateness);
            }

            if (line.Does(Manner.Narrow))
            {
                line.Strike();
                await Flow.UntilAsync(DateTime.UtcNow + Flow.TrickleTime(chunk));
            }

            if (!line.Does(Manner.Lossy))
                return true;

            line.Strike();
            HasLost = true;
            return false;
        }
    }
}
