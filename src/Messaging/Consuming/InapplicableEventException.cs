namespace ConcertReservation.Messaging;

/// <summary>
/// The event names what there is not, or is at odds with what does not change any more. None of
/// our own does. It can never be applied, so its dead letter may be discarded whatever it moves.
/// </summary>
public sealed class InapplicableEventException(string message) : InvalidOperationException(message);
