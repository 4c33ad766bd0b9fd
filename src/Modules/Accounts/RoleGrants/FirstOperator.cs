using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>
/// The configured account exists, has every role, and its configured password: somebody must be
/// able to grant the first role. Where the account had another password, somebody else may have
/// signed up with the address before: their sessions end.
/// </summary>
internal sealed class FirstOperator(
    IOptions<AccountsOptions> options,
    AccountsDb db,
    UnitOfWork work,
    SignUp signUp,
    Passwords passwords,
    ILookupNormalizer normalizer
) : IDatabasePreparation
{
    private static readonly string[] AllRoles = [Roles.Customer, Roles.Organiser, Roles.Operator];

    public async Task RunAsync(CancellationToken stop)
    {
        var configured = options.Value.Operator;
        if (configured.Email.Length == 0)
            return;

        var email = normalizer.NormalizeEmail(configured.Email);
        var existing = await db.Customers.SingleOrDefaultAsync(
            c => c.NormalizedEmail == email,
            stop
        );
        if (existing is null)
        {
            var request = new SignUpRequest(
                configured.Email,
                configured.Password,
                "Operator",
                "en"
            );
            await signUp.RunAsync(request, AllRoles, stop);
            return;
        }

        await work.RunAsync(
            async stop =>
            {
                await TakeOverAsync(existing.Id, configured.Password, stop);
                return true;
            },
            stop
        );
    }

    private async Task TakeOverAsync(long id, string password, CancellationToken stop)
    {
        var customer = (await db.LockCustomerAsync(id, stop))!;
        foreach (var roleId in AllRoles.Select(r => AccountsDb.RoleIds[r]))
        {
            if (!await db.HasRoleAsync(id, roleId, stop))
                db.CustomerRoles.Add(new() { UserId = id, RoleId = roleId });
        }

        if (await passwords.IsRightAsync(customer, password, stop) == false)
        {
            customer.PasswordHash = await passwords.HashAsync(customer, password, stop);
            db.Revocations.Add(customer.RevokeAccessTokens());
            await db.Sessions.Where(s => s.CustomerId == id).ExecuteDeleteAsync(stop);
        }

        await db.SaveChangesAsync(stop);
    }
}
