using ConcertReservation.BuildingBlocks;
using static ConcertReservation.BuildingBlocks.FaultPoint;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>A step of a sale at which a host can die, and a story in which it is taken.</summary>
/// <param name="Before">Nothing of the step is written.</param>
/// <param name="After">It is committed, and nobody was told; null where it writes nothing.</param>
/// <param name="Trace">
/// The event that tells of it, or one of <see cref="SaleTraces"/> where there is none.
/// </param>
/// <param name="Occurrence">Which of the times that the story comes by is the fatal one.</param>
internal sealed record SaleStep(
    FaultPoint Before,
    FaultPoint? After,
    string Trace,
    Func<SaleStory, Task> Tell,
    int Occurrence = 1
)
{
    public static readonly IReadOnlyList<SaleStep> All =
    [
        new(PaymentOpening, PaymentOpened, "PAYMENT_STARTED", s => s.CardIsPaid()),
        new(Pinning, Pinned, SaleTraces.Paying, s => s.CardIsPaid()),
        new(ProviderAnswered, null, "PAYMENT_COMPLETED", s => s.CardIsPaid()),
        new(MoneySettling, MoneySettled, "PAYMENT_COMPLETED", s => s.CardIsPaid()),
        new(SaleConfirming, SaleConfirmed, "RESERVATION_CONFIRMED", s => s.CardIsPaid()),
        new(PointsTaking, PointsTaken, "PAYMENT_COMPLETED", s => s.PointsArePaid()),
        new(PointsLacking, PointsLacked, "PAYMENT_FAILED", s => s.PointsDoNotReach()),
        new(WayGiving, WayGiven, "PAYMENT_FAILED", s => s.CardGivesWayToPoints()),
        new(AttemptEnding, AttemptEnded, "PAYMENT_FAILED", s => s.HoldIsGivenBackUnpaid()),
        new(UnknownNoting, UnknownNoted, SaleTraces.Unknown, s => s.ProviderBreaks()),
        new(DeclineSettling, DeclineSettled, "PAYMENT_FAILED", s => s.CardIsDeclined()),
        new(Abandoning, Abandoned, "PAYMENT_FAILED", s => s.NobodyComesBack()),
        new(PaymentClaimed, null, "PAYMENT_COMPLETED", s => s.ProviderIsAskedAgain()),
        new(ProviderFound, null, "PAYMENT_COMPLETED", s => s.ProviderIsAskedAgain()),
        new(StrayNoting, StrayNoted, SaleTraces.Stray, s => s.MoneyIsTakenForNothing()),
        new(StrayReturned, null, "PAYMENT_REFUNDED", s => s.MoneyIsTakenForNothing()),
        new(SeatsRetaking, SeatsRetaken, "RESERVATION_CONFIRMED", s => s.MoneyComesLate()),
        new(
            ConfirmationFailing,
            ConfirmationFailed,
            "RESERVATION_CONFIRMATION_FAILED",
            s => s.MoneyComesForNothing()
        ),
        new(
            RefundRequesting,
            RefundRequested,
            "PAYMENT_REFUND_REQUESTED",
            s => s.MoneyComesForNothing()
        ),
        new(ProviderReturned, null, "PAYMENT_REFUNDED", s => s.MoneyComesForNothing()),
        new(RefundPostponing, RefundPostponed, SaleTraces.Postponed, s => s.RefundBreaks()),
        new(ReturnRecording, ReturnRecorded, "PAYMENT_REFUNDED", s => s.MoneyComesForNothing()),
        new(HoldCancelling, HoldCancelled, "RESERVATION_CANCELLED", s => s.HoldIsGivenBack()),
        new(SaleCancelling, SaleCancelled, "RESERVATION_CANCELLED", s => s.SaleIsGivenBack()),
        new(HoldsExpiring, HoldsExpired, "RESERVATION_EXPIRED", s => s.HoldRunsOut()),
        new(SellingOut, SoldOut, "CONCERT_SOLD_OUT", s => s.EverySeatIsSold()),
        new(Reopening, Reopened, "CONCERT_REOPENED", s => s.ASeatComesBack()),
        new(SaleStopping, SaleStopped, SaleTraces.Stopped, s => s.ConcertIsCancelled()),
        // The first of its two sales has ended, and is to be refunded.
        new(
            ConcertEnding,
            ConcertEnded,
            "RESERVATION_CANCELLED",
            s => s.ConcertIsCancelled(),
            Occurrence: 2
        ),
    ];

    /// <exception cref="InvalidOperationException">No story comes by this point.</exception>
    public static SaleStep At(FaultPoint point) =>
        All.Single(s => s.Before == point || s.After == point);

    /// <summary>How often the trace is there when a host has died at the point.</summary>
    public int LeftBehind(FaultPoint point) => point == After ? Occurrence : Occurrence - 1;

    public Task<long> CountAsync(FaultSystem system, long concertId, long sinceSeq) =>
        SaleTraces.CountSql.TryGetValue(Trace, out var sql)
            ? system.Database.ScalarAsync<long>(sql, concertId)
            : system.Database.ScalarAsync<long>(
                "SELECT count(*) FROM messaging.outbox WHERE seq > $1 AND event_type = $2",
                sinceSeq,
                Trace
            );
}
