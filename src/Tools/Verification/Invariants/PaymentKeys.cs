using System.Globalization;

namespace ConcertReservation.Verification.Invariants;

/// <summary>The records of Payments' keys against what became of them; a part of 4.</summary>
internal static class PaymentKeys
{
    /// <summary>As the API promises.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>A key's record may go a little before its time.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    public static TimeSpan CertainlyKept => Kept - Margin;

    public static DateTimeOffset KeptSince(DateTimeOffset now) => now - CertainlyKept;

    public static void Check(Inspection inspection, History history)
    {
        inspection.Figure("keys of payments recorded", history.PaymentKeys.Count);
        CheckStarts(inspection, history);
        CheckConfirmations(inspection, history);

        var since = KeptSince(history.Now);
        CheckCounts(
            PaymentKeyRow.Start,
            "payments",
            history.Payments.Where(p => p.StartedAt > since).Select(p => p.CustomerId)
        );
        CheckCounts(
            PaymentKeyRow.Charge,
            "top-ups",
            history
                .WalletEntries.Where(e => e.Kind == "CHARGE" && e.OccurredAt > since)
                .Select(e => e.CustomerId)
        );

        void CheckCounts(string operation, string what, IEnumerable<long> customersOfEffects)
        {
            var keys = history
                .PaymentKeys.Where(k => k.Operation == operation)
                .GroupBy(k => k.CustomerId)
                .ToDictionary(c => c.Key, c => c.Count());
            foreach (var effects in customersOfEffects.GroupBy(c => c))
            {
                var recorded = keys.GetValueOrDefault(effects.Key);
                inspection.Require(
                    effects.Count() <= recorded,
                    () =>
                        (
                            $"customer {effects.Key} has {effects.Count()} {what} "
                            + $"of {recorded} keys"
                        ).About(AllOf(history, operation, effects.Key))
                );
            }
        }
    }

    private static void CheckStarts(Inspection inspection, History history)
    {
        var payments = history.Payments.ToDictionary(p => p.Id);
        var started = history
            .PaymentKeys.Where(k => k.Operation == PaymentKeyRow.Start && k.Status == 201)
            .ToLookup(k => Fields.Number(k.Body, "paymentId") ?? 0);
        foreach (var payment in started)
        {
            var customer = payments.GetValueOrDefault(payment.Key)?.CustomerId;
            inspection.Require(
                payment.Count() == 1 && payment.All(k => k.CustomerId == customer),
                () =>
                    (
                        $"payment {payment.Key} of customer {customer} is the answer of the keys "
                        + string.Join(", ", payment.Select(k => k.Key))
                    ).About([Subject.Payment(payment.Key), .. payment.Select(RequestOf)])
            );
        }
    }

    private static void CheckConfirmations(Inspection inspection, History history)
    {
        var payments = history.Payments.ToDictionary(
            p => Subject.Payment(p.Id),
            StringComparer.Ordinal
        );
        foreach (var key in history.PaymentKeys.Where(k => k.Operation == PaymentKeyRow.Confirm))
        {
            var payment = payments.GetValueOrDefault(key.Subject ?? "");
            var agrees = key.Status switch
            {
                null => payment?.Status is "STARTED" or "UNKNOWN",
                200 => payment?.IsTaken == true
                    && Fields.Number(key.Body, "paymentId") == payment.Id,
                402 => payment?.Status == "FAILED",
                _ => false,
            };
            inspection.Require(
                agrees,
                () =>
                    (
                        $"key {key.Key} for {key.Subject} keeps "
                        + $"{key.Status?.ToString(Culture) ?? "no"} answer, the payment is "
                        + (payment?.Status ?? "not there")
                    ).About(key.Subject ?? "", RequestOf(key))
            );
        }
    }

    /// <summary>The customer's keys for an operation, and all that they may have made.</summary>
    private static IEnumerable<string> AllOf(History history, string operation, long customer) =>
        [
            .. history
                .PaymentKeys.Where(k => (k.Operation, k.CustomerId) == (operation, customer))
                .Select(RequestOf),
            .. operation == PaymentKeyRow.Charge
                ? [Subject.Wallet(customer)]
                : history
                    .Payments.Where(p => p.CustomerId == customer)
                    .Select(p => Subject.Payment(p.Id)),
        ];

    private static string RequestOf(PaymentKeyRow key) =>
        Subject.Request(key.CustomerId, key.JournalOperation, key.Key);

    private static CultureInfo Culture => CultureInfo.InvariantCulture;
}
