using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// A line between a host and a server, which can be torn, or fall silent in one direction as a
/// network does: who sends notices nothing, and what was sent arrives late.
/// </summary>
internal sealed class Line : IDisposable
{
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly int _targetPort;
    private volatile TaskCompletionSource _toServer = Open();
    private volatile TaskCompletionSource _toHost = Open();
    private volatile bool _isTorn;

    /// <param name="targetPort">Of a server on this machine.</param>
    public Line(int targetPort)
    {
        _targetPort = targetPort;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What the host sends from now on does not arrive until it is mended.</summary>
    public void SilenceHost() => _toServer = new TaskCompletionSource();

    /// <summary>What the server answers from now on does not arrive until it is mended.</summary>
    public void SilenceServer() => _toHost = new TaskCompletionSource();

    /// <summary>All connections are reset, and new ones too, until it is mended.</summary>
    public void Tear()
    {
        _isTorn = true;
        foreach (var socket in _sockets.Keys)
            Reset(socket);
    }

    /// <summary>What was withheld arrives, late; new connections are as they should be.</summary>
    public void Mend()
    {
        _isTorn = false;
        _toServer.TrySetResult();
        _toHost.TrySetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Tear();
        _toServer.TrySetResult();
        _toHost.TrySetResult();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
    }

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
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets[host] = _sockets[server] = 0;
        try
        {
            if (_isTorn)
                Reset(host);
            else
                await PassAsync(host, server);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens there, or the line was torn.
        }

        host.Dispose();
        server.Dispose();
        _sockets.TryRemove(host, out _);
        _sockets.TryRemove(server, out _);
    }

    private async Task PassAsync(Socket host, Socket server)
    {
        await server.ConnectAsync(IPAddress.Loopback, _targetPort);
        host.NoDelay = server.NoDelay = true;
        await Task.WhenAll(
            CopyAsync(host, server, () => _toServer.Task),
            CopyAsync(server, host, () => _toHost.Task)
        );
    }

    /// <summary>
    /// Until one end has hung up: what it sent before is still on its way, whether the other end
    /// wants it or not.
    /// </summary>
    private static async Task CopyAsync(Socket from, Socket to, Func<Task> mayPass)
    {
        var buffer = new byte[64 * 1024];
        var isWanted = true;
        while (await ReceiveAsync(from, buffer) is var count and > 0)
        {
            await mayPass();
            isWanted = isWanted && await TrySendAsync(to, buffer.AsMemory(0, count));
        }

        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone before.
        }
    }

    /// <returns>0 at the end, of whatever kind.</returns>
    private static async Task<int> ReceiveAsync(Socket from, byte[] buffer)
    {
        try
        {
            return await from.ReceiveAsync(buffer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private static async Task<bool> TrySendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await to.SendAsync(bytes)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
