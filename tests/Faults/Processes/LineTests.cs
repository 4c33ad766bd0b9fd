using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>The line of the tests does what they say of it, in each of its manners.</summary>
internal sealed class LineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for anything that may pass to have passed.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(300);

    private Socket _listener = null!;
    private Line _line = null!;
    private Socket _host = null!;
    private Socket _server = null!;

    [SetUp]
    public async Task Connect()
    {
        _listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _line = new Line(((IPEndPoint)_listener.LocalEndPoint!).Port);
        (_host, _server) = await ConnectedAsync();
    }

    [TearDown]
    public void Disconnect()
    {
        _line.Dispose();
        _host.Dispose();
        _server.Dispose();
        _listener.Dispose();
    }

    [Test]
    public async Task what_is_sent_arrives_in_its_order_and_so_does_the_end()
    {
        var sent = new byte[1_000_000];
        new Random(7).NextBytes(sent);

        var sending = SendAsync(_host, sent);
        (await ReceiveAsync(_server, sent.Length)).ShouldBe(sent);
        await sending;
        _host.Shutdown(SocketShutdown.Send);

        (await _server.ReceiveAsync(new byte[1])).ShouldBe(0);
        _line.Struck.ShouldBe(0);
    }

    [Test]
    public async Task a_torn_line_ends_what_there_is_and_what_comes()
    {
        _line.Inflict(Manner.Torn);

        foreach (var end in new[] { _host, _server })
            await ShouldHaveEndedAsync(end);
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await late.ConnectAsync(IPAddress.Loopback, _line.Port);
            await ShouldHaveEndedAsync(late);
        }
        catch (SocketException e)
        {
            // So soon that it never saw itself connected.
            e.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        }

        _line.Struck.ShouldBe(2);
        await ShouldBeAsNewAsync();
    }

    [TestCase(Manner.HostUnheard)]
    [TestCase(Manner.ServerUnheard)]
    public async Task one_side_falls_silent_and_is_heard_late(Manner manner)
    {
        var (silent, heard) = manner == Manner.HostUnheard ? (_host, _server) : (_server, _host);
        _line.Inflict(manner);

        await SendAsync(silent, [1, 2, 3]);
        await SendAsync(heard, [4]);
        (await ReceiveAsync(silent, 1)).ShouldBe([4]);
        await Eventually.Until("it struck", () => _line.Struck > 0);
        heard.Available.ShouldBe(0);
        _line.Mend();

        (await ReceiveAsync(heard, 3)).ShouldBe([1, 2, 3]);
    }

    [Test]
    public async Task what_is_lost_never_comes_and_its_connection_ends_when_the_line_is_mended()
    {
        _line.Inflict(Manner.Lossy);

        await SendAsync(_host, [1]);
        await SendAsync(_server, [2]);
        await Eventually.Until("both are lost", () => _line.Struck == 2);
        (_host.Available + _server.Available).ShouldBe(0);
        await ShouldBeAsNewAsync();
        foreach (var end in new[] { _host, _server })
            await ShouldHaveEndedAsync(end);
    }

    [TestCase(Manner.Late, 1)]
    [TestCase(Manner.Narrow, 30_000)]
    public async Task what_is_slow_arrives_whole(Manner manner, int bytes)
    {
        var sent = new byte[bytes];
        new Random(7).NextBytes(sent);
        _line.Inflict(manner);

        var began = Stopwatch.GetTimestamp();
        await SendAsync(_host, sent);
        (await ReceiveAsync(_server, bytes)).ShouldBe(sent);

        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(200));
        _line.Struck.ShouldBePositive();
        _line.Mend();
        began = Stopwatch.GetTimestamp();
        await SendAsync(_host, [1]);
        await ReceiveAsync(_server, 1);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(AWhile);
    }

    private async Task<(Socket Host, Socket Server)> ConnectedAsync()
    {
        var host = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await host.ConnectAsync(IPAddress.Loopback, _line.Port);
        return (host, await _listener.AcceptAsync());
    }

    private async Task ShouldBeAsNewAsync()
    {
        _line.Mend();
        var (host, server) = await ConnectedAsync();
        using (host)
        using (server)
        {
            await SendAsync(host, [7]);
            (await ReceiveAsync(server, 1)).ShouldBe([7]);
        }
    }

    /// <summary>By a reset, but where closing was faster than that.</summary>
    private static async Task ShouldHaveEndedAsync(Socket end)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            (await end.ReceiveAsync(new byte[1], patience.Token)).ShouldBe(0);
        }
        catch (SocketException e)
        {
            e.SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        }
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length; )
            sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        for (var received = 0; received < count; )
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(received), patience.Token);
            more.ShouldBePositive();
            received += more;
        }

        return bytes;
    }
}
