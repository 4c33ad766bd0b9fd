using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// A customer's payments and wallet: books that are kept, for they name nobody but by an id. Money
/// that is under way needs its owner.
/// </summary>
internal sealed class PersonalDataOfPayments(
    PaymentsDb db,
    IReservationPayments reservations,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
) : IPersonalData
{
    private static readonly PaymentStatus[] UnderWay =
    [
        PaymentStatus.Started,
        PaymentStatus.Unknown,
        PaymentStatus.RefundRequested,
    ];

    internal sealed record OwnWallet(long Balance);

    internal sealed record OwnEntry(
        long EntryId,
        string Kind,
        long Amount,
        long Balance,
        long? PaymentId,
        DateTimeOffset OccurredAt
    );

    public string Section => "payments";

    public async Task<IReadOnlyList<Obstacle>> ObstaclesAsync(
        long customerId,
        CancellationToken stop
    )
    {
        var obstacles = new List<Obstacle>();
        var payments = await db
            .Payments.AsNoTracking()
            .Where(p => p.CustomerId == customerId)
            .Where(p => UnderWay.Contains(p.Status) || p.Status == PaymentStatus.Completed)
            .OrderBy(p => p.Id)
            .Select(p => new
            {
                p.Id,
                p.ReservationId,
                p.Status,
            })
            .ToListAsync(stop);
        var taken = payments.Where(p => p.Status == PaymentStatus.Completed);
        var paidFor = await reservations.FindAsync(
            [.. taken.Select(p => p.ReservationId)],
            customerId,
            stop
        );
        var sold = paidFor
            .Where(r => r.Status == ReservationStatuses.Confirmed)
            .Select(r => r.ReservationId)
            .ToHashSet();
        foreach (var payment in payments)
        {
            // Or taken, and neither a sale nor a refund yet.
            if (UnderWay.Contains(payment.Status) || !sold.Contains(payment.ReservationId))
                obstacles.Add(new($"payment {payment.Id}", "is under way: wait for its end."));
        }

        // One that is being opened is waited for, and one that is not yet is opened: from here on
        // nothing is charged unseen.
        var points = (await db.LockOrOpenWalletAsync(customerId, stop)).Balance;
        if (points.Won > 0)
        {
            obstacles.Add(
                new(
                    "wallet",
                    $"has {points} points: pay with them, or send forfeitPoints.",
                    IsOnlyPoints: true
                )
            );
        }

        return obstacles;
    }

    /// <summary>What is left in the wallet is given up; its owner has said so.</summary>
    public async Task CloseAsync(long customerId, CancellationToken stop)
    {
        var wallet = await db.LockOrOpenWalletAsync(customerId, stop);
        if (wallet.Close(clock.GetUtcNow()) is { } entry)
            db.Entries.Add(entry);
        await db.SaveChangesAsync(stop);
    }

    public async IAsyncEnumerable<PersonalRecord> ReadAsync(
        long customerId,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        var payments = PersonalRows.InPagesAsync(
            behind =>
                db.Payments.AsNoTracking()
                    .Where(p => p.CustomerId == customerId && p.Id > behind)
                    .OrderBy(p => p.Id)
                    .Take(PersonalRows.PageRows)
                    .ToListAsync(stop),
            p => p.Id
        );
        await foreach (var payment in payments)
            yield return new("payments", PaymentView.Of(payment, gateway.Value));

        var wallet = await db
            .Wallets.AsNoTracking()
            .SingleOrDefaultAsync(w => w.CustomerId == customerId, stop);
        if (wallet is not null)
            yield return new("wallet", new OwnWallet(wallet.Balance.Won));

        var entries = PersonalRows.InPagesAsync(
            behind =>
                db.Entries.AsNoTracking()
                    .Where(e => e.CustomerId == customerId && e.Id > behind)
                    .OrderBy(e => e.Id)
                    .Take(PersonalRows.PageRows)
                    .ToListAsync(stop),
            e => e.Id
        );
        await foreach (var e in entries)
        {
            yield return new(
                "walletEntries",
                new OwnEntry(
                    e.Id,
                    e.Kind.ToString().ToUpperInvariant(),
                    e.AmountWon,
                    e.Balance.Won,
                    e.PaymentId,
                    e.OccurredAt
                )
            );
        }
    }
}
