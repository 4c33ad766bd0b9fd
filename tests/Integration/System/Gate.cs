using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// A TCP door in front of a server. Closed, it cuts every connection and refuses new ones, as if
/// the server had been killed; open again, it is at the same address. It can also hold what comes.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly string _targetHost;
    private readonly int _targetPort;
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private volatile TaskCompletionSource? _held;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    private Gate(string targetHost, int targetPort) =>
        (_targetHost, _targetPort) = (targetHost, targetPort);

    public string Host => IPAddress.Loopback.ToString();
    public int Port { get; private set; }

    public static Gate To(string host, int port)
    {
        var gate = new Gate(host, port);
        gate.Open();
        return gate;
    }

    public void Open()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>
    /// Connections stay, and new ones are accepted, but nothing passes: as behind a server that is
    /// stopped, or a network that drops packets.
    /// </summary>
    public void Hold() =>
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held passes, in order.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public async Task CloseAsync()
    {
        Release();
        _listener?.Dispose();
        await _accepting;
        foreach (var socket in _sockets.Keys)
            socket.Dispose();
        _sockets.Clear();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
                _ = PassAsync(await listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The gate was closed.
        }
    }

    private async Task PassAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets[client] = _sockets[server] = 0;
        try
        {
            await server.ConnectAsync(_targetHost, _targetPort);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either end went away: so does the other.
        }

        _sockets.TryRemove(client, out _);
        _sockets.TryRemove(server, out _);
        client.Dispose();
        server.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (_held is { } held)
                    await held.Task;
                for (var sent = 0; sent < count; )
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, by the gate or by an end.
        }
    }
}
