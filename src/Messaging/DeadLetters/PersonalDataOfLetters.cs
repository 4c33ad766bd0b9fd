using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Dead letters are kept until somebody decides about them, and some time after that. Of a deleted
/// account they stay, without what names its person: replayed, they still do their work.
/// </summary>
internal sealed class PersonalDataOfLetters(UnitOfWork work, NpgsqlDataSource dataSource)
    : IPersonalData
{
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
                    await using var command = new NpgsqlCommand(
                        "UPDATE messaging.dead_letters SET body = $2 WHERE dead_letter_id = $1",
                        work.Connection
                    );
                    command.Parameters.AddWithValue(id);
                    command.Parameters.AddWithValue(body);
                    await command.ExecuteNonQueryAsync(stop);
                }

                return letters.Count;
            },
            stop
        );

    private async Task<List<(long Id, byte[] Body)>> FindAsync(
        long customerId,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT dead_letter_id, body FROM messaging.dead_letters
            WHERE person = $1 AND body IS NOT NULL ORDER BY dead_letter_id FOR UPDATE
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var letters = new List<(long, byte[])>();
        while (await row.ReadAsync(stop))
        {
            if (LetterPerson.Erase(customerId, row.GetFieldValue<byte[]>(1)) is { } erased)
                letters.Add((row.GetInt64(0), erased));
        }

        return letters;
    }
}
