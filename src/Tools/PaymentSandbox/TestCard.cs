namespace ConcertReservation.PaymentSandbox;

/// <summary>What a card number makes happen.</summary>
internal enum CardBehaviour
{
    Approve,
    Decline,

    /// <summary>Approved, but only after a while.</summary>
    ApproveSlowly,

    /// <summary>Approved, and the answer never comes: who asks again hears of it.</summary>
    ApproveWithoutAnswer,

    /// <summary>Approved at once, but the answer comes only after a while.</summary>
    ApproveAndAnswerLate,

    /// <summary>Approved, but the answer is an internal error.</summary>
    ApproveAndBreak,

    /// <summary>
    /// The first confirmation ends in an internal error before anything happened.
    /// </summary>
    FailOnce,

    /// <summary>
    /// Approved after a while, whether or not the merchant waits; until then other tries are
    /// refused.
    /// </summary>
    WorkOn,

    /// <summary>The same, and no search knows the payment before it is approved.</summary>
    WorkOnUnseen,

    /// <summary>Approved, and a part of it goes back at the provider's own hand.</summary>
    ApproveAndReturnPart,

    /// <summary>No card: a transfer is waited for.</summary>
    WaitForDeposit,

    /// <summary>Approved; the first two cancellations end in an internal error.</summary>
    RefundFailsTwice,

    /// <summary>Approved; the money goes back, but the answer to that never comes.</summary>
    RefundWithoutAnswer,
}

/// <summary>How the merchant hears of it.</summary>
internal enum WebhookManner
{
    /// <summary>Each change once, at once.</summary>
    Usual,

    /// <summary>After a while.</summary>
    Late,

    /// <summary>Each change three times.</summary>
    Repeated,

    /// <summary>Each state after the one that followed it.</summary>
    OutOfOrder,
}

/// <param name="Number">Sixteen digits.</param>
/// <param name="Code">The error of a decline, as Toss Payments names it.</param>
/// <param name="Message">What the merchant, and so the customer, is told.</param>
internal sealed record TestCard(
    string Number,
    string Does,
    CardBehaviour Behaviour,
    string? Code = null,
    string? Message = null,
    WebhookManner Webhooks = WebhookManner.Usual
)
{
    public static readonly IReadOnlyList<TestCard> All =
    [
        new("4242424242424242", "approved", CardBehaviour.Approve),
        new(
            "4000000000009995",
            "declined: insufficient funds",
            CardBehaviour.Decline,
            "REJECT_CARD_PAYMENT",
            "The card has insufficient funds."
        ),
        new(
            "4000000000009979",
            "declined: stolen card",
            CardBehaviour.Decline,
            "INVALID_STOPPED_CARD",
            "The card was reported stolen."
        ),
        new("4000000000003220", "approved after some seconds", CardBehaviour.ApproveSlowly),
        new(
            "4000000000000341",
            "approved, but the answer to the confirmation never comes",
            CardBehaviour.ApproveWithoutAnswer
        ),
        new(
            "4000000000000119",
            "an internal error (500) at the first confirmation, then approved",
            CardBehaviour.FailOnce
        ),
        new(
            "4000000000005126",
            "approved; the first two refunds end in an internal error (500)",
            CardBehaviour.RefundFailsTwice
        ),
        new(
            "4000000000007726",
            "approved; refunded when asked, but the answer to that never comes",
            CardBehaviour.RefundWithoutAnswer
        ),
        new(
            "4000000000000127",
            "approved, but the answer to the first confirmation is an internal error (500)",
            CardBehaviour.ApproveAndBreak
        ),
        new(
            "4000000000000259",
            "approved; its webhook comes at once, the answer after some seconds",
            CardBehaviour.ApproveAndAnswerLate
        ),
        new(
            "4000000000002230",
            "approved after some seconds, though you hang up; until then other tries are refused",
            CardBehaviour.WorkOn
        ),
        new(
            "4000000000002685",
            "the same, and no search knows the payment before it is approved",
            CardBehaviour.WorkOnUnseen
        ),
        new(
            "4000000000000689",
            "approved, and half of it given back at once by the provider itself",
            CardBehaviour.ApproveAndReturnPart
        ),
        new(
            "4000000000000556",
            "no card: a transfer is waited for, which never comes",
            CardBehaviour.WaitForDeposit
        ),
        new(
            "4000000000001976",
            "approved without an answer; its webhooks come after some seconds",
            CardBehaviour.ApproveWithoutAnswer,
            Webhooks: WebhookManner.Late
        ),
        new(
            "4000000000005423",
            "approved without an answer; each of its webhooks comes three times",
            CardBehaviour.ApproveWithoutAnswer,
            Webhooks: WebhookManner.Repeated
        ),
        new(
            "4000000000006975",
            "approved without an answer; its webhooks come in the wrong order",
            CardBehaviour.ApproveWithoutAnswer,
            Webhooks: WebhookManner.OutOfOrder
        ),
    ];

    /// <summary>
    /// Null where the number is none of the test cards; blanks and dashes do not count.
    /// </summary>
    public static TestCard? Find(string? number)
    {
        var digits = new string([.. (number ?? "").Where(c => c is not (' ' or '-'))]);
        return All.FirstOrDefault(card => card.Number == digits);
    }
}
