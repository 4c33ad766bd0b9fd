using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ConcertReservation.Messaging;

/// <summary>The source of spans and the meter of everything between outbox and consumer.</summary>
public static class MessagingTelemetry
{
    public const string Name = "ConcertReservation.Messaging";

    internal static readonly ActivitySource Activities = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> ProducerErrors = Meter.CreateCounter<long>(
        "kafka.producer.error",
        description: "Errors that a Kafka producer of ours reported, by error code."
    );

    internal static readonly Histogram<double> RelayLatency = Meter.CreateHistogram<double>(
        "outbox.relay.latency",
        "s",
        "From a row's writing to Kafka's acknowledgement.",
        tags: null,
        // Milliseconds on an idle system, many seconds after an outage.
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
            [
                0.001,
                0.0025,
                0.005,
                0.01,
                0.025,
                0.05,
                0.1,
                0.25,
                0.5,
                1,
                2.5,
                5,
                10,
                30,
                60,
                300,
            ],
        }
    );
}
