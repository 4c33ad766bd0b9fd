using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// Metrics as families of Prometheus' text format 0.0.4: one HELP and TYPE a name, every series
/// once.
/// </summary>
internal sealed class PrometheusFamilies
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    public void Add(Metric metric)
    {
        if (KindOf(metric.MetricType) is not { } kind)
            return;

        var name = PrometheusName.Of(metric.Name, metric.Unit, kind);
        if (!_families.TryGetValue(name, out var family))
        {
            // promtool wants a help of every metric, and not every library describes its own.
            var help = metric.Description is { Length: > 0 } text ? text : metric.Name;
            _families[name] = family = new Family(kind, help);
        }

        // Two libraries may call different things the same; the first one has the name.
        if (family.Kind != kind)
            return;

        foreach (ref readonly var point in metric.GetMetricPoints())
            Add(family, name, metric.MetricType, point);
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in _families)
        {
            if (family.Samples.Length == 0)
                continue;

            text.Append("# HELP ").Append(name).Append(' ');
            AppendEscaped(text, family.Help, inQuotes: false);
            text.Append("\n# TYPE ").Append(name).Append(' ');
            text.Append(KindName(family.Kind)).Append('\n').Append(family.Samples);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Add(Family family, string name, MetricType type, MetricPoint point)
    {
        var labels = Labels(point.Tags);
        if (!family.Series.Add(labels))
            return;

        var text = family.Samples;
        switch (type)
        {
            case MetricType.Histogram:
                AddHistogram(text, name, labels, point);
                break;
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                AppendSample(text, name, labels, Number(point.GetSumLong()));
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                AppendSample(text, name, labels, Number(point.GetSumDouble()));
                break;
            case MetricType.LongGauge:
                AppendSample(text, name, labels, Number(point.GetGaugeLastValueLong()));
                break;
            default:
                AppendSample(text, name, labels, Number(point.GetGaugeLastValueDouble()));
                break;
        }
    }

    private static void AddHistogram(
        StringBuilder text,
        string name,
        string labels,
        MetricPoint point
    )
    {
        var before = labels.Length == 0 ? "" : labels + ",";
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            var bound = Number(bucket.ExplicitBound);
            AppendSample(text, $"{name}_bucket", $"{before}le=\"{bound}\"", Number(count));
        }

        AppendSample(text, $"{name}_sum", labels, Number(point.GetHistogramSum()));
        // Of the buckets, so that it is never another number than the last of them.
        AppendSample(text, $"{name}_count", labels, Number(count));
    }

    private static void AppendSample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    /// <summary>As they stand between the braces.</summary>
    private static string Labels(ReadOnlyTagCollection tags)
    {
        if (tags.Count == 0)
            return "";

        var text = new StringBuilder();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var name = PrometheusName.OfLabel(tag.Key);
            // Two tags that differ in a dot only: the first one has the name.
            if (!names.Add(name))
                continue;

            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            AppendEscaped(text, TextOf(tag.Value), inQuotes: true);
            text.Append('"');
        }

        return text.ToString();
    }

    private static string TextOf(object? value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

    private static void AppendEscaped(StringBuilder text, string value, bool inQuotes)
    {
        foreach (var c in value)
        {
            if (c == '\n')
                text.Append("\\n");
            else if (c == '\\' || (c == '"' && inQuotes))
                text.Append('\\').Append(c);
            else
                text.Append(c);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static PrometheusKind? KindOf(MetricType type) =>
        type switch
        {
            MetricType.LongSum or MetricType.DoubleSum => PrometheusKind.Counter,
            MetricType.LongGauge or MetricType.DoubleGauge => PrometheusKind.Gauge,
            MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic =>
                PrometheusKind.Gauge,
            MetricType.Histogram => PrometheusKind.Histogram,
            // The text format has no exponential histograms, and no view of ours makes one.
            _ => null,
        };

    private static string KindName(PrometheusKind kind) =>
        kind switch
        {
            PrometheusKind.Counter => "counter",
            PrometheusKind.Gauge => "gauge",
            _ => "histogram",
        };

    private sealed record Family(PrometheusKind Kind, string Help)
    {
        public StringBuilder Samples { get; } = new();

        /// <summary>By their labels.</summary>
        public HashSet<string> Series { get; } = new(StringComparer.Ordinal);
    }
}
