using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ConcertReservation.Demo;

/// <summary>Shows the sale while it runs: in place on a terminal, else a line a second.</summary>
internal sealed class Stage(
    IAnsiConsole console,
    Concert concert,
    Api spectator,
    Scoreboard scoreboard
)
{
    private const int BarWidth = 44;
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineTime = TimeSpan.FromSeconds(1);

    public Task ShowAsync(Task sale, CancellationToken stop) =>
        console.Profile.Capabilities.Interactive
            ? console
                .Live(new Text("The doors are closed."))
                .StartAsync(live => FramesAsync(sale, live.UpdateTarget, stop))
            : LinesAsync(sale, stop);

    private async Task FramesAsync(Task sale, Action<IRenderable> draw, CancellationToken stop)
    {
        while (true)
        {
            var isOver = sale.IsCompleted;
            draw(Frame(await concert.LookAsync(spectator, stop)));
            if (isOver)
                return;
            await Task.WhenAny(sale, Task.Delay(FrameTime, stop));
        }
    }

    private async Task LinesAsync(Task sale, CancellationToken stop)
    {
        while (true)
        {
            var isOver = sale.IsCompleted;
            var map = await concert.LookAsync(spectator, stop);
            var sections = map.Sections.Select(s =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{s.Name} {s.Count('s'), 3} sold {s.Count('h'), 3} held {s.Count('f'), 3} free"
                )
            );
            console.WriteLine($"{Clock(), 8}  {string.Join(" | ", sections)} | {Tally()}");
            if (isOver)
                return;
            await Task.WhenAny(sale, Task.Delay(LineTime, stop));
        }
    }

    private Panel Frame(SeatMap map)
    {
        var rows = new List<IRenderable>();
        foreach (var section in map.Sections)
        {
            var (sold, held) = (section.Count('s'), section.Count('h'));
            var free = section.Total - sold - held;
            var price = $"[bold]{section.Name, -4}[/]{section.Price, 8:N0} ₩";
            var seats = $"{sold, 3} sold {held, 3} held {free, 3} free";
            rows.Add(new Markup($"{price}  {Bar(section.Total, sold, held)}  {seats}"));
        }

        rows.Add(new Text(""));
        rows.Add(new Text(Tally()));
        return new Panel(new Rows(rows))
        {
            Header = new PanelHeader($" {concert.Name}   {Clock()} "),
            Border = BoxBorder.Rounded,
            Padding = new Padding(1, 0),
        };
    }

    private static string Bar(int total, int sold, int held)
    {
        var soldWidth = sold * BarWidth / total;
        var heldWidth = ((sold + held) * BarWidth / total) - soldWidth;
        var free = BarWidth - soldWidth - heldWidth;
        return $"[green]{new string('█', soldWidth)}[/][yellow]{new string('▒', heldWidth)}[/]"
            + $"[grey]{new string('░', free)}[/]";
    }

    private string Tally() =>
        $"{scoreboard.Outcome("hold", "201")} held, "
        + $"{scoreboard.Outcome("hold", "409 seat-taken")} too late, "
        + $"{scoreboard.Outcome("pay", "201")} payments, "
        + $"{scoreboard.Outcome("confirm", "402 payment-declined")} declined";

    private string Clock()
    {
        var seconds = (DateTimeOffset.UtcNow - concert.BookingStartTime).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{seconds:+0.0;-0.0} s");
    }
}
