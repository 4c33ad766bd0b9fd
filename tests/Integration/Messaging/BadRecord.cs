namespace ConcertReservation.Tests.Integration.Messaging;

internal sealed record BadTopic(string Name, string Type, string Id, string Field)
{
    public override string ToString() => Name;
}

internal enum Fate
{
    Applied,
    Letter,
    Skipped,
}

/// <param name="Type">As the groups come to know it; null where they cannot.</param>
internal sealed record BadRecord(
    BadTopic Topic,
    string What,
    string Key,
    Guid EventId,
    byte[]? Body,
    string[] Headers,
    string? Type,
    Fate Fate
)
{
    public const string AtTheLimit = "an event at the limit";
    public const string Last = "an event as any other";

    public override string ToString() => $"{Topic} {What}";
}
