using Npgsql;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>A database of its own on the server, dropped at the end.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    /// <summary>Filling and counting take longer than a request may.</summary>
    private const int CommandTimeoutSeconds = 300;

    private readonly string _server;
    private readonly string _name;

    private BenchDatabase(string server, string name)
    {
        (_server, _name) = (server, name);
        var settings = new NpgsqlConnectionStringBuilder(server) { Database = name };
        ConnectionString = settings.ConnectionString;
        settings.ApplicationName = "benchmark";
        settings.CommandTimeout = CommandTimeoutSeconds;
        DataSource = NpgsqlDataSource.Create(settings);
    }

    public string ConnectionString { get; }

    /// <summary>The benchmark's own connections, not the hosts'.</summary>
    public NpgsqlDataSource DataSource { get; }

    public static async Task<BenchDatabase> CreateAsync(string server, CancellationToken stop)
    {
        var database = new BenchDatabase(server, $"bench_{Guid.NewGuid():N}");
        await OnServerAsync(server, $"CREATE DATABASE {database._name}", stop);
        return database;
    }

    public async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken stop)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        var drop = $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)";
        await OnServerAsync(_server, drop, CancellationToken.None);
    }

    private static async Task OnServerAsync(string server, string sql, CancellationToken stop)
    {
        await using var dataSource = NpgsqlDataSource.Create(server);
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
