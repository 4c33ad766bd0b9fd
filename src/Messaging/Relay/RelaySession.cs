using System.Diagnostics;
using System.Threading.Channels;
using ConcertReservation.BuildingBlocks;
using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Kafka has changed, or forgotten everything, since the position was recorded.</summary>
internal sealed class KafkaForgotException()
    : Exception("This is not the Kafka that the position belongs to.");

/// <summary>
/// One run of the relay with one producer, from the recorded position until it is stopped or
/// something fails: read, send and advance overlap, with a bounded number of pages between them.
/// </summary>
/// <param name="isProbing">
/// After a failure: the first page has to get through before others are sent. Where Kafka refuses
/// it again, the others would go to their topics anew with every attempt, and Kafka's retention
/// would make room for them.
/// </param>
internal sealed class RelaySession(
    NpgsqlDataSource dataSource,
    RelayStore store,
    KafkaClients clients,
    KafkaCluster cluster,
    EmbeddedKafkaBrake? brake,
    OutboxSignal signal,
    RelayStall stall,
    RelayOptions options,
    bool isProbing
)
{
    /// <summary>
    /// What was sent when the host stops may still be acknowledged and recorded within this time.
    /// </summary>
    private static readonly TimeSpan FinishLimit = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Between two looks at a busy outbox: rows gather meanwhile, a booking's latency hardly does.
    /// </summary>
    private static readonly TimeSpan MinPoll = TimeSpan.FromMilliseconds(2);

    private readonly Channel<OutboxPage> _read = Channel.CreateBounded<OutboxPage>(1);
    private readonly Channel<OutboxPage> _sent = Channel.CreateBounded<OutboxPage>(
        options.PagesInFlight
    );

    /// <param name="stop">The host stops: finish what was sent.</param>
    /// <param name="lost">The lock is lost: drop everything.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken lost)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(lost);
        await using var finish = stop.Register(() => abort.CancelAfter(FinishLimit));
        // The client's own thread tells of failures: it must not go on with what follows here.
        var failure = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var producer = new RelayProducer(clients, brake, Fail);
        var stages = new[]
        {
            ReadAsync(stop, abort.Token),
            SendAsync(producer, abort.Token),
            AdvanceAsync(abort.Token),
        };
        var work = Task.WhenAll(stages);
        await Task.WhenAny([failure.Task, .. stages.Select(FirstFailureOf), work]);
        if (!work.IsCompletedSuccessfully)
            await abort.CancelAsync();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Rethrow(failure.Task, stages);

        void Fail(KafkaException e)
        {
            // From now on: to end this producer takes a while, and so does the pause behind it.
            if (e.Error.IsLocalError)
                stall.Begin();
            failure.TrySetException(e);
        }

        // Ends early only by failing.
        async Task FirstFailureOf(Task stage)
        {
            await stage;
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Rethrow(Task failure, IEnumerable<Task> stages)
    {
        // What was cancelled because of another's failure does not say why.
        foreach (var stage in stages.Prepend(failure))
        {
            if (stage.IsFaulted)
                stage.GetAwaiter().GetResult();
        }
    }

    private async Task ReadAsync(CancellationToken stop, CancellationToken abort)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, abort);
        await using var reader = await OutboxReader.OpenAsync(
            dataSource,
            options.PageRows,
            options.PageBytes,
            abort
        );
        try
        {
            await ReadAsync(reader, both.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The pages that were read are still sent.
        }
        finally
        {
            _read.Writer.TryComplete();
        }
    }

    private async Task ReadAsync(OutboxReader reader, CancellationToken stop)
    {
        var position = store.Position;
        var longest = TimeSpan.FromMilliseconds(options.MaxPollMilliseconds);
        var idle = 0;
        while (!stop.IsCancellationRequested)
        {
            if (cluster.Facts is { } facts && facts.Incarnation != position.Incarnation)
                throw new KafkaForgotException();

            var began = Stopwatch.GetTimestamp();
            var page = await reader.ReadAsync(position, stop);
            position = page.After;
            if (page.Rows.Count > 0)
                await _read.Writer.WriteAsync(page, stop);
            if (page.HasMore)
                continue;

            idle = page.Rows.Count > 0 ? 0 : idle + 1;
            var rest = MinPoll - Stopwatch.GetElapsedTime(began);
            if (page.Rows.Count > 0 && rest > TimeSpan.Zero)
                await Task.Delay(rest, stop);
            await signal.WaitAsync(Backoff.After(idle + 1, MinPoll, longest), stop);
        }
    }

    private async Task SendAsync(RelayProducer producer, CancellationToken abort)
    {
        var isProven = !isProbing;
        await foreach (var page in _read.Reader.ReadAllAsync(abort))
        {
            // Into the bounded channel first: it is what limits the pages in flight.
            await _sent.Writer.WriteAsync(page, abort);
            await producer.SendAsync(page, abort);
            page.MarkSent();
            if (!isProven)
                await page.Acknowledged.WaitAsync(abort);
            isProven = true;
        }

        _sent.Writer.TryComplete();
    }

    private async Task AdvanceAsync(CancellationToken abort)
    {
        await foreach (var page in _sent.Reader.ReadAllAsync(abort))
        {
            // Not what a slow group of the embedded Kafka keeps from being sent.
            await page.Sent.WaitAsync(abort);
            stall.Begin();
            await page.Acknowledged.WaitAsync(abort);
            stall.End();
            var after = page.After;
            // Several small pages, one update.
            while (_sent.Reader.TryPeek(out var next) && next.Acknowledged.IsCompletedSuccessfully)
            {
                after = next.After;
                _sent.Reader.TryRead(out _);
            }

            await store.AdvanceAsync(after, abort);
        }
    }
}
