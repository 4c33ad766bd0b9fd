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

    private TestRedis(int number) => _number = number;

    public static async Task<TestRedis> TakeAsync()
    {
        var redis = new TestRedis(await Free.Reader.ReadAsync());
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.Configuration());
        await connection.GetDatabase().ExecuteAsync("FLUSHDB");
        return redis;
    }

    /// <summary>How hosts and tests connect to it.</summary>
    /// <param name="address">Another way to the server than the one that ./test names.</param>
    public string Configuration(string? address = null)
    {
        var server = TestServices.Required("ConnectionStrings__Redis").Split(',', 2);
        server[0] = address ?? server[0];
        var number = _number.ToString(CultureInfo.InvariantCulture);
        return $"{string.Join(',', server)},defaultDatabase={number}";
    }

    public ValueTask DisposeAsync() => Free.Writer.WriteAsync(_number);

    private static Channel<int> AllDatabases()
    {
        var numbers = Channel.CreateUnbounded<int>();
        for (var number = 0; number < Databases; number++)
            numbers.Writer.TryWrite(number).ShouldBeTrue();
        return numbers;
    }
}
