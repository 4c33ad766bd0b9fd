namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Where a process may die between two steps of a sale. Most come in pairs: in -ing the last moment
/// before a transaction is committed, in -ed the first one after it, when nobody was told yet.
/// </summary>
public enum FaultPoint
{
    /// <summary>A card payment is opened, and its hold extended.</summary>
    PaymentOpening,
    PaymentOpened,

    /// <summary>Points leave the wallet, and the seats are pinned.</summary>
    PointsTaking,
    PointsTaken,

    /// <summary>A balance does not reach; nothing is pinned.</summary>
    PointsLacking,
    PointsLacked,

    /// <summary>A card payment that was not confirmed makes way for points.</summary>
    WayGiving,
    WayGiven,

    /// <summary>The seats are pinned; the provider is asked next.</summary>
    Pinning,
    Pinned,

    /// <summary>The provider has told the request that confirms; nothing is written.</summary>
    ProviderAnswered,

    /// <summary>A host has taken up a payment that was due; nobody is asked yet.</summary>
    PaymentClaimed,

    /// <summary>The provider has told who asked again; nothing is written.</summary>
    ProviderFound,

    /// <summary>The provider has taken the money.</summary>
    MoneySettling,
    MoneySettled,

    /// <summary>The provider has not taken the money, and the seats are held again.</summary>
    DeclineSettling,
    DeclineSettled,

    /// <summary>Nobody knows whether the money was taken; it is asked about later.</summary>
    UnknownNoting,
    UnknownNoted,

    /// <summary>Nobody came back to pay.</summary>
    Abandoning,
    Abandoned,

    /// <summary>What was to be paid for has ended before its payment was confirmed.</summary>
    AttemptEnding,
    AttemptEnded,

    /// <summary>A payment has failed, and the provider has its money.</summary>
    StrayNoting,
    StrayNoted,

    /// <summary>The provider has given that back; nothing is written.</summary>
    StrayReturned,

    /// <summary>A paid hold becomes a sale.</summary>
    SaleConfirming,
    SaleConfirmed,

    /// <summary>Money that came late becomes a sale: the seats were still free.</summary>
    SeatsRetaking,
    SeatsRetaken,

    /// <summary>Money came for seats that cannot be given.</summary>
    ConfirmationFailing,
    ConfirmationFailed,

    /// <summary>The money has to go back.</summary>
    RefundRequesting,
    RefundRequested,

    /// <summary>The provider has given the money back; nothing is written.</summary>
    ProviderReturned,

    /// <summary>The provider has not given the money back; it is asked again later.</summary>
    RefundPostponing,
    RefundPostponed,

    /// <summary>The money went back, to the card or into the wallet.</summary>
    ReturnRecording,
    ReturnRecorded,

    /// <summary>A customer gives a hold back.</summary>
    HoldCancelling,
    HoldCancelled,

    /// <summary>A customer gives a sale back.</summary>
    SaleCancelling,
    SaleCancelled,

    /// <summary>Holds whose time is up end.</summary>
    HoldsExpiring,
    HoldsExpired,

    /// <summary>The last seat is sold.</summary>
    SellingOut,
    SoldOut,

    /// <summary>A seat of a concert that was sold out is free again.</summary>
    Reopening,
    Reopened,

    /// <summary>A concert is cancelled: nobody holds its seats any more.</summary>
    SaleStopping,
    SaleStopped,

    /// <summary>Some reservations of a cancelled concert end.</summary>
    ConcertEnding,
    ConcertEnded,
}
