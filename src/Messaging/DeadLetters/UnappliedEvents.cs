using System.Runtime.CompilerServices;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// What a group has been given and could not apply so far: the events in its open dead letters, as
/// far as they can be read. What somebody discards is not among them.
/// </summary>
public sealed class UnappliedEvents
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly AllRoutes _routes;

    internal UnappliedEvents(NpgsqlDataSource dataSource, AllRoutes routes) =>
        (_dataSource, _routes) = (dataSource, routes);

    /// <summary>Those that the group asks for, of each key in their order.</summary>
    /// <param name="group">One of this system.</param>
    /// <param name="topics">Without the prefix.</param>
    public async IAsyncEnumerable<AnyEvent> ReadAsync(
        string group,
        IReadOnlyCollection<string> topics,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var routes = _routes.Of(group)!;
        await foreach (var letter in OpenLetters.ReadAllAsync(_dataSource, group, topics, stop))
        {
            var reader = new EventReader(routes, letter.Incarnation);
            if (reader.Read(letter.Record.Topic, letter.Record).Event is { } unapplied)
                yield return unapplied;
        }
    }
}
