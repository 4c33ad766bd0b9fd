namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// What customers heard of their payments against what became of them; a part of 3.
/// </summary>
internal static class PaymentAnswers
{
    public static void Check(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var payments = history.Payments.ToDictionary(p => p.Id);
        var pays = journal.Where(e => e.Operation == "pay").ToList();
        var confirmations = journal.Where(e => e.Operation == "confirm").ToList();
        CheckStarted(inspection, payments, pays);
        CheckCompleted(inspection, payments, [.. pays, .. confirmations]);
        CheckDeclined(inspection, payments, confirmations);
        CheckRefused(inspection, history, pays, confirmations);
    }

    private static void CheckStarted(
        Inspection inspection,
        Dictionary<long, PaymentRow> payments,
        IEnumerable<JournalEntry> pays
    )
    {
        foreach (var pay in pays.Where(e => e.Succeeded))
        {
            var id = PaymentOf(pay);
            var row = payments.GetValueOrDefault(id);
            inspection.Require(
                row is not null
                    && row.CustomerId == pay.CustomerId
                    && row.ReservationId == ReservationOf(pay)
                    && row.Method == Fields.Text(pay.Request, "method"),
                () =>
                    $"payment {id}, answered with {pay.Status}, is not there as asked for".About(
                        Subject.Payment(id)
                    )
            );
        }
    }

    private static void CheckCompleted(
        Inspection inspection,
        Dictionary<long, PaymentRow> payments,
        IEnumerable<JournalEntry> answers
    )
    {
        var completed = answers
            .Where(e => e.Succeeded && Fields.Text(e.Body, "status") == "COMPLETED")
            .Select(PaymentOf)
            .ToHashSet();
        inspection.Figure("payments answered COMPLETED", completed.Count);
        foreach (var id in completed)
        {
            var row = payments.GetValueOrDefault(id);
            inspection.Require(
                row?.IsTaken == true,
                () =>
                    $"payment {id} was completed, and is {row?.Status ?? "not there"}".About(
                        Subject.Payment(id)
                    )
            );
        }
    }

    private static void CheckDeclined(
        Inspection inspection,
        Dictionary<long, PaymentRow> payments,
        IEnumerable<JournalEntry> confirmations
    )
    {
        var declined = confirmations
            .Where(e => e.Status == 402)
            .Select(e => e.Target ?? 0)
            .ToHashSet();
        inspection.Figure("payments answered declined", declined.Count);
        foreach (var id in declined)
        {
            var row = payments.GetValueOrDefault(id);
            inspection.Require(
                row?.Status == "FAILED",
                () =>
                    $"payment {id} was declined, and is {row?.Status ?? "not there"}".About(
                        Subject.Payment(id)
                    )
            );
        }
    }

    /// <summary>Who was refused each time has no payment, and nobody takes their money.</summary>
    private static void CheckRefused(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> pays,
        IReadOnlyList<JournalEntry> confirmations
    )
    {
        var asked = pays.ToLookup(e => (e.CustomerId, ReservationOf(e)));
        var confirmed = confirmations.ToLookup(e => (e.CustomerId, e.Target ?? 0));
        var compared = 0;
        foreach (var payment in history.Payments)
        {
            var starts = asked[(payment.CustomerId, payment.ReservationId)]
                .Where(e => Fields.Text(e.Request, "method") == payment.Method)
                .ToList();
            if (starts.Count == 0)
                continue;

            compared++;
            var isTakenByCard = payment is { IsTaken: true, Method: not "POINT" };
            inspection.Require(
                starts.Exists(e => e.LeavesOpen() || IsStartOf(e, payment))
                    && (!isTakenByCard || MayHavePaid(confirmed, payment)),
                () =>
                    (
                        $"payment {payment.Id} of reservation {payment.ReservationId} is "
                        + $"{payment.Status}, and its customer was refused"
                    ).About([
                        Subject.Payment(payment.Id),
                        Subject.Reservation(payment.ReservationId),
                        .. starts.Select(e => Subject.Request(e.CustomerId, e.Operation, e.Key)),
                    ])
            );
        }

        inspection.Figure("payments of these customers", compared);
    }

    /// <summary>A wallet that did not reach is a payment, too, and told as a problem.</summary>
    private static bool IsStartOf(JournalEntry pay, PaymentRow payment) =>
        pay.Status == 402
            ? payment is { Method: "POINT", Status: "FAILED" }
            : pay.Succeeded && PaymentOf(pay) == payment.Id;

    private static bool MayHavePaid(
        ILookup<(long CustomerId, long PaymentId), JournalEntry> confirmed,
        PaymentRow payment
    ) =>
        confirmed[(payment.CustomerId, payment.Id)]
            .Any(e => e.LeavesOpen() || (e.Succeeded && PaymentOf(e) == payment.Id));

    private static long PaymentOf(JournalEntry entry) =>
        Fields.Number(entry.Body, "paymentId") ?? 0;

    private static long ReservationOf(JournalEntry entry) =>
        Fields.Number(entry.Request, "reservationId") ?? 0;
}
