using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>Events about a customer's reservations tell the language to write in.</summary>
internal sealed class LearnLanguageOnUserSignedUp(SignedUpCustomers customers)
    : IConsumer<UserSignedUp>
{
    public Task Consume(ConsumeContext<UserSignedUp> context)
    {
        customers.Add(context.Message, context.Version());
        return Task.CompletedTask;
    }
}

/// <summary>The customers that a batch of events tells of, written by one statement.</summary>
internal sealed class SignedUpCustomers(UnitOfWork work)
{
    private const string UpsertSql = """
        INSERT INTO reservations.customers (id, version, language)
        SELECT DISTINCT ON (id) id, version, language
        FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS c (id, version, language)
        ORDER BY id, version DESC
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, language = excluded.language
            WHERE customers.version < excluded.version
        """;

    private Gathered<SignedUp> Customers => field ??= new(work, WriteAsync);

    public void Add(UserSignedUp customer, long version) =>
        Customers.Add(new SignedUp(customer.UserId, version, customer.Language));

    private async Task WriteAsync(IReadOnlyList<SignedUp> customers, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(UpsertSql, work.Connection);
        command.Parameters.AddWithValue(customers.Select(c => c.Id).ToArray());
        command.Parameters.AddWithValue(customers.Select(c => c.Version).ToArray());
        command.Parameters.AddWithValue(customers.Select(c => c.Language).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }

    private sealed record SignedUp(long Id, long Version, string Language);
}
