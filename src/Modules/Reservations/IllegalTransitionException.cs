namespace ConcertReservation.Reservations;

/// <summary>
/// Somebody asked of a seat or reservation what its state does not allow: a defect.
/// </summary>
internal sealed class IllegalTransitionException(string message)
    : InvalidOperationException(message);
