namespace ConcertReservation.LocalServices;

/// <summary>
/// A proxy that the environment names is for what is elsewhere. .NET would ask it for the services
/// of this machine, too, of which it knows nothing: nothing that is started here would get ready.
/// </summary>
internal static class Proxies
{
    private const string Spared = "no_proxy";
    private const string ThisMachine = "localhost,127.0.0.1";

    /// <summary>Before the first request; what is started here inherits it.</summary>
    public static void SpareThisMachine()
    {
        var spared =
            Environment.GetEnvironmentVariable(Spared)
            ?? Environment.GetEnvironmentVariable("NO_PROXY");
        Environment.SetEnvironmentVariable(
            Spared,
            string.IsNullOrEmpty(spared) ? ThisMachine : $"{spared},{ThisMachine}"
        );
    }
}
