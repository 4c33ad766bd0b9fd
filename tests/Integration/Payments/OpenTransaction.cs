using Npgsql;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>Somebody else's transaction, rolled back unless the test commits it.</summary>
internal sealed class OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    : IAsyncDisposable
{
    public int ProcessId => connection.ProcessID;

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        await command.ExecuteNonQueryAsync();
    }

    public Task CommitAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
