using System.Diagnostics;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// Sends pages without waiting for one message after the other. When it fails it is
/// done with: what was sent and not acknowledged is given up here and sent again by
/// the next one, from the position.
/// </summary>
internal sealed class RelayProducer : IDisposable
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(5);

    private readonly KafkaClients _clients;
    private readonly EmbeddedKafkaBrake? _brake;
    private readonly IProducer<byte[], byte[]> _producer;
    private volatile KafkaException? _refusal;

    /// <param name="onFailure">
    /// Called, perhaps more than once, when no more can be sent by this one.
    /// </param>
    public RelayProducer(
        KafkaClients clients,
        EmbeddedKafkaBrake? brake,
        Action<KafkaException> onFailure
    )
    {
        _clients = clients;
        _brake = brake;
        _producer = clients.Producer(
            clients.ProducerConfig("relay"),
            error =>
            {
                if (IsEnd(error))
                    onFailure(new KafkaException(error));
            }
        );
    }

    /// <summary>
    /// Hands all rows to the producer; the page tells when they are acknowledged.
    /// </summary>
    /// <exception cref="KafkaException">The producer takes no more.</exception>
    public async Task SendAsync(OutboxPage page, CancellationToken stop)
    {
        if (_brake is not null)
            await _brake.WaitAsync(page.Rows.Count, page.Bytes, stop);

        foreach (var row in page.Rows)
        {
            var topic = _clients.Prefixed(row.Event.Topic);
            var message = CloudEvent.Of(row.Event);
            var flight = new Flight(this, page, row, StartSpan(row.Event));
            while (!TryProduce(topic, message, flight))
                await Task.Delay(QueueFullPause, stop);
        }
    }

    /// <remarks>
    /// One that does not end in time ends beside its successor: both send each key from the same
    /// row on, in order, so what comes of it is repeats.
    /// </remarks>
    public void Dispose() => KafkaClients.End(_producer);

    /// <summary>
    /// What comes back after all brokers were gone may be another Kafka: that is asked before
    /// anything is sent. The embedded brokers only go together, and come back empty.
    /// </summary>
    private bool IsEnd(Error error) =>
        error.IsFatal
        || error.Code == ErrorCode.Local_AllBrokersDown
        || (error.Code == ErrorCode.Local_Transport && _brake is not null);

    /// <summary>
    /// Nothing after a refused message: the next one of its key would be there before it.
    /// </summary>
    private bool TryProduce(string topic, Message<byte[], byte[]> message, Flight flight)
    {
        if (_refusal is { } refusal)
            throw new KafkaException(refusal.Error, refusal);

        try
        {
            _producer.Produce(topic, message, flight.Ended);
            return true;
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    /// <summary>Part of the trace of the request that caused the event.</summary>
    private static Activity? StartSpan(OutboxRow row)
    {
        if (!MessagingTelemetry.Activities.HasListeners())
            return null;

        if (!ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var parent))
            return null;

        var span = MessagingTelemetry.Activities.CreateActivity(
            $"{row.Topic} send",
            ActivityKind.Producer,
            parent
        );
        if (span is not { IsAllDataRequested: true })
            return null;

        span.SetTag("messaging.system", "kafka");
        span.SetTag("messaging.operation.type", "send");
        span.SetTag("messaging.destination.name", row.Topic);
        span.SetTag("messaging.message.id", row.EventId);
        span.SetTag("messaging.kafka.message.key", row.Key);
        // It ends on the client's thread; what this one does next is no part of it.
        var before = Activity.Current;
        span.Start();
        Activity.Current = before;
        return span;
    }

    /// <summary>One row between its sending and Kafka's word on it.</summary>
    private sealed class Flight(
        RelayProducer producer,
        OutboxPage page,
        StoredRow row,
        Activity? span
    )
    {
        public void Ended(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError)
            {
                span?.SetStatus(ActivityStatusCode.Error, report.Error.Reason);
                producer._refusal ??= new KafkaException(report.Error);
                page.Fail(producer._refusal);
            }
            else
            {
                var milliseconds = page.LatencyMilliseconds(row);
                MessagingTelemetry.RelayLatency.Record(milliseconds / 1000);
                producer._brake?.Sent(row.Event, report.TopicPartitionOffset);
                page.Acknowledge();
            }

            span?.Dispose();
        }
    }
}
