using System.Text.RegularExpressions;

namespace ConcertReservation.Notifications;

/// <summary>What a mail server said, fit for the log: servers like to name the recipient.</summary>
internal static partial class LogText
{
    private const int PatienceMilliseconds = 1000;

    public static string WithoutAddresses(string reason) => Address().Replace(reason, "(address)");

    [GeneratedRegex(
        "[^\\s<>\"'()\\[\\],;:]+@[^\\s<>\"'()\\[\\],;:]+",
        RegexOptions.NonBacktracking,
        PatienceMilliseconds
    )]
    private static partial Regex Address();
}
