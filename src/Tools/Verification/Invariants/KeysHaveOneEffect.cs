namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 4. One Idempotency-Key has at most one effect, and after it always the same answer; another
/// body, 422.
/// </summary>
internal static class KeysHaveOneEffect
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(4, "An Idempotency-Key has at most one effect", history);
        CheckHoldKeys(inspection, history);
        PaymentKeys.Check(inspection, history);
        if (history.Journal is not { Count: > 0 } journal)
        {
            inspection.Note(
                history.Journal is null
                    ? "no journal of requests: answers not compared"
                    : "the journal of requests is empty: answers not compared"
            );
            return inspection.Done();
        }

        CheckAnswers(inspection, journal);
        Repeats.Check(inspection, history, journal);
        CheckEffects(inspection, journal);
        CheckRecordedAnswers(inspection, history, journal);
        return inspection.Done();
    }

    private static void CheckHoldKeys(Inspection inspection, History history)
    {
        inspection.Figure("keys of holds recorded", history.HoldKeys.Count);
        var keys = history.HoldKeys.ToLookup(k => k.ReservationId);
        foreach (var effect in keys)
        {
            inspection.Require(
                effect.Count() == 1,
                () =>
                    $"reservation {effect.Key} has {effect.Count()} keys".About(
                        Subject.Reservation(effect.Key)
                    )
            );
        }

        foreach (var key in history.HoldKeys)
        {
            inspection.Require(
                Fields.Number(key.Response, "reservationId") == key.ReservationId,
                () =>
                    $"key {key.Key} made {key.ReservationId} and answers {key.Response}".About(
                        Subject.Request(key.CustomerId, "hold", key.Key)
                    )
            );
        }

        // A second effect of a key is one that no record has.
        var since = PaymentKeys.KeptSince(history.Now);
        var young = history.Reservations.Where(r => r.CreatedAt > since).ToList();
        inspection.Figure("reservations whose key is kept", young.Count);
        foreach (var reservation in young)
        {
            inspection.Require(
                keys[reservation.Id].Any(k => k.CustomerId == reservation.CustomerId),
                () =>
                    $"reservation {reservation.Id} was made without a key".About(
                        Subject.Reservation(reservation.Id)
                    )
            );
        }
    }

    private static void CheckAnswers(Inspection inspection, IReadOnlyList<JournalEntry> journal)
    {
        var keys = Repeats.Requests(journal);
        inspection.Figure("keys used by clients", keys.Count);
        inspection.Figure("keys used more than once", keys.Count(k => k.Count() > 1));
        foreach (var key in keys.Where(k => k.Any(Heard.IsFinal)))
        {
            var first = key.First(Heard.IsFinal);
            var subject = Subject.Request(first.CustomerId, first.Operation, first.Key);
            foreach (var answer in key.Where(Heard.IsFinal))
            {
                inspection.Require(
                    answer.Status == first.Status && answer.Body == first.Body,
                    () =>
                        $"key {key.Key.Key} answered {first.Body} and then {answer.Body}".About(
                            subject
                        )
                );
                inspection.Require(
                    answer.IsSameRequestAs(first),
                    () => $"key {key.Key.Key} took another body: {answer.Request}".About(subject)
                );
            }
        }
    }

    private static void CheckEffects(Inspection inspection, IReadOnlyList<JournalEntry> journal)
    {
        OneKeyEach("hold", "reservationId");
        OneKeyEach("pay", "paymentId");

        void OneKeyEach(string operation, string made)
        {
            var effects = journal
                .Where(e => e.Operation == operation && e.Succeeded)
                .GroupBy(e => Fields.Number(e.Body, made))
                .Where(r => r.Select(e => (e.CustomerId, e.Key)).Distinct().Count() > 1);
            foreach (var effect in effects)
            {
                inspection.Violated(
                    $"{made} {effect.Key} was answered to several keys".About(
                        effect.Select(e => Subject.Request(e.CustomerId, e.Operation, e.Key))
                    )
                );
            }
        }
    }

    /// <summary>What clients heard is what is kept for their repeats, byte for byte.</summary>
    private static void CheckRecordedAnswers(
        Inspection inspection,
        History history,
        IReadOnlyList<JournalEntry> journal
    )
    {
        var holds = history.HoldKeys.Select(k =>
            Record(k.CustomerId, "hold", k.Key, 201, k.Response)
        );
        var payments = history
            .PaymentKeys.Where(k => k.Status is not null)
            .Select(k => Record(k.CustomerId, k.JournalOperation, k.Key, k.Status, k.Body));
        var kept = holds.Concat(payments).ToDictionary(k => k.Key, k => k.Value);
        var compared = 0;
        foreach (var answer in journal.Where(e => e.Key is not null && e.IsFinal()))
        {
            var key = (answer.CustomerId, answer.Operation, answer.Key);
            if (!kept.TryGetValue(key, out var record))
                continue;

            compared++;
            inspection.Require(
                record == (answer.Status, answer.Body),
                () =>
                    $"key {answer.Key} answered {answer.Body} and keeps {record.Body}".About(
                        Subject.Request(answer.CustomerId, answer.Operation, answer.Key)
                    )
            );
        }

        inspection.Figure("answers compared with their records", compared);
    }

    private static KeyValuePair<(long, string, string?), (int? Status, string? Body)> Record(
        long customer,
        string operation,
        string key,
        int? status,
        string? body
    ) => new((customer, operation, key), (status, body));
}
