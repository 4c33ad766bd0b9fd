using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.Verification;

/// <summary>One request and what came back.</summary>
/// <param name="Operation">hold, cancel, charge, pay or confirm.</param>
/// <param name="Key">The Idempotency-Key, where the operation takes one.</param>
/// <param name="Target">The id in the address, such as the reservation that is cancelled.</param>
/// <param name="Status">null where no answer came: the outcome is unknown.</param>
internal sealed record JournalEntry(
    DateTimeOffset At,
    long CustomerId,
    string Operation,
    string? Key,
    long? Target,
    string Request,
    int? Status,
    string? Body,
    double Milliseconds
)
{
    [JsonIgnore]
    public bool Succeeded => Status is >= 200 and < 300;
}

/// <summary>
/// A client's journal: one line of JSON for each request, so that what was written survives a
/// crash.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const string EntryStart = "{\"at\":\"";

    private readonly Lock _gate = new();
    private readonly StreamWriter _file;
    private readonly List<JournalEntry> _entries = [];

    /// <summary>Starts a new journal in place of an old one.</summary>
    public Journal(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = new StreamWriter(path, append: false) { AutoFlush = true };
    }

    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public void Add(JournalEntry entry)
    {
        var line = JsonSerializer.Serialize(entry, JournalJson.Default.JournalEntry);
        lock (_gate)
        {
            _file.WriteLine(line);
            _entries.Add(entry);
        }
    }

    /// <summary>
    /// A journal as its client left it: one that was killed may have cut its last line.
    /// </summary>
    /// <exception cref="FormatException">A line is no entry: the file is no journal.</exception>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var entries = new List<JournalEntry>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            if (Parse(lines[i]) is { } entry)
                entries.Add(entry);
            else if (i < lines.Length - 1 || !IsCut(lines[i]))
                throw new FormatException($"Line {i + 1} of {path} is no entry of a journal.");
        }

        return entries;
    }

    private static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsCut(string line) =>
        line.StartsWith(EntryStart, StringComparison.Ordinal)
        || EntryStart.StartsWith(line, StringComparison.Ordinal);

    public void Dispose() => _file.Dispose();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
