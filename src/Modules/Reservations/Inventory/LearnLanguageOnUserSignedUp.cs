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

    private readonly List<(long Id, long Version, string Language)> _customers = [];

    public void Add(UserSignedUp customer, long version)
    {
        if (_customers.Count == 0)
        {
            work.BeforeCommit(FlushAsync);
            work.OnRollback(_customers.Clear);
        }

        _customers.Add((customer.UserId, version, customer.Language));
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(UpsertSql, work.Connection);
        command.Parameters.AddWithValue(_customers.Select(c => c.Id).ToArray());
        command.Parameters.AddWithValue(_customers.Select(c => c.Version).ToArray());
        command.Parameters.AddWithValue(_customers.Select(c => c.Language).ToArray());
        await command.ExecuteNonQueryAsync(stop);
        _customers.Clear();
    }
}
