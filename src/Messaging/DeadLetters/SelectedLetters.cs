using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>A selected letter that is not for this decision.</summary>
/// <param name="Reason">not-found, resolved (somebody has decided before), foreign (another
/// system's, which alone can replay it) or replay-only (it moves money or seats, and cannot be
/// discarded).</param>
internal sealed record SkippedLetter(long DeadLetterId, string Reason);

/// <summary>What a selection stands for.</summary>
internal sealed class SelectedLetters(NpgsqlDataSource dataSource, AllRoutes routes)
{
    private const string SequencesSql = $"""
        SELECT consumer_group, topic, partition, key, min(dead_letter_id) AS first_id
        FROM messaging.dead_letters WHERE {LetterSelection.IsSelected}
        GROUP BY consumer_group, topic, partition, key,
            CASE WHEN key IS NULL THEN dead_letter_id END
        ORDER BY first_id LIMIT $6
        """;

    private const string CountSql = $"""
        SELECT count(*) FROM messaging.dead_letters WHERE {LetterSelection.IsSelected}
        """;

    private const string KnownSql = """
        SELECT dead_letter_id, status, consumer_group FROM messaging.dead_letters
        WHERE dead_letter_id = ANY ($1)
        """;

    /// <summary>Those of this system's groups, the oldest first.</summary>
    /// <param name="limit">At most so many.</param>
    public async Task<IReadOnlyList<LetterSequence>> SequencesAsync(
        LetterSelection selection,
        int limit,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(SequencesSql);
        selection.AddParameters(command.Parameters, routes.Groups);
        command.Parameters.AddWithValue(limit);
        var sequences = new List<LetterSequence>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            sequences.Add(
                new LetterSequence(
                    reader.GetString(0),
                    reader.GetString(1),
                    reader.GetInt32(2),
                    reader.IsDBNull(3) ? null : reader.GetFieldValue<byte[]>(3),
                    reader.GetInt64(4)
                )
            );
        }

        return sequences;
    }

    /// <summary>How many of the selection are open.</summary>
    public async Task<long> CountAsync(
        LetterSelection selection,
        IReadOnlyCollection<string>? groups,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(CountSql);
        selection.AddParameters(command.Parameters, groups);
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>Which of the ids cannot be decided about, in their order.</summary>
    /// <param name="foreignToo">Letters of other systems are for this decision.</param>
    public async Task<IReadOnlyList<SkippedLetter>> SkippedAsync(
        IReadOnlyList<long> ids,
        bool foreignToo,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(KnownSql);
        command.Parameters.AddWithValue(ids.ToArray());
        var known = new Dictionary<long, string?>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var open = reader.GetString(1) is DeadLetterStatus.Waiting or DeadLetterStatus.Parked;
            var ours = foreignToo || routes.Groups.Contains(reader.GetString(2));
            known[reader.GetInt64(0)] =
                !open ? "resolved"
                : !ours ? "foreign"
                : null;
        }

        return
        [
            .. ids.Distinct()
                .Select(id => (id, Reason: known.GetValueOrDefault(id, "not-found")))
                .Where(s => s.Reason is not null)
                .Select(s => new SkippedLetter(s.id, s.Reason!)),
        ];
    }
}
