using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ConcertReservation.LocalServices;

/// <summary>
/// A directory that holds private services: their data, and what the next start has to know of
/// them: ports, processes and generated passwords. One owner at a time; the lock goes with the
/// owner's process.
/// </summary>
internal sealed class ServiceDirectory : IDisposable
{
    /// <summary>Below the ports that Linux gives to outgoing connections.</summary>
    private const int FirstPort = 20_000;

    private const int LastPort = 32_000;
    private const int PortAttempts = 1_000;
    private const int SecretBytes = 15;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly ConcurrentDictionary<int, byte> Drawn = new();

    private readonly FileStream _lock;
    private readonly ServiceState _state;

    private ServiceDirectory(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
        var file = In("state.json");
        _state = File.Exists(file)
            ? JsonSerializer.Deserialize(File.ReadAllText(file), RunJson.Default.ServiceState)!
            : new ServiceState();
    }

    public string Path { get; }

    /// <summary>Null where another process owns the directory.</summary>
    public static ServiceDirectory? TryOpen(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        try
        {
            var fileLock = new FileStream(
                System.IO.Path.Combine(path, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
            return new ServiceDirectory(path, fileLock);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>
    /// The service's port of last time where it is free, else a new one, which is remembered.
    /// </summary>
    public int FreePort(string service)
    {
        if (_state.Ports.TryGetValue(service, out var port) && IsFree(port))
            return port;

        do port = DrawPort();
        while (_state.Ports.ContainsValue(port));
        _state.Ports[service] = port;
        Save();
        return port;
    }

    /// <summary>
    /// A free port that this process has not drawn before: for whom it was drawn may not listen
    /// yet.
    /// </summary>
    public static int DrawPort()
    {
        for (var i = 0; i < PortAttempts; i++)
        {
            var port = RandomNumberGenerator.GetInt32(FirstPort, LastPort);
            if (IsFree(port) && Drawn.TryAdd(port, 0))
                return port;
        }

        throw new StartException($"No free port between {FirstPort} and {LastPort}.");
    }

    /// <summary>
    /// Whether a port of the service, or of one whose name begins so, is not free.
    /// </summary>
    public bool IsPortTaken(string service) =>
        _state.Ports.Any(p =>
            p.Key.StartsWith(service, StringComparison.Ordinal) && !IsFree(p.Value)
        );

    /// <summary>The port that a living service listens on.</summary>
    public int PortOf(string service) => _state.Ports[service];

    /// <summary>Generated once, kept for as long as the data that it opens.</summary>
    public string Secret(string name)
    {
        if (_state.Secrets.TryGetValue(name, out var secret))
            return secret;

        secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        _state.Secrets[name] = secret;
        Save();
        return secret;
    }

    /// <summary>What an owner who died left running.</summary>
    public LocalProcess? Left(string service) =>
        _state.Processes.TryGetValue(service, out var identity)
            ? LocalProcess.Adopt(identity)
            : null;

    /// <summary>All that an owner who died left running.</summary>
    public IReadOnlyList<LocalProcess> AllLeft() =>
        [.. _state.Processes.Values.Select(LocalProcess.Adopt).OfType<LocalProcess>()];

    /// <summary>
    /// Deletes data, logs and secrets. Ports are kept: whoever wrote one down finds it again.
    /// </summary>
    public void Clear()
    {
        foreach (var directory in Directory.GetDirectories(Path))
            Directory.Delete(directory, recursive: true);
        _state.Processes.Clear();
        _state.Secrets.Clear();
        Save();
    }

    public void Remember(string service, LocalProcess process)
    {
        _state.Processes[service] = process.Identity;
        Save();
    }

    public void Forget(string service)
    {
        if (_state.Processes.Remove(service))
            Save();
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Replaces a file at once, readable by its owner alone.</summary>
    public static void Write<T>(string file, T content, JsonTypeInfo<T> type) =>
        WriteText(file, JsonSerializer.Serialize(content, type));

    /// <summary>Replaces a file at once, readable by its owner alone.</summary>
    public static void WriteText(string file, string content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using (var writer = new StreamWriter(file + ".new", options))
            writer.Write(content);
        File.Move(file + ".new", file, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    private void Save() => Write(In("state.json"), _state, RunJson.Default.ServiceState);
}

/// <summary>What the next start has to know of the services in a directory.</summary>
internal sealed record ServiceState
{
    public Dictionary<string, int> Ports { get; init; } = [];
    public Dictionary<string, ProcessIdentity> Processes { get; init; } = [];
    public Dictionary<string, string> Secrets { get; init; } = [];
}

/// <summary>
/// Something that the reader of the message can mend; it is printed without a stack.
/// </summary>
internal sealed class StartException(string message) : Exception(message);
