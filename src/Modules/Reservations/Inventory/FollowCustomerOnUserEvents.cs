using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Events about a customer's reservations tell the language to write in and where to: of
/// reservations that were made before, the new address.
/// </summary>
internal sealed class FollowCustomerOnUserEvents(KnownCustomers customers)
    : IConsumer<UserSignedUp>,
        IConsumer<UserChanged>
{
    public Task Consume(ConsumeContext<UserSignedUp> context)
    {
        var user = context.Message;
        customers.Add(new(user.UserId, context.Version(), user.Language, NewEmail: null));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<UserChanged> context)
    {
        var user = context.Message;
        var newEmail = user.PreviousEmail is null ? null : user.Email;
        customers.Add(new(user.UserId, context.Version(), user.Language, newEmail));
        return Task.CompletedTask;
    }
}

/// <param name="NewEmail">null where it is the one that reservations have.</param>
internal sealed record CustomerNews(long Id, long Version, string Language, string? NewEmail);

/// <summary>What a batch of events tells of customers, written by a statement or two.</summary>
internal sealed class KnownCustomers(UnitOfWork work)
{
    private const string UpsertSql = """
        INSERT INTO reservations.customers (id, version, language)
        SELECT DISTINCT ON (id) id, version, language
        FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS c (id, version, language)
        ORDER BY id, version DESC
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, language = excluded.language
            WHERE customers.version < excluded.version AND NOT customers.is_closed
        """;

    /// <remarks>
    /// Only where this batch told the newest: what comes late is old, or of somebody whose address
    /// is erased. In the order of ids, as whoever locks several reservations.
    /// </remarks>
    private const string ReaddressSql = """
        WITH moved AS (
            SELECT r.id, c.email
            FROM reservations.reservations r
            JOIN unnest($1::bigint[], $2::text[], $3::bigint[]) AS c (id, email, version)
                ON c.id = r.customer_id
            JOIN reservations.customers known
                ON (known.id, known.version) = (c.id, c.version) AND NOT known.is_closed
            WHERE r.user_email <> c.email
            ORDER BY r.id
            FOR UPDATE OF r
        )
        UPDATE reservations.reservations r SET user_email = moved.email
        FROM moved WHERE moved.id = r.id
        """;

    private Gathered<CustomerNews> News => field ??= new(work, WriteAsync);

    public void Add(CustomerNews news) => News.Add(news);

    private async Task WriteAsync(IReadOnlyList<CustomerNews> news, CancellationToken stop)
    {
        await using var upsert = new NpgsqlCommand(UpsertSql, work.Connection);
        upsert.Parameters.AddWithValue(news.Select(c => c.Id).ToArray());
        upsert.Parameters.AddWithValue(news.Select(c => c.Version).ToArray());
        upsert.Parameters.AddWithValue(news.Select(c => c.Language).ToArray());
        await upsert.ExecuteNonQueryAsync(stop);

        var moved = news.Where(c => c.NewEmail is not null)
            .GroupBy(c => c.Id)
            .Select(c => c.MaxBy(n => n.Version)!)
            .ToList();
        var newest = news.ToLookup(c => c.Id, c => c.Version);
        if (moved.Count == 0)
            return;

        await using var readdress = new NpgsqlCommand(ReaddressSql, work.Connection);
        readdress.Parameters.AddWithValue(moved.Select(c => c.Id).ToArray());
        readdress.Parameters.AddWithValue(moved.Select(c => c.NewEmail!).ToArray());
        readdress.Parameters.AddWithValue(moved.Select(c => newest[c.Id].Max()).ToArray());
        await readdress.ExecuteNonQueryAsync(stop);
    }
}
