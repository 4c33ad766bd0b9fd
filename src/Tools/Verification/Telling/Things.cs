namespace ConcertReservation.Verification.Telling;

/// <summary>One thing that happened, or is.</summary>
/// <param name="At">When it happened; null for what is at the end.</param>
/// <param name="About">See <see cref="Subject"/>.</param>
internal sealed record Thing(DateTimeOffset? At, Func<string> Text, params string[] About);

/// <summary>All that a history tells, and what each of it is about.</summary>
internal static class Things
{
    public static IEnumerable<Thing> Of(History history) =>
        [
            .. new EventThings(history).All(),
            .. JournalThings.Of(history),
            .. Sale(history),
            .. Money(history),
            .. Keys(history),
            .. Letters(history),
            .. Places(history),
            .. Rows(history),
        ];

    private static IEnumerable<Thing> Sale(History history)
    {
        foreach (var row in history.Customers)
        {
            yield return Is(
                () => $"customer {row.Id} is at version {row.Version}{EndOf(row)}",
                Subject.Customer(row.Id)
            );
        }

        foreach (var row in history.Concerts)
        {
            yield return Is(
                () =>
                    $"concert {row.Id} is {row.Status} at version {row.Version}: {row.SoldSeats} "
                    + $"of {row.TotalSeats} seats sold, {row.TicketsPerCustomer} for a customer",
                Subject.Concert(row.Id)
            );
        }

        foreach (var row in history.Seats)
            yield return Is(() => Words.Of(row), Subject.Seat(row.Id));
        foreach (var row in history.Reservations)
            yield return Is(() => Words.Of(row), Subject.Reservation(row.Id));

        static string EndOf(CustomerRow row) =>
            (row.IsDeleted ? ", deleted" : "") + (row.IsErased ? " and erased" : "");
    }

    private static IEnumerable<Thing> Money(History history)
    {
        foreach (var row in history.Payments)
            yield return Is(() => Words.Of(row), Subject.Payment(row.Id));
        foreach (var row in history.Wallets)
        {
            yield return Is(
                () => $"the wallet of customer {row.CustomerId} has {row.Balance} won",
                Subject.Wallet(row.CustomerId)
            );
        }

        foreach (var row in history.WalletEntries)
        {
            string[] payment = row.PaymentId is { } id ? [Subject.Payment(id)] : [];
            yield return new Thing(
                row.OccurredAt,
                () => Words.Of(row),
                [Subject.Wallet(row.CustomerId), .. payment]
            );
        }

        foreach (var order in history.CardOrders ?? [])
        {
            yield return Is(
                () => $"the provider has {order.OrderId} as {order.Status}, {order.Amount} won",
                Subject.Order(order.OrderId)
            );
        }
    }

    private static IEnumerable<Thing> Keys(History history)
    {
        foreach (var row in history.HoldKeys)
        {
            yield return Is(
                () => $"the key {row.Key} of customer {row.CustomerId} keeps {row.Response}",
                Subject.Request(row.CustomerId, "hold", row.Key),
                Subject.Reservation(row.ReservationId)
            );
        }

        foreach (var row in history.PaymentKeys)
        {
            yield return Is(
                () =>
                    $"the key {row.Key} of customer {row.CustomerId} for {row.Operation} "
                    + $"{row.Subject} keeps {Words.Of(row.Status)} {row.Body}",
                Subject.Request(row.CustomerId, row.JournalOperation, row.Key),
                row.Subject ?? ""
            );
        }
    }

    private static IEnumerable<Thing> Letters(History history)
    {
        foreach (var row in history.Mails)
        {
            yield return Is(
                () =>
                    $"mail {row.Kind} to customer {row.UserId}, {row.Recipient}, in "
                    + $"{row.Language}, {row.State}",
                Subject.Event(row.EventId)
            );
        }

        foreach (var row in history.Waitlist)
        {
            yield return new Thing(
                row.JoinedAt,
                () => $"customer {row.UserId} waits for concert {row.ConcertId}",
                Subject.Waiting(row.ConcertId, row.UserId)
            );
        }
    }

    private static IEnumerable<Thing> Places(History history)
    {
        foreach (var record in history.Unreadable)
        {
            yield return Is(
                () =>
                    $"{record.Topic}/{record.Partition}@{record.Offset} is no event: {record.Why}",
                Subject.Place(record.Topic, record.Partition, record.Offset)
            );
        }

        foreach (var letter in history.DeadLetters)
        {
            yield return Is(
                () =>
                    $"dead letter of {letter.Group} at "
                    + $"{letter.Topic}/{letter.Partition}@{letter.Offset}"
                    + (letter.IsOfThisLog ? "" : " of an earlier Kafka"),
                Subject.Place(letter.Topic, letter.Partition, letter.Offset)
            );
        }

        foreach (var log in history.Partitions)
        {
            yield return Is(
                () => $"{log.Topic}/{log.Partition} has the offsets {log.Low} to {log.High}",
                Subject.Partition(log.Topic, log.Partition)
            );
        }

        foreach (var reader in history.Positions)
        {
            yield return Is(
                () => Words.Of(reader),
                Subject.Reader(reader.Group, reader.Topic, reader.Partition)
            );
        }
    }

    private static IEnumerable<Thing> Rows(History history)
    {
        foreach (var (row, text) in history.Statistics)
            yield return Is(() => $"the statistics have {row}: {text}", Subject.View(row));
        foreach (var (row, score) in history.Rankings ?? new Dictionary<string, double>())
            yield return Is(() => $"the rankings have {row}: {score}", Subject.View(row));
    }

    private static Thing Is(Func<string> text, params string[] about) => new(null, text, about);
}
