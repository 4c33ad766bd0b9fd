using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What a wire keeps back when it stops at a statement.</summary>
internal enum Withheld
{
    /// <summary>The server never hears of the statement.</summary>
    Statement,

    /// <summary>The server does what it says, and the host never hears of that.</summary>
    Answer,
}

/// <summary>
/// The wire between a host and PostgreSQL. It can stop one connection at a named statement, so that
/// a host is killed or frozen exactly there.
/// </summary>
internal sealed class Wire : IDisposable
{
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly string _targetHost;
    private readonly int _targetPort;
    private volatile Stop? _wanted;

    private Wire(string targetHost, int targetPort)
    {
        (_targetHost, _targetPort) = (targetHost, targetPort);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>A wire to the server of the connection string.</summary>
    /// <returns>The wire, and the connection string that leads through it.</returns>
    public static (Wire Wire, string ConnectionString) To(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var wire = new Wire(target.Host!, target.Port);
        (target.Host, target.Port) = (
            "127.0.0.1",
            ((IPEndPoint)wire._listener.LocalEndPoint!).Port
        );
        // Statements are read on their way.
        (target.SslMode, target.GssEncryptionMode) = (SslMode.Disable, GssEncryptionMode.Disable);
        return (wire, target.ConnectionString);
    }

    /// <summary>
    /// The next connection that runs a statement with this text in it stops there.
    /// </summary>
    public Stop StopAt(string statement, Withheld withheld) =>
        _wanted = new Stop(statement, withheld);

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets.Keys)
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
            // The wire was taken down.
        }
    }

    private async Task PassAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets[client] = _sockets[server] = 0;
        var connection = new Connection(this, client, server);
        try
        {
            await server.ConnectAsync(_targetHost, _targetPort);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAny(connection.PassStatementsAsync(), connection.PassAnswersAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either end went away: so does the other.
        }

        client.Dispose();
        server.Dispose();
        _sockets.TryRemove(client, out _);
        _sockets.TryRemove(server, out _);
    }

    /// <summary>One connection of the host.</summary>
    private sealed class Connection(Wire wire, Socket client, Socket server)
    {
        private readonly Statements _statements = new();
        private volatile Stop? _answersFrom;

        public Task PassStatementsAsync() =>
            CopyAsync(
                client,
                server,
                async chunk =>
                {
                    _statements.Read(chunk.Span);
                    foreach (var statement in _statements.TakeRun())
                    {
                        if (wire._wanted is not { } stop || !statement.Contains(stop.Statement))
                            continue;

                        wire._wanted = null;
                        if (stop.Withheld == Withheld.Answer)
                            _answersFrom = stop;
                        stop.Reach();
                        if (stop.Withheld == Withheld.Statement)
                            await stop.Released;
                    }
                }
            );

        public Task PassAnswersAsync() =>
            CopyAsync(server, client, _ => _answersFrom?.Released ?? Task.CompletedTask);

        private static async Task CopyAsync(
            Socket from,
            Socket to,
            Func<ReadOnlyMemory<byte>, Task> before
        )
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is var count and > 0)
                {
                    await before(buffer.AsMemory(0, count));
                    for (var sent = 0; sent < count; )
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut, by the wire or by an end.
            }
        }
    }
}

/// <summary>The place at which a wire stops, or has stopped.</summary>
internal sealed class Stop(string statement, Withheld withheld)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _reached = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly TaskCompletionSource _released = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public string Statement => statement;

    public Withheld Withheld => withheld;

    public Task Released => _released.Task;

    /// <summary>Returns when a connection has stopped there.</summary>
    public async Task WaitAsync()
    {
        try
        {
            await _reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new AssertionException($"No connection came to: {Statement}", e);
        }
    }

    public void Reach() => _reached.SetResult();

    /// <summary>What was withheld goes on to where it belongs, late.</summary>
    public void Release() => _released.SetResult();

    /// <summary>What was withheld is lost, as on a wire whose host died.</summary>
    public void Lose() => _released.SetException(new SocketException((int)SocketError.Shutdown));
}
