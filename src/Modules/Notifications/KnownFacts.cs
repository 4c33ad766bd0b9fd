using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Notifications;

internal sealed record UserCopy(
    long UserId,
    string Email,
    string Name,
    string Language,
    long Version,
    bool IsDeleted = false
);

/// <summary>What is null is not known, or not told by this event.</summary>
internal sealed record ConcertCopy(
    long ConcertId,
    string Name,
    string? Venue,
    DateTimeOffset? StartsAt,
    long Version
)
{
    /// <summary>This and what another event told of the concert.</summary>
    public ConcertCopy UpdatedBy(ConcertCopy later) =>
        later.Version <= Version
            ? this
            : later with
            {
                Venue = later.Venue ?? Venue,
                StartsAt = later.StartsAt ?? StartsAt,
            };
}

/// <param name="UserId">null where an older copy does not say.</param>
internal sealed record ReservationCopy(
    long ReservationId,
    long? UserId,
    long ConcertId,
    string ConcertName,
    string Email,
    string Language
);

/// <summary>
/// Copies of what events told of customers, concerts and reservations, written and read in sets.
/// </summary>
internal sealed class KnownFacts(UnitOfWork work)
{
    public async Task SaveAsync(IReadOnlyCollection<UserCopy> users, CancellationToken stop)
    {
        if (users.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.users AS known (user_id, email, name, language, version)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
                AS told (user_id, email, name, language, version)
            ORDER BY user_id
            ON CONFLICT (user_id) DO UPDATE
                SET email = excluded.email, name = excluded.name, language = excluded.language,
                    version = excluded.version
                WHERE known.version < excluded.version AND NOT known.is_deleted
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(users.Select(u => u.UserId).ToArray());
        command.Parameters.AddWithValue(users.Select(u => u.Email).ToArray());
        command.Parameters.AddWithValue(users.Select(u => u.Name).ToArray());
        command.Parameters.AddWithValue(users.Select(u => u.Language).ToArray());
        command.Parameters.AddWithValue(users.Select(u => u.Version).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task SaveAsync(IReadOnlyCollection<ConcertCopy> concerts, CancellationToken stop)
    {
        if (concerts.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.concerts AS known
                (concert_id, name, venue, starts_at, version)
            SELECT *
            FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
                AS told (concert_id, name, venue, starts_at, version)
            ORDER BY concert_id
            ON CONFLICT (concert_id) DO UPDATE
                SET name = excluded.name, venue = coalesce(excluded.venue, known.venue),
                    starts_at = coalesce(excluded.starts_at, known.starts_at),
                    version = excluded.version
                WHERE known.version < excluded.version
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(concerts.Select(c => c.ConcertId).ToArray());
        command.Parameters.AddWithValue(concerts.Select(c => c.Name).ToArray());
        command.Parameters.AddWithValue(
            NpgsqlDbType.Array | NpgsqlDbType.Text,
            concerts.Select(c => c.Venue).ToArray()
        );
        command.Parameters.AddWithValue(
            NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            concerts.Select(c => c.StartsAt?.UtcDateTime).ToArray()
        );
        command.Parameters.AddWithValue(concerts.Select(c => c.Version).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task SaveAsync(
        IReadOnlyCollection<ReservationCopy> reservations,
        CancellationToken stop
    )
    {
        if (reservations.Count == 0)
            return;

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO notifications.reservations
                (reservation_id, user_id, concert_id, concert_name, email, language)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[],
                    $6::text[])
                AS told (reservation_id, user_id, concert_id, concert_name, email, language)
            ORDER BY reservation_id
            ON CONFLICT (reservation_id) DO NOTHING
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(reservations.Select(r => r.ReservationId).ToArray());
        command.Parameters.AddWithValue(reservations.Select(r => r.UserId).ToArray());
        command.Parameters.AddWithValue(reservations.Select(r => r.ConcertId).ToArray());
        command.Parameters.AddWithValue(reservations.Select(r => r.ConcertName).ToArray());
        command.Parameters.AddWithValue(reservations.Select(r => r.Email).ToArray());
        command.Parameters.AddWithValue(reservations.Select(r => r.Language).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// They stay as they are until the transaction ends: whoever changes one waits for it, and then
    /// finds the mails that went by this copy.
    /// </summary>
    public Task<Dictionary<long, UserCopy>> LockUsersAsync(
        IEnumerable<long> userIds,
        CancellationToken stop
    ) =>
        ReadAsync(
            """
            SELECT user_id, email, name, language, version, is_deleted
            FROM notifications.users WHERE user_id = ANY($1)
            ORDER BY user_id FOR SHARE
            """,
            userIds,
            row => new UserCopy(
                row.GetInt64(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetInt64(4),
                row.GetBoolean(5)
            ),
            stop
        );

    /// <summary>The same for everyone on a concert's waitlist.</summary>
    public async Task LockWaitingAsync(long concertId, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT FROM notifications.users WHERE user_id IN (
                SELECT user_id FROM notifications.waitlist WHERE concert_id = $1)
            ORDER BY user_id FOR SHARE
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(concertId);
        await command.ExecuteNonQueryAsync(stop);
    }

    public Task<Dictionary<long, ConcertCopy>> ConcertsAsync(
        IEnumerable<long> concertIds,
        CancellationToken stop
    ) =>
        ReadAsync(
            """
            SELECT concert_id, name, venue, starts_at, version
            FROM notifications.concerts WHERE concert_id = ANY($1)
            """,
            concertIds,
            row => new ConcertCopy(
                row.GetInt64(0),
                row.GetString(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3),
                row.GetInt64(4)
            ),
            stop
        );

    public Task<Dictionary<long, ReservationCopy>> ReservationsAsync(
        IEnumerable<long> reservationIds,
        CancellationToken stop
    ) =>
        ReadAsync(
            """
            SELECT reservation_id, user_id, concert_id, concert_name, email, language
            FROM notifications.reservations WHERE reservation_id = ANY($1)
            """,
            reservationIds,
            row => new ReservationCopy(
                row.GetInt64(0),
                row.IsDBNull(1) ? null : row.GetInt64(1),
                row.GetInt64(2),
                row.GetString(3),
                row.GetString(4),
                row.GetString(5)
            ),
            stop
        );

    /// <summary>Rows by their first column, the id.</summary>
    private async Task<Dictionary<long, T>> ReadAsync<T>(
        string sql,
        IEnumerable<long> ids,
        Func<NpgsqlDataReader, T> read,
        CancellationToken stop
    )
    {
        var found = new Dictionary<long, T>();
        var wanted = ids.Distinct().ToArray();
        if (wanted.Length == 0)
            return found;

        await using var command = new NpgsqlCommand(sql, work.Connection);
        command.Parameters.AddWithValue(wanted);
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
            found[row.GetInt64(0)] = read(row);
        return found;
    }
}
