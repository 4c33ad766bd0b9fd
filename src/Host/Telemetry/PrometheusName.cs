using System.Text;

namespace ConcertReservation.Host.Telemetry;

internal enum PrometheusKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// An instrument's name and unit as Prometheus writes them, by OpenTelemetry's rules of
/// compatibility: <c>outbox.oldest.age</c> in <c>s</c> is <c>outbox_oldest_age_seconds</c>.
/// </summary>
internal static class PrometheusName
{
    private const string Total = "_total";
    private const string Count = "_count";

    /// <summary>Prometheus keeps these for the series of histograms.</summary>
    private static readonly string[] OfHistograms = [Count, "_sum", "_bucket"];

    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["%"] = "percent",
        ["Hz"] = "hertz",
    };

    public static string Of(string instrument, string? unit, PrometheusKind kind)
    {
        var name = Words(instrument);
        if (kind == PrometheusKind.Counter)
            name = Without(name, Total);
        if (UnitName(unit, kind) is { Length: > 0 } unitName && !name.EndsWith(unitName, Ordinal))
            name = $"{name}_{unitName}";
        return kind == PrometheusKind.Counter ? name + Total : Unreserved(name);
    }

    /// <summary>Names with two underscores in front are Prometheus' own.</summary>
    public static string OfLabel(string tag) =>
        Words(tag).TrimStart('_') is { Length: > 0 } name ? name : "tag";

    /// <summary>
    /// <c>…_count</c> of a gauge would be taken for a histogram's: the runtime's and Npgsql's
    /// counts of what there is now are <c>…_current</c>.
    /// </summary>
    private static string Unreserved(string name)
    {
        if (name.EndsWith(Count, Ordinal))
            return Without(name, Count) + "_current";

        return name.EndsWith(Total, Ordinal) || OfHistograms.Any(s => name.EndsWith(s, Ordinal))
            ? name + "_current"
            : name;
    }

    /// <summary>An annotation such as <c>{row}</c> is no unit.</summary>
    private static string UnitName(string? unit, PrometheusKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit[0] == '{')
            return "";
        if (unit == "1")
            return kind == PrometheusKind.Gauge ? "ratio" : "";

        var parts = unit.Split('/', 2);
        var first = Known(parts[0]);
        return parts.Length == 1 ? first : $"{first}_per_{Known(parts[1]).TrimEnd('s')}";

        static string Known(string part) => Units.GetValueOrDefault(part) ?? Words(part);
    }

    /// <summary>Letters, digits and single underscores; no digit in front.</summary>
    private static string Words(string text)
    {
        var name = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                name.Append(c);
            else if (name.Length == 0 || name[^1] != '_')
                name.Append('_');
        }

        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            name.Insert(0, '_');
        return name.ToString();
    }

    private static string Without(string name, string suffix) =>
        name.EndsWith(suffix, Ordinal) ? name[..^suffix.Length] : name;

    private const StringComparison Ordinal = StringComparison.Ordinal;
}
