using System.Text;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

internal sealed class AccountsDb(DbContextOptions<AccountsDb> options) : DbContext(options)
{
    public const string Schema = "accounts";

    /// <summary>The unique index that keeps two accounts from one e-mail address.</summary>
    public const string UniqueEmail = "customers_normalized_email";

    /// <summary>The rows that the migration puts into <c>accounts.roles</c>.</summary>
    public static IReadOnlyDictionary<string, long> RoleIds { get; } =
        new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase)
        {
            [Roles.Customer] = 1,
            [Roles.Organiser] = 2,
            [Roles.Operator] = 3,
        };

    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<IdentityRole<long>> RoleNames => Set<IdentityRole<long>>();
    public DbSet<IdentityUserRole<long>> CustomerRoles => Set<IdentityUserRole<long>>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<Revocation> Revocations => Set<Revocation>();

    /// <summary>
    /// The customer, locked until the unit of work ends; null where there is none any more.
    /// </summary>
    public Task<Customer?> LockCustomerAsync(long id, CancellationToken stop) =>
        Customers
            .FromSql(
                $"""
                SELECT * FROM accounts.customers WHERE id = {id} AND deleted_at IS NULL FOR UPDATE
                """
            )
            .SingleOrDefaultAsync(stop);

    public Task<string[]> RolesOfAsync(long customerId, CancellationToken stop) =>
        CustomerRoles
            .Where(r => r.UserId == customerId)
            .Join(RoleNames, r => r.RoleId, n => n.Id, (_, n) => n.Name!)
            .OrderBy(name => name)
            .ToArrayAsync(stop);

    public Task<bool> HasRoleAsync(long customerId, long roleId, CancellationToken stop) =>
        CustomerRoles.AnyAsync(r => r.UserId == customerId && r.RoleId == roleId, stop);

    /// <summary>
    /// Whoever takes this role from somebody waits for others who do, but not for those who give
    /// it. After the customer, in the order of locks.
    /// </summary>
    public Task LockRoleAsync(long roleId, CancellationToken stop) =>
        RoleNames
            .FromSql($"SELECT * FROM accounts.roles WHERE id = {roleId} FOR NO KEY UPDATE")
            .SingleAsync(stop);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<Customer>(customer =>
        {
            customer.ToTable("customers");
            customer.Property(c => c.Id).ValueGeneratedNever();
            customer.Property(c => c.ConcurrencyStamp).IsConcurrencyToken();
            // Identity's features that no endpoint offers.
            customer.Ignore(c => c.EmailConfirmed);
            customer.Ignore(c => c.PhoneNumber).Ignore(c => c.PhoneNumberConfirmed);
            customer.Ignore(c => c.TwoFactorEnabled).Ignore(c => c.AccessFailedCount);
            customer.Ignore(c => c.LockoutEnabled).Ignore(c => c.LockoutEnd);
        });
        modelBuilder.Entity<IdentityRole<long>>(role =>
        {
            role.ToTable("roles");
            role.Property(r => r.ConcurrencyStamp).IsConcurrencyToken();
        });
        modelBuilder.Entity<IdentityUserRole<long>>(role =>
        {
            role.ToTable("customer_roles").HasKey(r => new { r.UserId, r.RoleId });
            role.HasOne<Customer>().WithMany().HasForeignKey(r => r.UserId);
        });
        modelBuilder.Entity<Session>(session =>
        {
            session.ToTable("sessions");
            session.Property(s => s.Id).ValueGeneratedNever();
            session.Property(s => s.Refreshes).IsConcurrencyToken();
        });
        modelBuilder.Entity<Revocation>().ToTable("revocations");

        foreach (
            var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties())
        )
            property.SetColumnName(SnakeCase(property.Name));
    }

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && snake.Length > 0)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
