using ConcertReservation.Verification;

namespace ConcertReservation.Demo;

/// <summary>Where the host and what belongs to it are.</summary>
internal sealed record DemoSettings(
    Uri Host,
    Uri Sandbox,
    string OperatorEmail,
    string OperatorPassword,
    string MailFolder,
    VerificationSettings Services
)
{
    /// <summary>Next to the run file, so that <c>./run verify --journal</c> finds it.</summary>
    public string JournalPath { get; } =
        Path.Combine(Path.GetDirectoryName(VerificationSettings.RunFile)!, "demo-journal.jsonl");

    /// <exception cref="InvalidOperationException">
    /// Something is neither configured nor running.
    /// </exception>
    public static DemoSettings Read() =>
        new(
            Address("Demo__Host", "host"),
            Address("Demo__Sandbox", "sandbox"),
            Required("Accounts__Operator__Email", "operator", "email"),
            Required("Accounts__Operator__Password", "operator", "password"),
            Required("Notifications__PickupDirectory", "mailFolder"),
            VerificationSettings.Read()
        );

    private static Uri Address(string variable, string property) =>
        new(Required(variable, property).TrimEnd('/') + "/");

    private static string Required(string variable, params string[] path) =>
        VerificationSettings.Find(variable, path)
        ?? throw new InvalidOperationException(
            $"Neither {variable} is set nor does {VerificationSettings.RunFile} say it: "
                + "use ./run demo."
        );
}
