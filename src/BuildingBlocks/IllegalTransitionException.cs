namespace ConcertReservation.BuildingBlocks;

/// <summary>Somebody asked of an aggregate what its state does not allow: a defect.</summary>
public sealed class IllegalTransitionException(string message) : InvalidOperationException(message);
