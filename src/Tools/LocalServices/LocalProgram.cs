using System.Globalization;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>A web program of this solution: the host or the payment sandbox.</summary>
internal sealed class LocalProgram : ILocalService
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly ServiceDirectory _directory;
    private readonly string _service;
    private readonly int _port;

    private LocalProgram(
        ServiceDirectory directory,
        string name,
        string service,
        int port,
        LocalProcess process
    )
    {
        (_directory, Name, _service, _port) = (directory, name, service, port);
        Processes = [process];
    }

    public string Name { get; }

    public string Description => $"{Name}, on {Url}";

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    public string Log => _directory.In(_service, "log");

    public IReadOnlyList<LocalProcess> Processes { get; }

    /// <summary>
    /// Starts the program from a copy: a build beside it must not pull its code from under its
    /// feet. One that a dead owner left is stopped first, as what it talked to may be gone.
    /// </summary>
    public static async Task<LocalProgram> StartAsync(
        ServiceDirectory directory,
        string name,
        string assembly,
        int port,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var service = ServiceOf(name);
        await StopLeftAsync(directory, name);
        var copy = directory.In(service, "bin");
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        Copy(Path.GetDirectoryName(Path.GetFullPath(assembly))!, copy);
        var process = LocalProcess.Start(
            ["dotnet", Path.Combine(copy, Path.GetFileName(assembly))],
            directory.In(service, "log"),
            new Dictionary<string, string>(environment)
            {
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            },
            copy
        );
        directory.Remember(service, process);
        return new LocalProgram(directory, name, service, port, process);
    }

    /// <summary>Stops the program that a dead owner left, if there is one.</summary>
    public static async Task StopLeftAsync(ServiceDirectory directory, string name)
    {
        if (directory.Left(ServiceOf(name)) is { } left)
            await left.StopAsync(PosixSignal.SIGTERM, StopPatience);
    }

    /// <summary>Waits until the path answers 200.</summary>
    /// <exception cref="StartException">
    /// It ended, or something it needs kept it from being ready.
    /// </exception>
    public async Task WaitUntilReadyAsync(string path, TimeSpan patience, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        var said = "nothing";
        try
        {
            await Readiness.WaitAsync(Name, [(Processes[0], Log)], patience, AnswersAsync, stop);
        }
        catch (StartException e)
        {
            throw new StartException($"{e.Message}\n{Url}{path} said: {said}");
        }

        async Task<bool> AnswersAsync(CancellationToken token)
        {
            try
            {
                using var answer = await http.GetAsync(path, token);
                said = await answer.Content.ReadAsStringAsync(token);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    public async Task StopAsync()
    {
        await Processes[0].StopAsync(PosixSignal.SIGTERM, StopPatience);
        _directory.Forget(_service);
    }

    private static string ServiceOf(string name) => name.ToLowerInvariant().Replace(' ', '-');

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var directory in Directory.GetDirectories(from))
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
    }
}
