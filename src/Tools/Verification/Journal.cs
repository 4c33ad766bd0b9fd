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

    public static IReadOnlyList<JournalEntry> Read(string path) =>
        [
            .. File.ReadLines(path)
                .Where(line => line.EndsWith('}'))
                .Select(line =>
                    JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry)!
                ),
        ];

    public void Dispose() => _file.Dispose();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
