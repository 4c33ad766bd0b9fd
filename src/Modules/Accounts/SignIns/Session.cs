namespace ConcertReservation.Accounts;

/// <summary>A sign-in, until sign-out: what a refresh token belongs to.</summary>
internal sealed class Session
{
    public Guid Id { get; private init; }
    public long CustomerId { get; private init; }

    /// <summary>
    /// How often the tokens were refreshed: only the latest refresh token counts.
    /// </summary>
    public int Refreshes { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public static Session Start(long customerId, DateTimeOffset expiresAt) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            CustomerId = customerId,
            ExpiresAt = expiresAt,
        };

    public void Refresh(DateTimeOffset expiresAt)
    {
        Refreshes++;
        ExpiresAt = expiresAt;
    }
}
