using System.Runtime.InteropServices;
using ConcertReservation.Tests.Benchmarks;

Dictionary<string, Func<Bench, CancellationToken, Task<Outcome>>> benchmarks = new(
    StringComparer.Ordinal
)
{
    ["relay"] = RelayBenchmark.RunAsync,
    ["latency"] = LatencyBenchmark.RunAsync,
    ["consume"] = ConsumeBenchmark.RunAsync,
    ["holds"] = HoldsBenchmark.RunAsync,
    ["pipeline"] = PipelineBenchmark.RunAsync,
    ["refusals"] = RefusalsBenchmark.RunAsync,
    ["stampede"] = StampedeBenchmark.RunAsync,
    ["coldstart"] = ColdStartBenchmark.RunAsync,
    ["sellout"] = SelloutBenchmark.RunAsync,
    ["seatmap"] = SeatMapBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
};

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

// Hosts and a database of its own live on where it just dies.
using var terminated = PosixSignalRegistration.Create(
    PosixSignal.SIGTERM,
    signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    }
);
const string Trial = "--trial";
var asked = args.Where(a => a != Trial).ToArray();
var names = asked.Length > 0 ? asked : [.. benchmarks.Keys];
if (names.Except(benchmarks.Keys).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine(
        $"There is no benchmark {unknown}, but {string.Join(", ", benchmarks.Keys)}."
    );
    return 2;
}

try
{
    var bench = new Bench(Services.FromEnvironment(), Report.Console())
    {
        IsTrial = args.Contains(Trial),
    };
    return await bench.RunAsync([.. names.Select(n => benchmarks[n])], stop.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
