using System.Globalization;
using ConcertReservation.Accounts;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Benchmarks;

/// <param name="Token">An access token, good for an hour.</param>
internal sealed record Member(long Id, string Token);

/// <summary>
/// Customers who have signed up and in before the doors open.
/// </summary>
/// <remarks>
/// Their rows and events are those that sign-up and sign-in write, but without a password: hashing
/// thousands of them takes minutes, and is not what is measured. Their tokens are sealed with the
/// key ring of the hosts, who open and check them like all others.
/// </remarks>
internal static class Crowd
{
    private const int EventsAtOnce = 5_000;

    /// <summary>What the sequence of ids goes on by.</summary>
    private const int IdBlock = 100;

    private static readonly TimeSpan SessionTime = TimeSpan.FromDays(14);
    private static readonly TimeSpan TokenTime = TimeSpan.FromHours(1);

    private const string FirstIdSql = """
        SELECT setval('accounts.customer_ids', first + $1) - $1
        FROM nextval('accounts.customer_ids') AS first
        """;

    private const string SignUpSql = """
        WITH customers AS (
            INSERT INTO accounts.customers (id, user_name, normalized_user_name, email,
                normalized_email, name, language, security_stamp, concurrency_stamp, signed_up_at,
                version, token_version)
            SELECT id, email, upper(email), email, upper(email), name, 'ko', '0', id, $3, 1, 0
            FROM unnest($1::bigint[], $2::text[], $4::text[]) AS c (id, email, name)
            RETURNING id)
        INSERT INTO accounts.customer_roles (user_id, role_id) SELECT id, 1 FROM customers
        """;

    private const string SignInSql = """
        INSERT INTO accounts.sessions (id, customer_id, refreshes, expires_at)
        SELECT id, customer_id, 0, $3 FROM unnest($1::uuid[], $2::bigint[]) AS s (id, customer_id)
        """;

    /// <summary>Behind the migrations of the first host.</summary>
    public static async Task<IReadOnlyList<Member>> JoinAsync(
        OnSaleSystem system,
        int count,
        CancellationToken stop
    )
    {
        var now = Microseconds(DateTimeOffset.UtcNow);
        var first = await FirstIdAsync(system.Database, count, stop);
        var people = Enumerable
            .Range(0, count)
            .Select(i => first + i)
            .Select(id => Customer.SignUp(id, Email(id), $"Customer {id}", Languages.Korean, now))
            .ToArray();
        var customers = Array.ConvertAll(people, p => p.Customer);
        await using (var connection = await system.Database.DataSource.OpenConnectionAsync(stop))
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var signUp = new Npgsql.NpgsqlCommand(SignUpSql, connection);
            signUp.Parameters.AddWithValue(Array.ConvertAll(customers, c => c.Id));
            signUp.Parameters.AddWithValue(Array.ConvertAll(customers, c => c.Email!));
            signUp.Parameters.AddWithValue(now.UtcDateTime);
            signUp.Parameters.AddWithValue(Array.ConvertAll(customers, c => c.Name));
            await signUp.ExecuteNonQueryAsync(stop);
            foreach (var some in people.Select(p => OutboxRow.From(p.SignedUp)).Chunk(EventsAtOnce))
                await OutboxTable.InsertAsync(connection, some, stop);
            await transaction.CommitAsync(stop);
        }

        return await SignInAsync(system, customers, stop);
    }

    private static async Task<long> FirstIdAsync(
        BenchDatabase database,
        int count,
        CancellationToken stop
    )
    {
        await using var command = database.DataSource.CreateCommand(FirstIdSql);
        command.Parameters.AddWithValue((long)(count + IdBlock - 1) / IdBlock * IdBlock);
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private static async Task<IReadOnlyList<Member>> SignInAsync(
        OnSaleSystem system,
        Customer[] customers,
        CancellationToken stop
    )
    {
        var now = DateTimeOffset.UtcNow;
        var sessions = Array.ConvertAll(customers, c => Session.Start(c.Id, now + SessionTime));
        await using var command = system.Database.DataSource.CreateCommand(SignInSql);
        command.Parameters.AddWithValue(Array.ConvertAll(sessions, s => s.Id));
        command.Parameters.AddWithValue(Array.ConvertAll(sessions, s => s.CustomerId));
        command.Parameters.AddWithValue((now + SessionTime).UtcDateTime);
        await command.ExecuteNonQueryAsync(stop);

        await using var services = BenchHost.Unstarted(
            system.Database,
            system.Topics,
            s => new AccountsModule().AddServices(s)
        );
        var bearer = services
            .GetRequiredService<IOptionsMonitor<BearerTokenOptions>>()
            .Get(IdentityConstants.BearerScheme);
        return
        [
            .. customers.Zip(
                sessions,
                (customer, session) =>
                    new Member(
                        customer.Id,
                        bearer.BearerTokenProtector.Protect(
                            Ticket(customer, session, now + TokenTime)
                        )
                    )
            ),
        ];
    }

    /// <summary>As Identity's handler makes it.</summary>
    private static AuthenticationTicket Ticket(
        Customer customer,
        Session session,
        DateTimeOffset expires
    ) =>
        new(
            AccessTokens.Principal(customer, [Roles.Customer], session),
            new AuthenticationProperties { ExpiresUtc = expires },
            $"{IdentityConstants.BearerScheme}:AccessToken"
        );

    /// <summary>As finely as the database keeps times.</summary>
    private static DateTimeOffset Microseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private static string Email(long id) =>
        string.Create(CultureInfo.InvariantCulture, $"customer-{id}@bench.example");
}
