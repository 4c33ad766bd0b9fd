using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>A letter that cannot be discarded.</summary>
internal sealed record KeptLetter(long Id, string Group, string EventType);

/// <summary>Letters of groups that move money or seats.</summary>
/// <param name="Kept">They are for a replay alone; the oldest first.</param>
/// <param name="Free">Ids of those that may be discarded.</param>
internal sealed record JudgedLetters(IReadOnlyList<KeptLetter> Kept, IReadOnlyList<long> Free);

/// <summary>
/// Letters whose events move money or seats. The inbox has their events already, so what is
/// discarded here nothing would ever apply: money without a ticket, or a seat that never returns.
/// </summary>
internal sealed class ReplayOnlyLetters(IEnumerable<ConsumerGroup> groups, AllRoutes routes)
{
    private static readonly string Inapplicable = typeof(InapplicableEventException).FullName!;

    private readonly Dictionary<string, IReadOnlySet<string>> _types = groups
        .Where(g => g.ReplayOnly.Count > 0)
        .ToDictionary(g => g.Name, g => g.ReplayOnly, StringComparer.Ordinal);

    /// <summary>Of all others every letter may be discarded.</summary>
    public IReadOnlyCollection<string> Groups => _types.Keys;

    /// <summary>Reads each open letter of the selection that is of <see cref="Groups"/>.</summary>
    public async Task<JudgedLetters> JudgeAsync(
        NpgsqlConnection connection,
        LetterSelection selection,
        CancellationToken stop
    )
    {
        var kept = new List<KeptLetter>();
        var free = new List<long>();
        var selected = OpenLetters.ReadSelectedAsync(connection, selection, Groups, stop);
        await foreach (var one in selected)
        {
            if (TypeToKeep(one) is { } type)
                kept.Add(new KeptLetter(one.Letter.Id, one.Group, type));
            else
                free.Add(one.Letter.Id);
        }

        return new JudgedLetters(kept, free);
    }

    /// <summary>
    /// By what a replay would make of it now: what nobody can read, and what has said that it can
    /// never be applied, would only stand in the way of its key.
    /// </summary>
    /// <returns>null where it may be discarded.</returns>
    private string? TypeToKeep(SelectedLetter selected)
    {
        if (selected.ExceptionType == Inapplicable)
            return null;

        var record = selected.Letter.Record;
        var reader = new EventReader(routes.Of(selected.Group)!, selected.Letter.Incarnation);
        var received = reader.Read(record.Topic, record);
        return
            received is { Reading: Reading.Event, EventType: { } type }
            && _types[selected.Group].Contains(type)
            ? type
            : null;
    }
}
