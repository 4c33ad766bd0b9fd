using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// The account itself, where somebody is signed in, and from where. Its deletion erases it.
/// </summary>
internal sealed class PersonalDataOfAccounts(AccountsDb db, NpgsqlDataSource dataSource)
    : IPersonalData
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

    public string Section => "accounts";

    public async Task<IReadOnlyList<Obstacle>> ObstaclesAsync(
        long customerId,
        CancellationToken stop
    )
    {
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

        var sessions = db
            .Sessions.AsNoTracking()
            .Where(s => s.CustomerId == customerId)
            .OrderBy(s => s.Id)
            .AsAsyncEnumerable();
        await foreach (var s in sessions.WithCancellation(stop))
            yield return new("sessions", new SignedInSession(s.Id, s.Refreshes, s.ExpiresAt));

        var addresses = dataSource.ReadPersonalAsync(
            "addresses",
            """
            SELECT address, seen_at FROM accounts.known_addresses WHERE customer_id = $1
            ORDER BY seen_at DESC, address
            """,
            customerId,
            row => new KnownAddress(row.GetString(0), row.GetFieldValue<DateTimeOffset>(1)),
            stop
        );
        await foreach (var address in addresses)
            yield return address;
    }
}
