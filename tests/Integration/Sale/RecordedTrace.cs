using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ConcertReservation.Host.Telemetry;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// Every span of one trace, and of the batches that it was part of, as a collector would get them.
/// </summary>
internal sealed class RecordedTrace : IDisposable
{
    private const string SourceName = "Tests";

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivitySource _source = new(SourceName);
    private readonly ActivityListener _listener;
    private readonly ActivityTraceId _id = ActivityTraceId.CreateRandom();

    public RecordedTrace()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source =>
                ReferenceEquals(source, _source) || TelemetryService.IsSource(source),
            // Of all others only the trace goes on, as under a sampler that wants few.
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == _id || IsBatch(options.Source, options.Name)
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those of the trace, as they began.</summary>
    public IReadOnlyList<Activity> Spans =>
        [.. _ended.Where(a => a.TraceId == _id).OrderBy(a => a.StartTimeUtc)];

    /// <summary>What a client does until it is disposed of: everything begins with it.</summary>
    public Activity Begin(string name) =>
        _source.StartActivity(
            name,
            ActivityKind.Internal,
            new ActivityContext(
                _id,
                ActivitySpanId.CreateRandom(),
                ActivityTraceFlags.Recorded,
                isRemote: true
            )
        )!;

    public IReadOnlyList<Activity> ChildrenOf(Activity parent) =>
        [.. Spans.Where(s => s.ParentSpanId == parent.SpanId)];

    /// <summary>The batches that the span is linked to.</summary>
    public IReadOnlyList<Activity> BatchesOf(Activity span) =>
        [
            .. _ended.Where(a =>
                IsBatch(a.Source, a.OperationName)
                && span.Links.Any(l => l.Context.SpanId == a.SpanId)
            ),
        ];

    /// <summary>The trace as a tree, a span a line; SQL statements are summed up.</summary>
    public string Print()
    {
        var text = new StringBuilder();
        var ids = Spans.Select(s => s.SpanId).ToHashSet();
        foreach (var root in Spans.Where(s => !ids.Contains(s.ParentSpanId)))
            Print(text, root, root.StartTimeUtc, depth: 0);
        return text.ToString();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private void Print(StringBuilder text, Activity span, DateTime began, int depth)
    {
        var children = ChildrenOf(span);
        var statements = children.Count(c => c.Source.Name == "Npgsql");
        var indent = new string(' ', 2 * depth);
        var after = (span.StartTimeUtc - began).TotalMilliseconds;
        text.Append(
            CultureInfo.InvariantCulture,
            $"{after, 7:0.0} ms {indent}{span.Kind} {span.DisplayName} "
        );
        text.Append(CultureInfo.InvariantCulture, $"({span.Duration.TotalMilliseconds:0.0} ms");
        if (statements > 0)
            text.Append(CultureInfo.InvariantCulture, $", {statements} SQL");
        foreach (var batch in BatchesOf(span))
            text.Append(", in ").Append(batch.DisplayName);
        text.AppendLine(")");
        foreach (var child in children.Where(c => c.Source.Name != "Npgsql"))
            Print(text, child, began, depth + 1);
    }

    private static bool IsBatch(ActivitySource source, string name) =>
        source.Name == MessagingTelemetry.Name && name.EndsWith(" batch", StringComparison.Ordinal);
}
