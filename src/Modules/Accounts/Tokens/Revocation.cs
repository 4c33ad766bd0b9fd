namespace ConcertReservation.Accounts;

/// <summary>
/// Access tokens that are refused before their time: a session's, or a customer's older ones.
/// </summary>
internal sealed class Revocation
{
    public long Id { get; private init; }
    public Guid? SessionId { get; private init; }
    public long? CustomerId { get; private init; }
    public int? TokenVersion { get; private init; }

    public static Revocation OfSession(Guid sessionId) => new() { SessionId = sessionId };

    public static Revocation OfTokensBefore(long customerId, int tokenVersion) =>
        new() { CustomerId = customerId, TokenVersion = tokenVersion };
}
