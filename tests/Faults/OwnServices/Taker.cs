using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>Somebody else who has a port, and turns away whoever comes.</summary>
internal sealed class Taker : IDisposable
{
    private TcpListener? _listener;

    /// <summary>Null until it has one.</summary>
    public int? Port => (_listener?.LocalEndpoint as IPEndPoint)?.Port;

    public void Take(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _ = TurnAwayAsync(_listener);
    }

    public void Dispose() => _listener?.Dispose();

    private static async Task TurnAwayAsync(TcpListener listener)
    {
        try
        {
            while (true)
                (await listener.AcceptSocketAsync()).Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The port was given back.
        }
    }
}
