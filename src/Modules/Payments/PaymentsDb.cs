using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace ConcertReservation.Payments;

internal sealed class PaymentsDb(DbContextOptions<PaymentsDb> options) : DbContext(options)
{
    public const string Schema = "payments";

    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<Wallet> Wallets => Set<Wallet>();
    public DbSet<WalletEntry> Entries => Set<WalletEntry>();

    /// <summary>A reservation was given a second payment while its first one lives.</summary>
    public static bool IsSecondAttempt(Exception? exception) =>
        exception
            is PostgresException
            {
                SqlState: PostgresErrorCodes.UniqueViolation,
                ConstraintName: "payments_live"
            };

    /// <summary>The payment as it is now, locked until the transaction ends.</summary>
    public Task<Payment?> LockPaymentAsync(long id, CancellationToken stop) =>
        Payments
            .FromSql($"SELECT * FROM payments.payments WHERE id = {id} FOR UPDATE")
            .SingleOrDefaultAsync(stop);

    /// <summary>
    /// These payments, and the open attempts of these reservations, locked in the order of ids.
    /// </summary>
    public Task<List<Payment>> LockPaymentsAsync(
        long[] ids,
        long[] reservationIds,
        CancellationToken stop
    ) =>
        Payments
            .FromSql(
                $"""
                SELECT * FROM payments.payments
                WHERE id = ANY ({ids})
                    OR (reservation_id = ANY ({reservationIds})
                        AND status IN ('STARTED', 'UNKNOWN'))
                ORDER BY id
                FOR UPDATE
                """
            )
            .ToListAsync(stop);

    /// <summary>The customer's wallet, locked; null where there is none.</summary>
    public Task<Wallet?> LockWalletAsync(long customerId, CancellationToken stop) =>
        Wallets
            .FromSql($"SELECT * FROM payments.wallets WHERE customer_id = {customerId} FOR UPDATE")
            .SingleOrDefaultAsync(stop);

    /// <summary>The customers' wallets, locked in the order of their ids.</summary>
    public Task<List<Wallet>> LockWalletsAsync(long[] customerIds, CancellationToken stop) =>
        Wallets
            .FromSql(
                $"""
                SELECT * FROM payments.wallets
                WHERE customer_id = ANY ({customerIds})
                ORDER BY customer_id
                FOR UPDATE
                """
            )
            .AsNoTracking()
            .ToListAsync(stop);

    /// <summary>How often money for the reservation was asked for by card, and not had.</summary>
    public Task<int> CountDeclinesAsync(PayableReservation reservation, CancellationToken stop) =>
        Payments.CountAsync(
            p =>
                p.CustomerId == reservation.CustomerId
                && p.ReservationId == reservation.ReservationId
                && p.Status == PaymentStatus.Failed
                && p.PaymentKey != null,
            stop
        );

    /// <summary>The customer's account was deleted.</summary>
    public Task<bool> IsClosedAsync(long customerId, CancellationToken stop) =>
        Wallets.AnyAsync(w => w.CustomerId == customerId && w.ClosedAt != null, stop);

    /// <summary>The same, made where there is none yet.</summary>
    public async Task<Wallet> LockOrOpenWalletAsync(long customerId, CancellationToken stop)
    {
        await Database.ExecuteSqlAsync(
            $"""
            INSERT INTO payments.wallets (customer_id, balance) VALUES ({customerId}, 0)
            ON CONFLICT DO NOTHING
            """,
            stop
        );
        return (await LockWalletAsync(customerId, stop))!;
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<Money>().HaveConversion<WonConverter>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<Payment>(payment =>
        {
            payment.ToTable("payments");
            payment.Property(p => p.Id).HasColumnName("id").ValueGeneratedNever();
            payment.Property(p => p.ReservationId).HasColumnName("reservation_id");
            payment.Property(p => p.CustomerId).HasColumnName("customer_id");
            payment.Property(p => p.Amount).HasColumnName("amount");
            payment
                .Property(p => p.Method)
                .HasColumnName("method")
                .HasConversion(m => m.ToWire(), name => PaymentNames.Method(name)!.Value);
            payment
                .Property(p => p.Status)
                .HasColumnName("status")
                .HasConversion(s => s.ToWire(), name => PaymentNames.Status(name));
            payment.Property(p => p.Version).HasColumnName("version");
            payment.Property(p => p.StartedAt).HasColumnName("started_at");
            payment.Property(p => p.OrderId).HasColumnName("order_id");
            payment.Property(p => p.PaymentKey).HasColumnName("payment_key");
            payment.Property(p => p.Reason).HasColumnName("reason");
            payment.Property(p => p.NextCheckAt).HasColumnName("next_check_at");
            payment.Property(p => p.Checks).HasColumnName("checks");
            payment.Property(p => p.HintedChecks).HasColumnName("hinted_checks");
            payment.Property(p => p.ClaimedUntil).HasColumnName("claimed_until");
            payment.Property(p => p.OpenSince).HasColumnName("open_since");
            payment.Property(p => p.AskedAt).HasColumnName("asked_at");
            payment.Property(p => p.HintedAt).HasColumnName("hinted_at");
        });
        modelBuilder.Entity<Wallet>(wallet =>
        {
            wallet.ToTable("wallets");
            wallet.HasKey(w => w.CustomerId);
            wallet.Property(w => w.CustomerId).HasColumnName("customer_id").ValueGeneratedNever();
            wallet.Property(w => w.Balance).HasColumnName("balance");
            wallet.Property(w => w.ClosedAt).HasColumnName("closed_at");
        });
        modelBuilder.Entity<WalletEntry>(entry =>
        {
            entry.ToTable("wallet_entries");
            entry.Property(e => e.Id).HasColumnName("id").ValueGeneratedOnAdd();
            entry.Property(e => e.CustomerId).HasColumnName("customer_id");
            entry
                .Property(e => e.Kind)
                .HasColumnName("kind")
                .HasConversion(
                    kind => kind.ToString().ToUpperInvariant(),
                    name => Enum.Parse<WalletEntryKind>(name, ignoreCase: true)
                );
            entry.Property(e => e.AmountWon).HasColumnName("amount");
            entry.Property(e => e.Balance).HasColumnName("balance");
            entry.Property(e => e.PaymentId).HasColumnName("payment_id");
            entry.Property(e => e.OccurredAt).HasColumnName("occurred_at");
        });
    }

    private sealed class WonConverter()
        : ValueConverter<Money, long>(money => money.Won, won => new Money(won));
}
