using Spectre.Console;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Runs benchmarks one after the other and tells what they found.</summary>
internal sealed class Bench(Services services, IAnsiConsole console)
{
    /// <summary>A picture of each outcome is written there.</summary>
    private const string Charts = ".local/bench-charts";

    public Services Services => services;

    /// <summary>One round, to see that a benchmark works: its figures mean little.</summary>
    public bool IsTrial { get; init; }

    /// <param name="rounds">That count, where it is no trial.</param>
    public int Rounds(int rounds) => IsTrial ? 1 : rounds;

    /// <summary>How far it is, a line each.</summary>
    public void Say(string line) => console.Profile.Out.Writer.WriteLine(line);

    /// <returns>Whether every result is right and every bar met.</returns>
    public async Task<bool> RunAsync(
        IReadOnlyList<Func<Bench, CancellationToken, Task<Outcome>>> benchmarks,
        CancellationToken stop
    )
    {
        var outcomes = new List<Outcome>();
        foreach (var benchmark in benchmarks)
        {
            var outcome = await benchmark(this, stop);
            Report.Write(console, outcome);
            Directory.CreateDirectory(Charts);
            var chart = Path.Combine(Charts, $"{outcome.Name}.svg");
            await File.WriteAllTextAsync(chart, Chart.Draw(outcome), stop);
            outcomes.Add(outcome);
        }

        if (outcomes.Count > 1)
        {
            Say("");
            foreach (var line in outcomes.SelectMany(o => o.Lines))
                Say(line);
        }

        return outcomes.TrueForAll(o => o.IsGood);
    }
}
