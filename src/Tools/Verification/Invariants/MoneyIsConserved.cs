namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// Each payment is its reservation's, in customer and amount; money that was taken is a sale's or
/// goes back; wallets and the provider's books say the same. A part of 6.
/// </summary>
internal static class MoneyIsConserved
{
    public static void Check(Inspection inspection, History history)
    {
        CheckOwners(inspection, history);
        CheckEnds(inspection, history);
        CheckBalances(inspection, history);
        CheckEntries(inspection, history);
        ProviderAgrees.Check(inspection, history);
    }

    private static void CheckOwners(Inspection inspection, History history)
    {
        var reservations = history.Reservations.ToDictionary(r => r.Id);
        inspection.Figure("payments", history.Payments.Count);
        foreach (var payment in history.Payments)
        {
            var reservation = reservations.GetValueOrDefault(payment.ReservationId);
            inspection.Require(
                reservation is not null
                    && (payment.CustomerId, payment.Amount)
                        == (reservation.CustomerId, reservation.Amount),
                () =>
                    (
                        $"payment {payment.Id} is customer {payment.CustomerId}'s over "
                        + $"{payment.Amount} won, its reservation {payment.ReservationId} customer "
                        + $"{reservation?.CustomerId}'s over {reservation?.Amount}"
                    ).About(Subjects(payment))
            );
        }
    }

    private static void CheckEnds(Inspection inspection, History history)
    {
        var reservations = history.Reservations.ToDictionary(r => r.Id);
        var taken = history.Payments.Where(p => p.IsTaken).ToList();
        inspection.Figure("payments whose money was taken", taken.Count);
        foreach (var payment in taken)
        {
            var reservation = reservations.GetValueOrDefault(payment.ReservationId);
            var isSale =
                reservation is { Status: "CONFIRMED" } && reservation.PaymentId == payment.Id;
            inspection.Require(
                isSale == (payment.Status == "COMPLETED"),
                () =>
                    (
                        $"payment {payment.Id} is {payment.Status}, its reservation "
                        + $"{payment.ReservationId} {reservation?.Status} "
                        + $"by {reservation?.PaymentId}"
                    ).About(Subjects(payment))
            );
        }

        var paid = taken.Where(p => p.Status == "COMPLETED").Select(p => p.Id).ToHashSet();
        foreach (var sale in history.Reservations.Where(r => r.Status == "CONFIRMED"))
        {
            inspection.Require(
                sale.PaymentId is { } id && paid.Contains(id),
                () =>
                    $"reservation {sale.Id} is sold without a completed payment".About([
                        Subject.Reservation(sale.Id),
                        .. sale.PaymentId is { } by ? [Subject.Payment(by)] : Array.Empty<string>(),
                    ])
            );
        }

        var underWay = taken.Where(p => p.Status == "REFUND_REQUESTED").ToList();
        if (history.DrainedAfter is null && underWay.Count > 0)
            inspection.Note($"{underWay.Count} refunds are still under way");
        else
        {
            underWay.ForEach(p =>
                inspection.Violated($"payment {p.Id} is never refunded".About(Subjects(p)))
            );
        }
    }

    private static void CheckBalances(Inspection inspection, History history)
    {
        var sums = history
            .WalletEntries.GroupBy(e => e.CustomerId)
            .ToDictionary(w => w.Key, w => w.Sum(e => e.Amount));
        foreach (var untouched in history.Wallets)
            sums.TryAdd(untouched.CustomerId, 0);
        inspection.Same(
            "wallets",
            sums,
            history.Wallets.ToDictionary(w => w.CustomerId, w => w.Balance),
            Subject.Wallet
        );

        var running = new Dictionary<long, long>();
        foreach (var entry in history.WalletEntries)
        {
            var balance = running.GetValueOrDefault(entry.CustomerId) + entry.Amount;
            running[entry.CustomerId] = balance;
            inspection.Require(
                entry.Balance == balance && balance >= 0,
                () =>
                    (
                        $"customer {entry.CustomerId}'s {entry.Kind} of {entry.Amount} won left "
                        + $"{entry.Balance}, the entries up to it are {balance}"
                    ).About(Subject.Wallet(entry.CustomerId))
            );
        }
    }

    /// <summary>
    /// Each entry is a top-up, of one payment by points of the same customer, or gives up what is
    /// left in the wallet of somebody who goes.
    /// </summary>
    private static void CheckEntries(Inspection inspection, History history)
    {
        var points = history.Payments.Where(p => p.Method == "POINT").ToDictionary(p => p.Id);
        inspection.Figure("wallet entries", history.WalletEntries.Count);
        foreach (var entry in history.WalletEntries)
        {
            var payment = points.GetValueOrDefault(entry.PaymentId ?? 0);
            inspection.Require(
                entry.Kind switch
                {
                    "CHARGE" => entry is { PaymentId: null, Amount: > 0 },
                    "FORFEIT" => entry is { PaymentId: null, Amount: < 0, Balance: 0 },
                    _ => payment?.CustomerId == entry.CustomerId,
                },
                () =>
                    (
                        $"customer {entry.CustomerId} has a {entry.Kind} of {entry.Amount} won for "
                        + $"payment {entry.PaymentId}, which is customer {payment?.CustomerId}'s"
                    ).About([
                        Subject.Wallet(entry.CustomerId),
                        .. payment is null ? [] : Subjects(payment),
                    ])
            );
        }

        var entries = history.WalletEntries.ToLookup(
            e => (e.CustomerId, e.PaymentId, e.Kind),
            e => e.Amount
        );
        foreach (var payment in points.Values)
        {
            var spent = entries[(payment.CustomerId, payment.Id, "PAYMENT")].Sum();
            var returned = entries[(payment.CustomerId, payment.Id, "REFUND")].Sum();
            inspection.Require(
                spent == (payment.IsTaken ? -payment.Amount : 0)
                    && returned == (payment.Status == "REFUNDED" ? payment.Amount : 0),
                () =>
                    (
                        $"payment {payment.Id} of {payment.Amount} won is {payment.Status}, its "
                        + $"wallet gave {-spent} and got back {returned}"
                    ).About(Subjects(payment))
            );
        }
    }

    /// <summary>The payment, and what it was for.</summary>
    public static IEnumerable<string> Subjects(PaymentRow payment) =>
        [
            Subject.Payment(payment.Id),
            Subject.Reservation(payment.ReservationId),
            Subject.Order(payment.OrderId),
        ];
}
