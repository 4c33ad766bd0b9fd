using Npgsql;

namespace ConcertReservation.Ranking;

/// <summary>
/// Which database the rankings are made from. A Redis that served another one, or this one before
/// it was created anew, has rankings that are not ours.
/// </summary>
internal sealed class RankingIdentity(NpgsqlDataSource dataSource)
{
    private string? _id;

    /// <summary>Asked once; it never changes while a host runs.</summary>
    public async ValueTask<string> ReadAsync()
    {
        if (_id is { } known)
            return known;

        await using var command = dataSource.CreateCommand("SELECT id FROM ranking.identity");
        var id = (Guid)(await command.ExecuteScalarAsync())!;
        return _id = id.ToString("N");
    }
}
