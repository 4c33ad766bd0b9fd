using ConcertReservation.Tests.Benchmarks;

Dictionary<string, Func<Bench, CancellationToken, Task<Outcome>>> benchmarks = new(
    StringComparer.Ordinal
)
{
    ["relay"] = RelayBenchmark.RunAsync,
    ["latency"] = LatencyBenchmark.RunAsync,
    ["consume"] = ConsumeBenchmark.RunAsync,
};

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var names = args.Length > 0 ? args : [.. benchmarks.Keys];
if (names.Except(benchmarks.Keys).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine(
        $"There is no benchmark {unknown}, but {string.Join(", ", benchmarks.Keys)}."
    );
    return 2;
}

try
{
    var bench = new Bench(Services.FromEnvironment(), Report.Console());
    return await bench.RunAsync([.. names.Select(n => benchmarks[n])], stop.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
