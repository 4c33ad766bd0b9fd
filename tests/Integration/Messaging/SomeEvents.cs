using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Events to publish where it does not matter what they tell.</summary>
internal static class SomeEvents
{
    public static OutboxRow SignUp(long userId, long version = 1, string name = "Mina") =>
        OutboxRow.From(
            new UserSignedUp
            {
                UserId = userId,
                Email = "mina@example.com",
                Name = name,
                Language = "ko",
                OccurredAt = TimeProvider.System.GetUtcNow(),
                Version = version,
            }
        );
}
