using Npgsql;

namespace ConcertReservation.Tests.Integration;

/// <summary>A database of its own, dropped at the end.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _server;

    private TestDatabase(string server, string name)
    {
        (_server, Name) = (server, name);
        ConnectionString = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
        }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(ConnectionString) { MaxPoolSize = 10 }
        );
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>The test's own connections, not the hosts'.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Past all migrations, on the server that the environment names.</summary>
    /// <param name="prefix">Tells whose it is, to whoever looks at the server.</param>
    public static async Task<TestDatabase> CreateAsync(string prefix) =>
        await CreateAsync(
            prefix,
            TestServices.Required("ConnectionStrings__Postgres"),
            $"TEMPLATE {await MigratedTemplate.NameAsync()}"
        );

    /// <summary>Without a schema: whoever uses it makes them.</summary>
    /// <param name="prefix">Tells whose it is, to whoever looks at the server.</param>
    /// <param name="server">Null for the one that the environment names.</param>
    public static Task<TestDatabase> CreateEmptyAsync(string prefix, string? server = null) =>
        CreateAsync(prefix, server ?? TestServices.Required("ConnectionStrings__Postgres"), "");

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var rows = await command.ExecuteReaderAsync();
        var column = new List<T>();
        while (await rows.ReadAsync())
            column.Add(await rows.GetFieldValueAsync<T>(0));
        return column;
    }

    /// <summary>Turns everybody away; those who are in are put out.</summary>
    public Task CloseAsync() =>
        OnServerAsync(
            _server,
            $"""
            ALTER DATABASE {Name} ALLOW_CONNECTIONS false;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}';
            """
        );

    public Task OpenAsync() =>
        OnServerAsync(_server, $"ALTER DATABASE {Name} ALLOW_CONNECTIONS true");

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await OnServerAsync(_server, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }

    private static async Task<TestDatabase> CreateAsync(
        string prefix,
        string server,
        string options
    )
    {
        var database = new TestDatabase(server, $"{prefix}_{Guid.NewGuid():N}");
        await OnServerAsync(server, $"CREATE DATABASE {database.Name} {options}");
        return database;
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }

    private static async Task OnServerAsync(string server, string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(server);
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
