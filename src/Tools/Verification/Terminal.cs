using Spectre.Console;

namespace ConcertReservation.Verification;

/// <summary>
/// Where people read: a terminal in colours, else plain lines that are wide enough.
/// </summary>
internal static class Terminal
{
    private const int PlainWidth = 160;

    public static IAnsiConsole Console()
    {
        var isPlain = System.Console.IsOutputRedirected;
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
                Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
            }
        );
        if (isPlain)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
