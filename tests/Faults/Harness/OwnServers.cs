using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// A PostgreSQL and a Redis that a test may kill; started again, they are where they were, with
/// what they had on disk.
/// </summary>
internal sealed class OwnServers : IAsyncDisposable
{
    private readonly ServiceDirectory _directory;
    private LocalPostgres _postgres;
    private LocalRedis _redis;

    private OwnServers(ServiceDirectory directory, LocalPostgres postgres, LocalRedis redis) =>
        (_directory, _postgres, _redis) = (directory, postgres, redis);

    public string Postgres => _postgres.ConnectionString;

    public string Redis => _redis.ConnectionString;

    public static async Task<OwnServers> StartAsync()
    {
        var path = Directory.CreateTempSubdirectory("own-servers-").FullName;
        var directory = ServiceDirectory.TryOpen(path).ShouldNotBeNull();
        var postgres = await LocalPostgres.StartAsync(directory, CancellationToken.None);
        var redis = await LocalRedis.StartAsync(directory, CancellationToken.None);
        return new OwnServers(directory, postgres, redis);
    }

    /// <summary>kill -9: it is dead on return; its sessions follow when they notice.</summary>
    public Task KillPostgresAsync() => KillAsync(_postgres.Process);

    public Task KillRedisAsync() => KillAsync(_redis.Process);

    /// <summary>Recovers from its log, and is ready on return.</summary>
    public async Task StartPostgresAsync() =>
        _postgres = await LocalPostgres.StartAsync(_directory, CancellationToken.None);

    public async Task StartRedisAsync() =>
        _redis = await LocalRedis.StartAsync(_directory, CancellationToken.None);

    /// <summary>A new one at the address of the killed one, whose disk is lost.</summary>
    public Task StartEmptyRedisAsync()
    {
        Directory.Delete(_directory.In("redis"), recursive: true);
        return StartRedisAsync();
    }

    /// <summary>How often PostgreSQL's own log says something.</summary>
    public int PostgresSaid(string text)
    {
        var options = new FileStreamOptions { Share = FileShare.ReadWrite };
        using var log = new StreamReader(_directory.In("postgres", "log"), options);
        var count = 0;
        while (log.ReadLine() is { } line)
            count += line.Contains(text, StringComparison.Ordinal) ? 1 : 0;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _postgres.StopAsync();
        await _redis.StopAsync();
        _directory.Dispose();
        Directory.Delete(_directory.Path, recursive: true);
    }

    private static async Task KillAsync(LocalProcess process)
    {
        process.IsRunning.ShouldBeTrue();
        process.Kill();
        await process.WaitAsync(CancellationToken.None);
        process.IsRunning.ShouldBeFalse();
    }
}
