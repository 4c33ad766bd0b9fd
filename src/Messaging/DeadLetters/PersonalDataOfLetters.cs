using System.Runtime.CompilerServices;
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
    /// <remarks>Few among all letters; whether one is about the person, its JSON tells.</remarks>
    private const string CandidatesSql = """
        SELECT dead_letter_id, consumer_group, topic, event_type, dead_at, body
        FROM messaging.dead_letters
        WHERE position(convert_to($1::text, 'UTF8') IN body) > 0
        ORDER BY dead_letter_id
        """;

    internal sealed record OwnLetter(
        long DeadLetterId,
        string Group,
        string Topic,
        string? EventType,
        DateTimeOffset DeadAt
    );

    public string Section => "messaging";

    public async IAsyncEnumerable<PersonalRecord> ReadAsync(
        long customerId,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(CandidatesSql);
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
        {
            if (PersonalFields.PersonOf(row.GetFieldValue<byte[]>(5)) != customerId)
                continue;

            yield return new(
                "deadLetters",
                new OwnLetter(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetString(2),
                    await row.IsDBNullAsync(3, stop) ? null : row.GetString(3),
                    row.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }
    }

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
        await using var command = new NpgsqlCommand(CandidatesSql, work.Connection);
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var letters = new List<(long, byte[])>();
        while (await row.ReadAsync(stop))
        {
            var body = row.GetFieldValue<byte[]>(5);
            if (
                PersonalFields.PersonOf(body) == customerId
                && PersonalFields.Erase(body) is { } erased
            )
            {
                letters.Add((row.GetInt64(0), erased));
            }
        }

        return letters;
    }
}
