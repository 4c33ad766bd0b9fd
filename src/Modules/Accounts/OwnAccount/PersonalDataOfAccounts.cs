using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// The account itself, where somebody is signed in, and from where, and who failed to. Its deletion
/// erases it.
/// </summary>
internal sealed class PersonalDataOfAccounts(
    AccountsDb db,
    NpgsqlDataSource dataSource,
    ConfiguredOperator configured
) : IPersonalData
{
    internal sealed record Account(
        long Id,
        string Email,
        string Name,
        string Language,
        IReadOnlyList<string> Roles,
        DateTimeOffset SignedUpAt
    );

    internal sealed record SignedInSession(Guid SessionId, int Refreshes, DateTimeOffset ExpiresAt);

    internal sealed record KnownAddress(string Address, DateTimeOffset SeenAt);

    /// <param name="Address">Where they came from, or in which session.</param>
    internal sealed record SignInFailures(
        string Address,
        int Failures,
        DateTimeOffset FailedAt,
        DateTimeOffset? LockedUntil
    );

    public string Section => "accounts";

    public async Task<IReadOnlyList<Obstacle>> ObstaclesAsync(
        long customerId,
        CancellationToken stop
    )
    {
        if (configured.Is(await db.Customers.SingleAsync(c => c.Id == customerId, stop)))
            return [new("account", "is the first operator's: configure another one before.")];

        var operators = AccountsDb.RoleIds[Roles.Operator];
        if (!await db.HasRoleAsync(customerId, operators, stop))
            return [];

        // Two operators that go at once take turns, so that one stays.
        await db.LockRoleAsync(operators, stop);
        return await db.CustomerRoles.CountAsync(r => r.RoleId == operators, stop) > 1
            ? []
            : [new("account", "is the last operator's: make somebody else one before.")];
    }

    public async IAsyncEnumerable<PersonalRecord> ReadAsync(
        long customerId,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, stop);
        yield return new(
            "account",
            new Account(
                customer.Id,
                customer.Email!,
                customer.Name,
                customer.Language,
                await db.RolesOfAsync(customerId, stop),
                customer.SignedUpAt
            )
        );

        var sessions = await db
            .Sessions.AsNoTracking()
            .Where(s => s.CustomerId == customerId)
            .OrderBy(s => s.Id)
            .ToListAsync(stop);
        foreach (var s in sessions)
            yield return new("sessions", new SignedInSession(s.Id, s.Refreshes, s.ExpiresAt));

        foreach (var address in await AddressesAsync(customerId, stop))
            yield return new("addresses", address);

        foreach (var failures in await FailuresAsync(customer.NormalizedEmail!, stop))
            yield return new("signInFailures", failures);
    }

    private async Task<List<KnownAddress>> AddressesAsync(long customerId, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT address, seen_at FROM accounts.known_addresses WHERE customer_id = $1
            ORDER BY seen_at DESC, address
            """
        );
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var addresses = new List<KnownAddress>();
        while (await row.ReadAsync(stop))
            addresses.Add(new(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1)));
        return addresses;
    }

    private async Task<List<SignInFailures>> FailuresAsync(string email, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT address, failures, failed_at, locked_until FROM accounts.sign_in_failures
            WHERE account = $1 ORDER BY failed_at DESC, address
            """
        );
        command.Parameters.AddWithValue(SignInGuard.AccountOf(email));
        await using var row = await command.ExecuteReaderAsync(stop);
        var failures = new List<SignInFailures>();
        while (await row.ReadAsync(stop))
        {
            failures.Add(
                new(
                    row.GetString(0),
                    row.GetInt32(1),
                    row.GetFieldValue<DateTimeOffset>(2),
                    await row.IsDBNullAsync(3, stop) ? null : row.GetFieldValue<DateTimeOffset>(3)
                )
            );
        }

        return failures;
    }
}
