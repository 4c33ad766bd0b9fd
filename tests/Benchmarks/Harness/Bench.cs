using Spectre.Console;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Runs benchmarks one after the other and tells what they found.</summary>
internal sealed class Bench(Services services, IAnsiConsole console)
{
    public Services Services => services;

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
            outcomes.Add(outcome);
        }

        if (outcomes.Count > 1)
        {
            Say("");
            foreach (var outcome in outcomes)
                Say(outcome.Line);
        }

        return outcomes.TrueForAll(o => o.IsGood);
    }
}
