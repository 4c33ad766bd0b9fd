using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>
/// Brings the services up, runs the host and a command among them, and takes all down again.
/// </summary>
internal sealed class Up(UpOptions options, Action<string> say)
{
    private const string Command = "command";
    private const string HostName = "Host";
    private const int DefaultPort = 5080;
    private const int Interrupted = 130;
    private const int WatchMs = 500;
    private static readonly TimeSpan HostPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long one who joins waits for an owner who is still starting.</summary>
    public TimeSpan JoinPatience { get; init; } = HostPatience;

    /// <returns>The command's exit code.</returns>
    /// <exception cref="StartException">Something did not start.</exception>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var directory = ServiceDirectory.TryOpen(options.Directory);
        if (directory is null)
            return await JoinAsync(stop);

        if (options.Host is not null)
            _ = ConfiguredPort();
        // Whoever joins now waits for us, not for an owner who died.
        File.Delete(directory.In(RunFile.FileName));
        // What ran among the services of an owner who died has lost some of them.
        directory.Left(Command)?.Kill();
        if (options.Fresh)
            await ServiceSet.DiscardLeftAsync(directory);
        ServiceSet? services = null;
        try
        {
            (services, var addresses) = await ServiceSet.StartAsync(
                directory,
                options.Sandbox,
                say,
                stop
            );
            if (options.Host is { } host)
                addresses = await StartHostAsync(directory, services, host, addresses, stop);
            addresses.Write(directory.Path);
            return await RunAmongAsync(directory, services, addresses, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return options.Command.Count == 0 ? 0 : Interrupted;
        }
        finally
        {
            File.Delete(directory.In(RunFile.FileName));
            if (services is not null)
                await services.StopAsync();
        }
    }

    /// <summary>Runs the command among the services of another owner, which stay.</summary>
    private async Task<int> JoinAsync(CancellationToken stop)
    {
        if (options.Command.Count == 0)
        {
            var host = RunFile.Read(options.Directory)?.Host ?? "starting or stopping";
            throw new StartException($"{options.Directory} runs already: {host}.");
        }

        say($"Joining what runs in {options.Directory}");
        var addresses = await AddressesAsync(stop);
        if (options.Host is not null && addresses.Host is null)
            throw new StartException($"{options.Directory} is in use, and no host runs there.");
        return await RunCommandAsync(addresses, _ => { }, stop);
    }

    /// <exception cref="StartException">The owner is not ready in time.</exception>
    private async Task<RunFile> AddressesAsync(CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(JoinPatience);
        RunFile? addresses;
        try
        {
            while ((addresses = RunFile.Read(options.Directory)) is null)
                await Task.Delay(WatchMs, timeout.Token);
            return addresses;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StartException(
                $"{options.Directory} is in use, but what runs there was not ready within "
                    + $"{JoinPatience.TotalSeconds:0} s."
            );
        }
    }

    private async Task<RunFile> StartHostAsync(
        ServiceDirectory directory,
        ServiceSet services,
        string assembly,
        RunFile addresses,
        CancellationToken stop
    )
    {
        var (host, port) = await StartOnAFreePortAsync(directory, assembly, addresses, stop);
        services.Add(host);
        await services.TellOfPaymentsAsync(host, stop);
        var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
        say(
            $"""

            API         {url}/api
            Swagger UI  {url}/swagger
            Health      {url}/health/ready
            Metrics     {url}/metrics
            Mails       {addresses.MailFolder}
            Host's log  {host.Log}
            Operator    {addresses.Operator.Email}, password in {directory.In(RunFile.FileName)}
            """
        );
        return addresses with { Host = url };
    }

    private async Task<(LocalProgram Host, int Port)> StartOnAFreePortAsync(
        ServiceDirectory directory,
        string assembly,
        RunFile addresses,
        CancellationToken stop
    )
    {
        // One that a dead owner left has the very port that this one would take.
        await LocalProgram.StopLeftAsync(directory, HostName);
        var port = 0;
        var started = await Readiness.OnFreePortsAsync(
            async () =>
            {
                port = HostPort(directory);
                var host = await LocalProgram.StartAsync(
                    directory,
                    HostName,
                    assembly,
                    port,
                    HostEnvironment(addresses)
                );
                var ready = host.WaitUntilReadyAsync("/health/ready", HostPatience, stop);
                return await Readiness.OrStopAsync(host, ready);
            },
            () => !ServiceDirectory.IsFree(port)
        );
        return (started, port);
    }

    /// <summary>
    /// Whoever tries the system out reads the host's log as it is: plain lines, not the JSON that
    /// a host writes to a file, unless the environment asks for something else.
    /// </summary>
    private static Dictionary<string, string> HostEnvironment(RunFile addresses)
    {
        const string Format = "Logging__Console__FormatterName";
        return new(addresses.Environment)
        {
            [Format] = Environment.GetEnvironmentVariable(Format) ?? "simple",
        };
    }

    /// <exception cref="StartException">PORT asks for a port that someone else has.</exception>
    private int HostPort(ServiceDirectory directory)
    {
        if (ConfiguredPort() is { } port)
        {
            return ServiceDirectory.IsFree(port)
                ? port
                : throw new StartException($"Port {port} is taken: set PORT to a free one.");
        }

        if (ServiceDirectory.IsFree(DefaultPort))
            return DefaultPort;

        var other = directory.FreePort("host");
        say($"Port {DefaultPort} is taken, so the host listens on {other}; PORT chooses one.");
        return other;
    }

    /// <returns>Null where PORT is not set.</returns>
    /// <exception cref="StartException">No host can be asked at such a port.</exception>
    private static int? ConfiguredPort() =>
        Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } text ? Port(text) : null;

    /// <exception cref="StartException">No host can be asked at such a port.</exception>
    internal static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > IPEndPoint.MinPort and <= IPEndPoint.MaxPort
            ? port
            : throw new StartException($"PORT is no port: {text}");

    private async Task<int> RunAmongAsync(
        ServiceDirectory directory,
        ServiceSet services,
        RunFile addresses,
        CancellationToken stop
    )
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = WatchAsync(services, ended.Token);
        if (options.Command.Count == 0)
        {
            say("\nCtrl-C stops everything.");
            await watch;
            return 1;
        }

        try
        {
            return await RunCommandAsync(addresses, p => directory.Remember(Command, p), stop);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>
    /// Says once of each process that it has ended; without its host a run is over.
    /// </summary>
    private async Task WatchAsync(ServiceSet services, CancellationToken stop)
    {
        var told = new HashSet<LocalProcess>();
        while (true)
        {
            await Task.Delay(WatchMs, stop);
            foreach (var service in services.Services)
            {
                if (service.Processes.FirstOrDefault(p => !p.IsRunning) is not { } process)
                    continue;
                if (told.Add(process))
                    say($"{service.Name} has ended by itself: see {options.Directory}");
                if (service is LocalProgram { Name: "Host" })
                    return;
            }
        }
    }

    private async Task<int> RunCommandAsync(
        RunFile addresses,
        Action<LocalProcess> started,
        CancellationToken stop
    )
    {
        var environment = new Dictionary<string, string>(addresses.Environment)
        {
            ["LOCAL_SERVICES"] = Path.GetFullPath(
                Path.Combine(options.Directory, RunFile.FileName)
            ),
        };
        var command = LocalProcess.StartInForeground(options.Command, environment);
        started(command);
        try
        {
            await command.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            command.SignalGroup(PosixSignal.SIGINT);
            await command.StopAsync(PosixSignal.SIGTERM, CommandPatience);
        }

        return stop.IsCancellationRequested ? Interrupted : command.ExitCode ?? 1;
    }
}
