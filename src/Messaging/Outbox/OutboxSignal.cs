using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Messaging;

/// <summary>Wakes the relay of this process after a commit; relays of other hosts poll.</summary>
public sealed class OutboxSignal : Signal;
