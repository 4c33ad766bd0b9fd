using System.Globalization;
using System.Threading.Channels;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// A Redis database of its own, empty at first: rankings live under fixed keys. There are sixteen;
/// whoever finds none free waits for one.
/// </summary>
internal sealed class TestRedis : IAsyncDisposable
{
    private const int Databases = 16;
    private static readonly Channel<int> Free = AllDatabases();

    private readonly int _number;
    private readonly string? _ownServer;

    private TestRedis(int number, string? ownServer) => (_number, _ownServer) = (number, ownServer);

    /// <param name="ownServer">
    /// One that nobody else uses; null for the one that the environment names.
    /// </param>
    public static async Task<TestRedis> TakeAsync(string? ownServer = null)
    {
        var redis = new TestRedis(ownServer is null ? await Free.Reader.ReadAsync() : 0, ownServer);
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration());
        await connection.GetDatabase().ExecuteAsync("FLUSHDB");
        return redis;
    }

    /// <summary>How hosts and tests connect to it.</summary>
    /// <param name="address">Another way to the server than the one that ./test names.</param>
    public string Configuration(string? address = null)
    {
        var server = (_ownServer ?? TestServices.Required("ConnectionStrings__Redis")).Split(
            ',',
            2
        );
        server[0] = address ?? server[0];
        var number = _number.ToString(CultureInfo.InvariantCulture);
        return $"{string.Join(',', server)},defaultDatabase={number}";
    }

    public ValueTask DisposeAsync() =>
        _ownServer is null ? Free.Writer.WriteAsync(_number) : ValueTask.CompletedTask;

    private static Channel<int> AllDatabases()
    {
        var numbers = Channel.CreateUnbounded<int>();
        for (var number = 0; number < Databases; number++)
            numbers.Writer.TryWrite(number).ShouldBeTrue();
        return numbers;
    }
}
