namespace ConcertReservation.Verification.Invariants;

/// <summary>The thirteen, in their order.</summary>
internal static class All
{
    private static readonly Func<History, Finding>[] Checks =
    [
        OneOwnerPerSeat.Check,
        SeatsAgree.Check,
        AnswersAreDurable.Check,
        KeysHaveOneEffect.Check,
        HoldsAreWhole.Check,
        TransitionsAreLegal.Check,
        StateHasItsEvents.Check,
        OutboxIsInKafka.Check,
        EachEventOnce.Check,
        EveryMessageIsDealtWith.Check,
        EverythingDrains.Check,
        PositionsFollowWork.Check,
        LimitsHold.Check,
    ];

    public static IReadOnlyList<Finding> Check(History history) =>
        [.. Checks.Select(check => check(history))];

    /// <summary>Only one of them.</summary>
    public static Finding Check(History history, int number) => Checks[number - 1](history);
}
