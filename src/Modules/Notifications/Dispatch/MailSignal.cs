using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Notifications;

/// <summary>
/// Wakes the dispatcher of this process when mails were written; those of other hosts poll.
/// </summary>
internal sealed class MailSignal : Signal;
