using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>The small sale's payments, and what its customers asked and heard.</summary>
internal static partial class SmallSale
{
    public static JournalEntry Held(
        long customer,
        string key,
        long reservation,
        string seats,
        int amount
    ) =>
        new(
            Start,
            customer,
            "hold",
            key,
            null,
            $$"""{"concertId":11,"seatIds":[{{seats}}]}""",
            201,
            HoldBody(reservation, seats, amount),
            5
        );

    /// <summary>Haru's request to take the money of a card.</summary>
    public static JournalEntry Confirmed(string key, long payment, int? status, string? body) =>
        new(Start, Haru, "confirm", key, payment, """{"paymentKey":"k"}""", status, body, 5);

    public static string Completed(long payment) =>
        $$"""{"paymentId":{{payment}},"status":"COMPLETED"}""";

    private static string HoldBody(long reservation, string seats, int amount) =>
        $$"""
            {"reservationId":{{reservation}},"seatIds":[{{seats}}],"totalAmount":{{amount}}}
            """;

    private static History WithMoney(History history) =>
        history with
        {
            Payments =
            [
                Paid(201, 101, Mina, 200, "POINT", "COMPLETED"),
                Paid(202, 102, Jisoo, 100, "POINT", "COMPLETED"),
                Paid(203, 104, Haru, 100, "CARD", "FAILED"),
                Paid(204, 104, Haru, 100, "CARD", "COMPLETED"),
            ],
            PaymentKeys =
            [
                Key(Mina, PaymentKeyRow.Start, "p", 201, 201, Completed(201)),
                Key(Jisoo, PaymentKeyRow.Start, "p", 202, 201, Completed(202)),
                Key(Haru, PaymentKeyRow.Start, "p1", 203, 201, """{"paymentId":203}"""),
                Key(Haru, PaymentKeyRow.Confirm, "c1", 203, 402, "{}"),
                Key(Haru, PaymentKeyRow.Start, "p2", 204, 201, """{"paymentId":204}"""),
                Key(Haru, PaymentKeyRow.Confirm, "c2", 204, 200, Completed(204)),
                Key(Mina, PaymentKeyRow.Charge, "c", null, 200, "{}"),
                Key(Jisoo, PaymentKeyRow.Charge, "c", null, 200, "{}"),
            ],
            HasOwnProvider = true,
            CardOrders =
            [
                new CardOrder("order-203", 100, "ABORTED"),
                new CardOrder("order-204", 100, "DONE"),
            ],
            Wallets = [new WalletRow(Mina, 300), new WalletRow(Jisoo, 0)],
            WalletEntries =
            [
                new WalletEntryRow(Mina, "CHARGE", 500, 500, null, Start),
                new WalletEntryRow(Mina, "PAYMENT", -200, 300, 201, Start),
                new WalletEntryRow(Jisoo, "CHARGE", 100, 100, null, Start),
                new WalletEntryRow(Jisoo, "PAYMENT", -100, 0, 202, Start),
            ],
        };

    private static JournalEntry[] Journal() =>
        [
            Held(Mina, "m", 101, "1,2", 200),
            Held(Mina, "m", 101, "1,2", 200),
            Held(Jisoo, "j", 102, "3", 100),
            Held(Yuna, "y", 103, "4", 100),
            Held(Haru, "refused", 0, "4", 0) with
            {
                Status = 409,
                Body = "{}",
            },
            Held(Haru, "h", 104, "4", 100),
            new(Start, Yuna, "cancel", null, 103, "", 204, "", 3),
            new(Start, Mina, "charge", "c", null, """{"amount":500}""", 200, "{}", 3),
            new(
                Start,
                Mina,
                "pay",
                "p",
                null,
                """{"reservationId":101,"method":"POINT"}""",
                201,
                Completed(201),
                3
            ),
            Started("p1", 203),
            Confirmed("c1", 203, 402, "{}"),
            Started("p2", 204),
            Confirmed("c2", 204, status: null, body: null),
            Confirmed("c2", 204, 202, """{"paymentId":204,"status":"UNKNOWN"}"""),
            Confirmed("c2", 204, 200, Completed(204)),
        ];

    private static JournalEntry Started(string key, long payment) =>
        new(
            Start,
            Haru,
            "pay",
            key,
            null,
            """{"reservationId":104,"method":"CARD"}""",
            201,
            $$"""{"paymentId":{{payment}}}""",
            3
        );

    private static PaymentRow Paid(
        long id,
        long reservation,
        long customer,
        long amount,
        string method,
        string status
    ) =>
        new(
            id,
            reservation,
            customer,
            amount,
            method,
            status,
            2,
            Start.AddSeconds(3),
            method == "CARD" ? $"order-{id}" : null
        );

    private static PaymentKeyRow Key(
        long customer,
        string operation,
        string key,
        long? payment,
        int status,
        string body
    ) => new(customer, operation, key, payment is null ? null : $"payment-{payment}", status, body);
}
