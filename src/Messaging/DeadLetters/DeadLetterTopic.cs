using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>
/// Writes <c>{topic}-dlt</c>: same partition number, key, body and headers, as far as they fit, and
/// why. Returns when Kafka has acknowledged all of it.
/// </summary>
internal sealed class DeadLetterTopic(KafkaClients clients, IOptions<ConsumingOptions> options)
    : IDisposable
{
    private readonly Lock _gate = new();
    private IProducer<byte[], byte[]>? _producer;
    private volatile bool _broken;
    private bool _isDisposed;

    /// <summary>
    /// Sends the letters in their order; one that brokers find too large comes behind the others.
    /// </summary>
    /// <param name="acknowledged">
    /// Told of each letter that Kafka has, by several threads, even where others fail.
    /// </param>
    /// <exception cref="DeadLetterUnsentException">Kafka acknowledged not all of them in
    /// time.</exception>
    public async Task SendAsync(
        string group,
        IReadOnlyList<DeadLetter> letters,
        Action<DeadLetter> acknowledged,
        CancellationToken stop
    )
    {
        stop.ThrowIfCancellationRequested();
        var reports = new List<Task>(letters.Count);
        foreach (var letter in letters)
            reports.Add(SendAsync(group, letter, () => acknowledged(letter)));

        try
        {
            var limit = TimeSpan.FromMilliseconds(options.Value.LongestDeadLetterMilliseconds);
            await Task.WhenAll(reports).WaitAsync(limit, stop);
        }
        catch (TimeoutException)
        {
            throw new DeadLetterUnsentException("Kafka did not say whether it took a dead letter.");
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            End();
        }
    }

    /// <summary>
    /// As much of the letter as fits. Brokers limit what they get compressed, so that a record may
    /// be larger than any letter, and an administrator may have given the topic a lower limit: its
    /// partition would wait for ever for a letter that is never taken. The table keeps all of it.
    /// </summary>
    private async Task SendAsync(string group, DeadLetter letter, Action acknowledged)
    {
        var record = letter.Event.Record;
        var to = new TopicPartition(
            clients.Prefixed(Topics.DeadLetters(record.Topic)),
            record.Partition
        );
        var error = new Error(ErrorCode.NoError);
        foreach (var extent in Enum.GetValues<LetterExtent>())
        {
            error = await SendAsync(to, MessageOf(group, letter, extent));
            if (!IsTooLarge(error.Code))
                break;
        }

        if (error.IsError)
        {
            throw new DeadLetterUnsentException(
                $"Kafka took no dead letter for {to.Topic}: {error.Reason}"
            );
        }

        acknowledged();
    }

    private Message<byte[], byte[]> MessageOf(string group, DeadLetter letter, LetterExtent extent)
    {
        var record = letter.Event.Record;
        var hasBody = record.HasBody && extent == LetterExtent.Whole;
        return new Message<byte[], byte[]>
        {
            Key = extent == LetterExtent.PlaceAlone ? null! : record.KeyBytes!,
            Value = hasBody ? record.Body.ToArray() : null!,
            Headers = DeadLetterHeaders.Of(
                record,
                clients.Prefixed(record.Topic),
                clients.Prefixed(group),
                letter.Reason,
                extent
            ),
        };
    }

    /// <summary>Our client says so before it sends, or brokers of what they get.</summary>
    private static bool IsTooLarge(ErrorCode code) =>
        code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge;

    private async Task<Error> SendAsync(TopicPartition to, Message<byte[], byte[]> message)
    {
        var report = await ProduceAsync(to, message);
        if (report.Error.Code is ErrorCode.Local_UnknownPartition)
        {
            // Somebody made the dead letter topic with fewer partitions: better another one than
            // none.
            report = await ProduceAsync(new TopicPartition(to.Topic, Partition.Any), message);
        }

        return report.Error;
    }

    private Task<DeliveryReport<byte[], byte[]>> ProduceAsync(
        TopicPartition to,
        Message<byte[], byte[]> message
    )
    {
        var done = new TaskCompletionSource<DeliveryReport<byte[], byte[]>>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        try
        {
            // Within the lock, so that no other thread ends this producer meanwhile.
            lock (_gate)
                Producer().Produce(to, message, report => done.TrySetResult(report));
        }
        catch (ProduceException<byte[], byte[]> e)
        {
            done.SetResult(new DeliveryReport<byte[], byte[]> { Error = e.Error });
        }

        return done.Task;
    }

    /// <summary>Within the lock.</summary>
    private IProducer<byte[], byte[]> Producer()
    {
        // A worker that outlived its session: what it sends now nobody would end.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_broken)
            End();
        if (_producer is not null)
            return _producer;

        var config = clients.ProducerConfig("dead-letters");
        config.MessageMaxBytes = Topics.DeadLetterMaxBytes;
        // A letter that is late or refused is tried again by itself; nothing is behind it.
        config.EnableGaplessGuarantee = false;
        config.MessageTimeoutMs = options.Value.DeadLetterTimeoutMilliseconds;
        config.LingerMs = 0;
        return _producer = clients.Producer(config, error => _broken |= error.IsFatal);
    }

    /// <summary>Whoever still waits for a report gets one: that it was not sent.</summary>
    private void End()
    {
        if (_producer is null)
            return;

        var producer = _producer;
        (_producer, _broken) = (null, false);
        KafkaClients.End(producer);
    }
}
