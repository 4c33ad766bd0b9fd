using System.Globalization;

namespace ConcertReservation.Verification;

/// <summary>What <c>verify</c> was asked to do.</summary>
/// <param name="Journal">The file of a client's journal; null for none.</param>
/// <param name="Within">Everything has to drain within this.</param>
internal sealed record VerifyOptions(string? Journal, TimeSpan Within)
{
    private const int DefaultSeconds = 60;
    private const int MaxSeconds = 3600;

    public static string Usage { get; } =
        $"""
            verify [--journal FILE] [--within SECONDS]
              Waits until the system is at rest ({DefaultSeconds} s at most, or SECONDS), then
              checks the invariants. FILE is a client's journal: .local/run/demo-journal.jsonl is
              one. Ends with 0 where none is violated, 1 where one is, 2 where it could not check.
            """;

    /// <exception cref="FormatException">The arguments are wrong.</exception>
    public static VerifyOptions Parse(IReadOnlyList<string> args)
    {
        var options = new VerifyOptions(null, TimeSpan.FromSeconds(DefaultSeconds));
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            options = args[i] switch
            {
                "--journal" => options with { Journal = Given(args[i], value) },
                "--within" => options with { Within = Seconds(Given(args[i], value)) },
                _ => throw new FormatException($"{args[i]} is no option: see verify --help."),
            };
        }

        return options;
    }

    private static string Given(string option, string value) =>
        value.Length > 0
            ? value
            : throw new FormatException($"{option} needs a value: see verify --help.");

    private static TimeSpan Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= MaxSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException(
                $"--within takes whole seconds from 0 to {MaxSeconds}, not {text}."
            );
}
