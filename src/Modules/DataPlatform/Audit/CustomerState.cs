using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>A customer's account as its events tell it.</summary>
/// <param name="Language">ko or en.</param>
/// <param name="DeletedAt">From then on nothing names the customer.</param>
internal sealed record CustomerState(
    long CustomerId,
    string? Email,
    string? Name,
    string? Language,
    DateTimeOffset? SignedUpAt,
    DateTimeOffset? DeletedAt = null
)
{
    public static readonly CustomerState Example = new(
        Examples.CustomerId,
        Examples.Email,
        Examples.CustomerName,
        Languages.Korean,
        Examples.BookingStartTime.AddDays(-1)
    );

    public static string KeyOf(long id) => $"user-{id}";

    public static CustomerState Fold(CustomerState? known, DomainEvent happened)
    {
        var told = (UserEvent)happened;
        var before = known ?? new CustomerState(told.UserId, null, null, null, SignedUpAt: null);
        return told switch
        {
            UserSignedUp e => before with
            {
                Email = e.Email,
                Name = e.Name,
                Language = e.Language,
                SignedUpAt = e.OccurredAt,
            },
            UserChanged e => before with { Email = e.Email, Name = e.Name, Language = e.Language },
            UserDeleted e => before with
            {
                Email = null,
                Name = null,
                Language = null,
                DeletedAt = e.OccurredAt,
            },
            _ => before,
        };
    }
}
