using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>The host as it is in production: a process of its own, built for release.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    private readonly LocalProcess _process;

    private HostProcess(LocalProcess process, Uri url)
    {
        _process = process;
        Url = url;
        Http = new HttpClient { BaseAddress = url, Timeout = RequestLimit };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public double StartSeconds { get; private set; }

    /// <summary>What it has had of the processors so far.</summary>
    public TimeSpan ProcessorTime => ProcessorTimes.Of(_process.Identity.Pid);

    /// <summary>The most memory that it has had so far.</summary>
    public double PeakMegabytes
    {
        get
        {
            const string Peak = "VmHWM:";
            var line = File.ReadLines($"/proc/{_process.Identity.Pid}/status")
                .First(l => l.StartsWith(Peak, StringComparison.Ordinal));
            var kilobytes = line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal);
            return double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024;
        }
    }

    /// <param name="settings">Configuration keys, with colons, and their values.</param>
    /// <param name="folder">Where its log is written.</param>
    /// <exception cref="TimeoutException">It is not ready within a minute.</exception>
    public static async Task<HostProcess> StartAsync(
        IReadOnlyDictionary<string, string> settings,
        string folder,
        CancellationToken stop
    )
    {
        var port = ServiceDirectory.DrawPort().ToString(CultureInfo.InvariantCulture);
        var environment = settings.ToDictionary(
            s => s.Key.Replace(":", "__", StringComparison.Ordinal),
            s => s.Value,
            StringComparer.Ordinal
        );
        environment["PORT"] = port;
        var assembly = typeof(ConcertReservation.Host.HostApplication).Assembly.Location;
        var log = Path.Combine(folder, "host.log");
        var began = Stopwatch.GetTimestamp();
        var process = LocalProcess.Start(["dotnet", assembly], log, environment, folder);
        var host = new HostProcess(process, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await Waiting.UntilAsync(
                $"the host is ready, see {log}",
                () => host.IsReadyAsync(stop),
                StartPatience,
                stop
            );
        }
        catch
        {
            process.Kill();
            throw;
        }

        host.StartSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return host;
    }

    /// <summary>kill -9: it has no time for anything.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, where it runs, and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process.IsRunning)
            await _process.StopAsync(PosixSignal.SIGTERM, StopPatience);
    }

    private async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        if (!_process.IsRunning)
            throw new InvalidOperationException($"The host ended with {_process.ExitCode}.");
        try
        {
            var ready = new Uri("/health/ready", UriKind.Relative);
            using var answer = await Http.GetAsync(ready, stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
