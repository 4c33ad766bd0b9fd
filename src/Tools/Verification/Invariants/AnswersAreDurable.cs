namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 3. Every 2xx is durable, a failure has no effect, an unknown outcome resolves to one.
/// </summary>
internal static class AnswersAreDurable
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            3,
            "Every success is durable, every failure without effect",
            history
        );
        if (history.Journal is not { Count: > 0 } journal)
        {
            inspection.Note(
                history.Journal is null
                    ? "no journal of requests: not checked"
                    : "the journal of requests is empty: not checked"
            );
            return inspection.Done();
        }

        CheckHolds(inspection, history, journal);
        CheckRefusals(inspection, history, journal);
        CheckCancellations(inspection, history, journal);
        PaymentAnswers.Check(inspection, history, journal);
        CheckCharges(inspection, history, journal);
        return inspection.Done();
    }

    private static void CheckHolds(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var reservations = history.Reservations.ToDictionary(r => r.Id);
        var requests = journal
            .Where(e => e.Operation == "hold" && e.Key is not null)
            .GroupBy(e => (e.CustomerId, Key: e.Key!))
            .ToList();
        inspection.Figure("holds answered 201", journal.Count(e => IsHold(e) && e.Succeeded));
        inspection.Figure("holds refused", journal.Count(e => IsHold(e) && e.Status >= 400));
        foreach (var request in requests)
        {
            var made = request.FirstOrDefault(e => e.Succeeded);
            if (made is not null)
            {
                var id = Fields.Number(made.Body, "reservationId") ?? 0;
                var row = reservations.GetValueOrDefault(id);
                inspection.Require(
                    row is not null
                        && row.CustomerId == request.Key.CustomerId
                        && row.Amount == Fields.Number(made.Body, "totalAmount")
                        && row.SeatIds.ToHashSet().SetEquals(Fields.SeatIds(made.Body)),
                    () =>
                        $"reservation {id}, answered with 201, is not there as answered".About(
                            Subject.Reservation(id),
                            Subject.Request(request.Key.CustomerId, "hold", request.Key.Key)
                        )
                );
            }
        }
    }

    /// <summary>Also where an answer was lost: its outcome is what the same key tells.</summary>
    private static void CheckRefusals(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var records = new KeyRecords(history, journal);
        var made = history.HoldKeys.ToLookup(
            k => new RequestKey(k.CustomerId, "hold", k.Key),
            k => Subject.Reservation(k.ReservationId)
        );
        foreach (var request in Repeats.Requests(journal))
        {
            var (customer, operation, key) = request.Key;
            inspection.Require(
                !Repeats.EndInRefusal(request, records),
                () =>
                    $"a {operation} refused to customer {customer} had an effect".About([
                        Subject.Request(customer, operation, key),
                        .. made[request.Key],
                    ])
            );
        }
    }

    private static void CheckCancellations(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var reservations = history.Reservations.ToDictionary(r => r.Id);
        var ended = history.Concerts.Where(c => c.Status == "CANCELLED").Select(c => c.Id);
        var endedConcerts = ended.ToHashSet();
        var asked = journal
            .Where(e => e.Operation == "cancel")
            .GroupBy(e => e.Target ?? 0)
            .ToList();
        inspection.Figure("cancellations answered", asked.Count(c => c.Any(e => e.Succeeded)));
        inspection.Figure("cancellations refused", asked.Count(c => c.All(Heard.IsRefused)));
        foreach (var cancellation in asked)
        {
            var row = reservations.GetValueOrDefault(cancellation.Key);
            if (cancellation.Any(e => e.Succeeded))
            {
                inspection.Require(
                    row?.Status == "CANCELLED",
                    () =>
                        $"reservation {cancellation.Key} was cancelled, and is not".About(
                            Subject.Reservation(cancellation.Key)
                        )
                );
            }
            else if (cancellation.All(Heard.IsRefused) && row is not null)
            {
                inspection.Require(
                    row.Status != "CANCELLED" || endedConcerts.Contains(row.ConcertId),
                    () =>
                        $"cancelling reservation {row.Id} was refused, and it is cancelled".About(
                            Subject.Reservation(row.Id)
                        )
                );
            }
        }
    }

    private static void CheckCharges(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var charged = history
            .WalletEntries.Where(e => e.Kind == "CHARGE")
            .GroupBy(e => e.CustomerId)
            .ToDictionary(c => c.Key, c => c.Sum(e => e.Amount));
        var customers = Repeats
            .Requests(journal)
            .Where(r => r.Key.Operation == "charge")
            .GroupBy(r => r.Key.CustomerId)
            .ToList();
        foreach (var customer in customers)
        {
            var heard = customer.Where(r => r.Any(e => e.Succeeded)).Sum(r => AmountOf(r));
            // The wallet has it, or has it not: only the key's answer would tell.
            var open = customer
                .Where(r => !r.Any(e => e.Succeeded) && r.Any(Heard.LeavesOpen))
                .Sum(r => AmountOf(r));
            var actual = charged.GetValueOrDefault(customer.Key);
            inspection.Require(
                actual >= heard && actual <= heard + open,
                () =>
                    (
                        $"customer {customer.Key} charged {heard} won"
                        + (open > 0 ? $", and {open} more or not, " : ", ")
                        + $"the wallet has {actual}"
                    ).About([
                        Subject.Wallet(customer.Key),
                        .. customer.Select(r =>
                            Subject.Request(r.Key.CustomerId, r.Key.Operation, r.Key.Key)
                        ),
                    ])
            );
        }

        inspection.Figure("wallets charged", customers.Count);
    }

    /// <summary>Of the attempt that succeeded, where one did.</summary>
    private static long AmountOf(IEnumerable<JournalEntry> request) =>
        request
            .OrderByDescending(e => e.Succeeded)
            .Select(e => Fields.Number(e.Request, "amount") ?? 0)
            .First();

    private static bool IsHold(JournalEntry entry) => entry.Operation == "hold";
}
