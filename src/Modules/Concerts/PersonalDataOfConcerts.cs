using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Concerts;

/// <summary>An organiser's concerts; those to come need somebody who answers for them.</summary>
internal sealed class PersonalDataOfConcerts(UnitOfWork work, NpgsqlDataSource dataSource)
    : IPersonalData
{
    internal sealed record OwnConcert(
        long ConcertId,
        string Name,
        string Status,
        DateTimeOffset StartsAt
    );

    public string Section => "concerts";

    public async Task<IReadOnlyList<Obstacle>> ObstaclesAsync(
        long customerId,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id FROM concerts.concerts
            WHERE organiser_id = $1 AND status <> 'CANCELLED' AND starts_at > (SELECT clock.now())
            ORDER BY id
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        var obstacles = new List<Obstacle>();
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
        {
            obstacles.Add(
                new($"concert {row.GetInt64(0)}", "is yours and to come: cancel it before.")
            );
        }

        return obstacles;
    }

    public IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop) =>
        dataSource.ReadPersonalAsync(
            "concerts",
            """
            SELECT id, name, status, starts_at FROM concerts.concerts
            WHERE organiser_id = $1 AND id > $2 ORDER BY id LIMIT $3
            """,
            customerId,
            row => new OwnConcert(
                row.GetInt64(0),
                row.GetString(1),
                row.GetString(2),
                row.GetFieldValue<DateTimeOffset>(3)
            ),
            stop
        );
}
