namespace ConcertReservation.LocalServices;

/// <summary>A service of our own: one process or several, which we stop in the end.</summary>
internal interface ILocalService
{
    string Name { get; }

    /// <summary>For the first lines that a reader sees.</summary>
    string Description { get; }

    /// <summary>Empty where the service lives in this process.</summary>
    IReadOnlyList<LocalProcess> Processes { get; }

    Task StopAsync();
}
