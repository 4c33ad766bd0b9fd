using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Dead letters are kept until somebody decides about them, and some time after that. Of a deleted
/// account they stay, without what names its person: replayed, they still do their work.
/// </summary>
/// <remarks>
/// Whoever failed at a record likes to quote it: what the failure said goes, of what kind it was
/// stays. Of headers nobody knows what strangers put into them: those stay that are read.
/// </remarks>
internal sealed class PersonalDataOfLetters(UnitOfWork work, NpgsqlDataSource dataSource)
    : IPersonalData
{
    /// <summary>In the place of what a failure said.</summary>
    internal const string ErasedMessage = "erased";

    private const string ErasedBodySql =
        "UPDATE messaging.dead_letters SET body = $2 WHERE dead_letter_id = $1";

    private const string EraseWordsSql = """
        UPDATE messaging.dead_letters
        SET exception_message = $2,
            header_names = ARRAY(
                SELECT name FROM unnest(header_names) WITH ORDINALITY AS h (name, place)
                WHERE name = ANY ($3) ORDER BY place),
            header_values = ARRAY(
                SELECT value FROM unnest(header_names, header_values)
                    WITH ORDINALITY AS h (name, value, place)
                WHERE name = ANY ($3) ORDER BY place)
        WHERE person = $1 AND (exception_message <> $2 OR NOT header_names <@ $3)
        """;

    internal sealed record OwnLetter(
        long DeadLetterId,
        string Group,
        string Topic,
        string? EventType,
        DateTimeOffset DeadAt
    );

    public string Section => "messaging";

    public IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop) =>
        dataSource.ReadPersonalAsync(
            "deadLetters",
            """
            SELECT dead_letter_id, consumer_group, topic, event_type, dead_at
            FROM messaging.dead_letters
            WHERE person = $1 AND dead_letter_id > $2 ORDER BY dead_letter_id LIMIT $3
            """,
            customerId,
            row => new OwnLetter(
                row.GetInt64(0),
                row.GetString(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetString(3),
                row.GetFieldValue<DateTimeOffset>(4)
            ),
            stop
        );

    public Task EraseAsync(long customerId, CancellationToken stop) =>
        work.RunAsync(
            async stop =>
            {
                var letters = await FindAsync(customerId, stop);
                foreach (var (id, body) in letters)
                {
                    await using var command = new NpgsqlCommand(ErasedBodySql, work.Connection);
                    command.Parameters.AddWithValue(id);
                    command.Parameters.AddWithValue(body);
                    await command.ExecuteNonQueryAsync(stop);
                }

                await using var words = new NpgsqlCommand(EraseWordsSql, work.Connection);
                words.Parameters.AddWithValue(customerId);
                words.Parameters.AddWithValue(ErasedMessage);
                words.Parameters.AddWithValue(DeadLetterHeaders.NamingNobody.ToArray());
                return await words.ExecuteNonQueryAsync(stop);
            },
            stop
        );

    /// <summary>All of the person's letters are locked; those are found that name them.</summary>
    private async Task<List<(long Id, byte[] Body)>> FindAsync(
        long customerId,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT dead_letter_id, body FROM messaging.dead_letters
            WHERE person = $1 ORDER BY dead_letter_id FOR UPDATE
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var letters = new List<(long, byte[])>();
        while (await row.ReadAsync(stop))
        {
            var body = await row.IsDBNullAsync(1, stop) ? [] : row.GetFieldValue<byte[]>(1);
            if (LetterPerson.Erase(customerId, body) is { } erased)
                letters.Add((row.GetInt64(0), erased));
        }

        return letters;
    }
}
