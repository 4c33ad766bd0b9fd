using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// Whether Kafka has every event, each once, and those of a key by their versions 1, 2, 3 …
/// </summary>
internal sealed class LogOrder
{
    private const int MaxFaults = 5;

    private readonly HashSet<Guid> _ids = [];
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];

    /// <summary>The next record of its partition.</summary>
    public void Add(Guid id, string key, long version)
    {
        if (!_ids.Add(id))
            Fault($"{key} version {version} is there twice");
        var last = _versions.GetValueOrDefault(key);
        if (version != last + 1)
            Fault($"{key} has version {version} behind {last}");
        _versions[key] = version;
    }

    /// <returns>The event's id.</returns>
    public Guid Add(ConsumeResult<byte[], byte[]> record)
    {
        var id = Guid.Parse(Header(record, "ce_id"));
        Add(
            id,
            Encoding.UTF8.GetString(record.Message.Key),
            long.Parse(Header(record, "ce_sequence"), CultureInfo.InvariantCulture)
        );
        return id;
    }

    /// <param name="expected">Events.</param>
    public Check Judge(long expected)
    {
        if (_ids.Count != expected)
            Fault($"{Numbers.Short(expected)} events were expected");
        return new Check(
            $"{Numbers.Short(_ids.Count)} events in Kafka, each once, in the order of their keys",
            _faults
        );
    }

    /// <summary>Reads all topics from their start to their present end.</summary>
    public static LogOrder Read(BenchTopics topics)
    {
        var order = new LogOrder();
        BareConsumer.ReadAll(topics, record => order.Add(record));
        return order;
    }

    private static string Header(ConsumeResult<byte[], byte[]> record, string name) =>
        Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));

    private void Fault(string fault)
    {
        if (_faults.Count < MaxFaults)
            _faults.Add(fault);
    }
}
