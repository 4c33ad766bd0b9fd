using ConcertReservation.Messaging;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Commits come late and out of order: none is lost, and each key keeps its order.
/// </summary>
[Parallelizable]
internal sealed class RelayOrderTests
{
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_row_that_commits_after_later_ones_were_sent_is_sent_too()
    {
        await _system.StartHostAsync();
        await using var slow = await _system.Database.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await OutboxTable.InsertAsync(slow, [SomeEvents.SignUp(1)], CancellationToken.None);

        // Later sequence numbers, sent before.
        for (var user = 2; user <= 20; user++)
            await _system.PublishAsync(SomeEvents.SignUp(user));
        await InKafkaAsync(19);

        await transaction.CommitAsync();

        var keys = (await InKafkaAsync(20)).Select(r => r.Key()).ToArray();
        keys.ShouldBeUnique();
        keys.ShouldContain("user-1");
    }

    [Test]
    [Category("Long")]
    public async Task many_transactions_at_once_lose_nothing_and_keep_each_keys_order()
    {
        const int Writers = 12;
        const int Rounds = 60;
        const int Keys = 10;
        await _system.ExecuteAsync(
            "CREATE TABLE aggregates AS "
                + "SELECT id, 0::bigint AS version FROM generate_series(1, 10) id"
        );
        await _system.StartHostAsync(null, ("Relay:PageRows", "7"));

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));

        var records = await InKafkaAsync(Writers * Rounds * 2);
        records.Count.ShouldBe(Writers * Rounds * 2);
        foreach (var key in records.GroupBy(r => r.Key()))
        {
            var versions = key.Select(r => r.Version()).ToArray();
            versions.ShouldBe(Enumerable.Range(1, versions.Length).Select(v => (long)v));
        }

        async Task WriteAsync(int writer)
        {
            var random = new Random(writer);
            for (var round = 0; round < Rounds; round++)
                await ChangeTwoAsync(random.Next(1, Keys), random.Next(0, 4), round % 5 == 0);
        }

        // Locks two aggregates in turn, tells of each, and takes its time before the commit.
        async Task ChangeTwoAsync(int first, int milliseconds, bool rollBackFirst)
        {
            await using var connection = await _system.Database.OpenConnectionAsync();
            if (rollBackFirst)
            {
                await using var aborted = await connection.BeginTransactionAsync();
                await TellAsync(connection, first);
                await aborted.RollbackAsync();
            }

            await using var transaction = await connection.BeginTransactionAsync();
            // The transaction has its number before it waits for the lock of another.
            await ExecuteAsync(connection, "SELECT pg_current_xact_id()");
            await TellAsync(connection, first);
            await ExecuteAsync(connection, $"SELECT pg_sleep({milliseconds} / 1000.0)");
            await TellAsync(connection, first + 1);
            await transaction.CommitAsync();
        }
    }

    private static async Task TellAsync(NpgsqlConnection connection, int id)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE aggregates SET version = version + 1 WHERE id = $1 RETURNING version",
            connection
        );
        command.Parameters.AddWithValue(id);
        var version = (long)(await command.ExecuteScalarAsync())!;
        var row = SomeEvents.SignUp(id, version);
        await OutboxTable.InsertAsync(connection, [row], CancellationToken.None);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task<IReadOnlyList<Confluent.Kafka.ConsumeResult<byte[], byte[]>>> InKafkaAsync(
        int count
    ) =>
        Eventually.Becomes(
            $"{count} events are in Kafka",
            _system.ReadKafka,
            r => r.Count >= count
        );
}
