using System.Collections.Concurrent;
using ConcertReservation.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// A real host, in this process, on a port of its own. It can be stopped and started again.
/// </summary>
internal sealed class TestHost(string name, IReadOnlyDictionary<string, string?> settings)
    : IAsyncDisposable
{
    // All that is compiled and asked for once, on a machine that may be busy with a build.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private WebApplication? _application;

    public string Name => name;

    /// <summary>Talks to this host; follows no redirect.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What the host said, warnings and above, and its own information.</summary>
    public LogLines Log { get; } = new();

    public IServiceProvider Services =>
        _application?.Services ?? throw new InvalidOperationException($"Host {name} is stopped.");

    public async Task StartAsync()
    {
        _application = HostApplication.Create(
            ["--PORT=0"],
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(settings);
                builder.Logging.ClearProviders().AddProvider(Log);
            }
        );
        await _application.StartAsync();
        var address = _application
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 256 }
        )
        {
            BaseAddress = new Uri(address),
        };
    }

    /// <summary>Started and past its migrations.</summary>
    public async Task StartReadyAsync()
    {
        await StartAsync();
        await Eventually.Becomes(
            $"host {name} is ready",
            async () =>
                await IsReadyAsync()
                    ? ""
                    : string.Join(Environment.NewLine, Log.All.Prepend("log:")),
            unready => unready.Length == 0,
            StartPatience
        );
    }

    public async Task<bool> IsReadyAsync()
    {
        using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    public async Task StopAsync()
    {
        if (_application is null)
            return;

        Http.Dispose();
        var application = _application;
        _application = null;
        await using (application)
            await application.StopAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}

/// <summary>
/// A host's log in memory, oldest first, so that a test can read what an operator would.
/// </summary>
internal sealed class LogLines : ILoggerProvider
{
    private const int MaxLines = 10_000;
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> All => [.. _lines];

    public int Count(string part) =>
        _lines.Count(l => l.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Warnings and worse.</summary>
    public IReadOnlyList<string> Warnings =>
        [
            .. _lines.Where(l =>
                Enum.GetValues<LogLevel>()
                    .Any(level =>
                        level is >= LogLevel.Warning and < LogLevel.None
                        && l.StartsWith($"{level} ", StringComparison.Ordinal)
                    )
            ),
        ];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lines._lines.Enqueue(
                $"{logLevel} {category}: {formatter(state, exception)} {exception}"
            );
            if (lines._lines.Count > MaxLines)
                lines._lines.TryDequeue(out _);
        }
    }
}
