using System.Diagnostics;
using System.Text.Json;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>What a line of <c>load.lua</c> asks for.</summary>
internal sealed record LoadRequest(
    string Method,
    string Path,
    string Token = "",
    string Key = "",
    string Header = "",
    string Body = ""
);

/// <summary>What wrk counted in a round.</summary>
/// <param name="Refusals">Answers of 400 and above.</param>
/// <param name="Broken">Connections that could not be made or broke.</param>
/// <param name="Strange">Answers neither 201 nor 409, where they are logged.</param>
/// <param name="Taken">Requests begun, those without an answer, too.</param>
internal sealed record LoadResult(
    long Answers,
    double Seconds,
    long Refusals,
    long Broken,
    long Strange,
    long Taken,
    double P50Ms,
    double P99Ms,
    double MaxMs
)
{
    public long Successes => Answers - Refusals;

    public double SuccessesPerSecond => Successes / Seconds;

    public double AnswersPerSecond => Answers / Seconds;
}

/// <summary>
/// wrk, which makes more requests than a host can answer with a fraction of a processor.
/// </summary>
internal static class Wrk
{
    private const int Threads = 1;
    private const string ResultMark = "result ";

    /// <param name="again">From the first request again when there are no more.</param>
    /// <param name="log">A file for the bodies of answers 201.</param>
    /// <exception cref="InvalidOperationException">wrk fails.</exception>
    public static async Task<LoadResult> RunAsync(
        Uri url,
        string file,
        int connections,
        TimeSpan time,
        CancellationToken stop,
        bool again = false,
        string? log = null
    )
    {
        string[] arguments =
        [
            $"-t{Threads}",
            $"-c{connections}",
            $"-d{time.TotalSeconds:0}s",
            "--timeout",
            "30s",
            "-s",
            Path.Combine(AppContext.BaseDirectory, "OnSale", "load.lua"),
            url.ToString(),
            "--",
            file,
            again ? "again" : "once",
            .. log is null ? [] : new[] { log },
        ];
        var start = new ProcessStartInfo("wrk", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var wrk = Process.Start(start)!;
        var said = await wrk.StandardOutput.ReadToEndAsync(stop);
        await wrk.WaitForExitAsync(stop);
        var result = said.Split('\n')
            .FirstOrDefault(l => l.StartsWith(ResultMark, StringComparison.Ordinal));
        return result is null
            ? throw new InvalidOperationException($"wrk ended with {wrk.ExitCode}: {said}")
            : JsonSerializer.Deserialize<LoadResult>(
                result[ResultMark.Length..],
                JsonSerializerOptions.Web
            )!;
    }

    public static Task WriteAsync(
        string file,
        IEnumerable<LoadRequest> requests,
        CancellationToken stop
    ) =>
        File.WriteAllLinesAsync(
            file,
            requests.Select(r => $"{r.Method}\t{r.Path}\t{r.Token}\t{r.Key}\t{r.Header}\t{r.Body}"),
            stop
        );
}
