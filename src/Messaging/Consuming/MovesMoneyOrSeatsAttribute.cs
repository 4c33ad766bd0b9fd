namespace ConcertReservation.Messaging;

/// <summary>
/// On a consumer that nothing makes up for: an event that it misses leaves money or seats where
/// they are for good. So in its group a dead letter of such an event is replayed, never discarded.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MovesMoneyOrSeatsAttribute : Attribute;
