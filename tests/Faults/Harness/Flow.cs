using System.Net.Sockets;
using System.Threading.Channels;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What came in one piece, and when.</summary>
internal sealed record Chunk(ReadOnlyMemory<byte> Bytes, DateTime Received);

/// <summary>
/// One direction of a connection: pieces are taken as they come and passed on, in their order, when
/// they may.
/// </summary>
/// <param name="suffer">Returns when a piece may go on, and whether it does.</param>
/// <param name="isTorn">Whether no orderly end may come before the reset.</param>
internal sealed class Flow(
    Socket from,
    Socket to,
    Func<Chunk, Task<bool>> suffer,
    Func<bool> isTorn
)
{
    private const int MaxChunkBytes = 64 * 1024;

    /// <summary>So much is under way at most; then the sender waits, as on any line.</summary>
    private const int MaxChunks = 256;

    /// <summary>Fewer than a sale needs: it takes its time.</summary>
    private const int TrickleBytesPerSecond = 64 * 1024;

    private readonly Channel<Chunk> _underWay = Channel.CreateBounded<Chunk>(MaxChunks);

    /// <summary>
    /// Until one end has hung up: what it sent before is still on its way, whether the other end
    /// wants it or not.
    /// </summary>
    public Task PassAsync() => Task.WhenAll(TakeAsync(), GiveAsync());

    public static TimeSpan TrickleTime(Chunk chunk) =>
        TimeSpan.FromSeconds((double)chunk.Bytes.Length / TrickleBytesPerSecond);

    /// <summary>What makes a line slow.</summary>
    public static async Task UntilAsync(DateTime time)
    {
        var left = time - DateTime.UtcNow;
        if (left < TimeSpan.FromMilliseconds(1))
            return;

        using var timer = new PeriodicTimer(left);
        await timer.WaitForNextTickAsync();
    }

    private async Task TakeAsync()
    {
        var buffer = new byte[MaxChunkBytes];
        while (await ReceiveAsync(buffer) is var count and > 0)
        {
            await _underWay.Writer.WriteAsync(
                new Chunk(buffer.AsSpan(0, count).ToArray(), DateTime.UtcNow)
            );
        }

        _underWay.Writer.Complete();
    }

    private async Task GiveAsync()
    {
        var isWanted = true;
        await foreach (var chunk in _underWay.Reader.ReadAllAsync())
        {
            if (await suffer(chunk))
                isWanted = isWanted && await TrySendAsync(chunk.Bytes);
        }

        if (isTorn())
            return;
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
    private async Task<int> ReceiveAsync(byte[] buffer)
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

    private async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes)
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
