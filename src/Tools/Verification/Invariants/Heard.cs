namespace ConcertReservation.Verification.Invariants;

/// <summary>What an answer tells of its request.</summary>
internal static class Heard
{
    /// <summary>
    /// A success, or a decline: the provider was asked. 202 is neither, for another answer follows
    /// it.
    /// </summary>
    public static bool IsFinal(this JournalEntry entry) => entry.HadEffect() && entry.Status != 202;

    /// <summary>Something was committed, and the key's record with it.</summary>
    public static bool HadEffect(this JournalEntry entry) => entry.Succeeded || entry.Status == 402;

    /// <summary>
    /// Nothing is said of the request itself: it was lost, not let in, not read to its end, one of
    /// too many, met a host in trouble, or came while an earlier attempt still ran.
    /// </summary>
    public static bool SaysNothing(this JournalEntry entry) =>
        entry.Status is null or 401 or 403 or 408 or 429 or >= 500 || entry.IsKeyInUse();

    /// <summary>Without effect for sure: a host in trouble may not know.</summary>
    public static bool IsRefused(this JournalEntry entry) =>
        entry.Status is >= 400 and < 500 && !entry.HadEffect() && !entry.IsKeyInUse();

    /// <summary>What became of the request, another answer tells, or none.</summary>
    public static bool LeavesOpen(this JournalEntry entry) =>
        entry.Status is null or 202 or >= 500 || entry.IsKeyInUse();

    public static bool IsKeyInUse(this JournalEntry entry) =>
        Fields
            .Text(entry.Body, "type")
            ?.EndsWith("/idempotency-key-in-use", StringComparison.Ordinal) == true;

    /// <summary>By the client's clock, as the time at which the answer came.</summary>
    public static DateTimeOffset BegunAt(this JournalEntry entry) =>
        entry.At - TimeSpan.FromMilliseconds(entry.Milliseconds);

    /// <summary>The order of seats, or of fields, makes no other request.</summary>
    public static bool IsSameRequestAs(this JournalEntry one, JournalEntry other) =>
        one.Target == other.Target
        && (one.Request == other.Request || Meaning(one.Request) == Meaning(other.Request));

    private static (long?, string, long?, string?, long?, string?) Meaning(string request) =>
        (
            Fields.Number(request, "concertId"),
            string.Join(',', Fields.SeatIds(request).Order()),
            Fields.Number(request, "reservationId"),
            Fields.Text(request, "method"),
            Fields.Number(request, "amount"),
            Fields.Text(request, "paymentKey")
        );
}
