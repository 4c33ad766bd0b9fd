using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Accounts;

internal enum RegistrationOutcome
{
    Done,
    EmailInUse,
    TooBusy,
}

/// <summary>
/// Stores a new customer with roles and publishes USER_SIGNED_UP, in one transaction.
/// </summary>
internal sealed class Registration(
    AccountsDb db,
    Outbox outbox,
    CustomerIds ids,
    Passwords passwords,
    ILookupNormalizer normalizer,
    TimeProvider clock
)
{
    public async Task<(RegistrationOutcome, Customer?)> RegisterAsync(
        SignUpRequest request,
        IEnumerable<string> roles,
        CancellationToken stop
    )
    {
        var (customer, signedUp) = Customer.SignUp(
            await ids.NextAsync(stop),
            request.Email,
            request.Name,
            request.Language ?? Languages.Default,
            clock.GetUtcNow()
        );
        customer.NormalizedEmail = normalizer.NormalizeEmail(request.Email);
        customer.NormalizedUserName = normalizer.NormalizeName(request.Email);
        // Most repeats are noticed here, before the costly hash; the unique index decides.
        if (await db.Customers.AnyAsync(c => c.NormalizedEmail == customer.NormalizedEmail, stop))
            return (RegistrationOutcome.EmailInUse, null);

        customer.PasswordHash = await passwords.HashAsync(customer, request.Password, stop);
        if (customer.PasswordHash is null)
            return (RegistrationOutcome.TooBusy, null);

        db.Customers.Add(customer);
        foreach (var role in roles)
            db.CustomerRoles.Add(new() { UserId = customer.Id, RoleId = AccountsDb.RoleIds[role] });
        outbox.Add(signedUp);
        try
        {
            await db.SaveChangesAsync(stop);
            return (RegistrationOutcome.Done, customer);
        }
        catch (DbUpdateException e) when (IsEmailInUse(e))
        {
            return (RegistrationOutcome.EmailInUse, null);
        }
    }

    private static bool IsEmailInUse(DbUpdateException e) =>
        e.InnerException
            is PostgresException
            {
                SqlState: PostgresErrorCodes.UniqueViolation,
                ConstraintName: AccountsDb.UniqueEmail
            };
}
