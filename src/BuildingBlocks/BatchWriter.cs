using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Gathers requests that wait in this host, so that many are decided in one transaction: the next
/// ones when the last commit has returned.
/// </summary>
/// <param name="capacity">As many may wait.</param>
public abstract class BatchWriter<TCommand, TAnswer>(int capacity) : BackgroundService
{
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(capacity) { SingleReader = true }
    );

    /// <summary>Somebody waits in the queue at this moment.</summary>
    protected bool HasNext => _queue.Reader.TryPeek(out _);

    /// <summary>The answer to come, unless too many wait already.</summary>
    public bool TryEnqueue(TCommand command, [NotNullWhen(true)] out Task<TAnswer>? answer)
    {
        var pending = new Pending(command);
        answer = _queue.Writer.TryWrite(pending) ? pending.Answer : null;
        return answer is not null;
    }

    /// <summary>Whoever was let into the queue gets an answer, also while the host stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        // Beyond the host's deadline a database that hangs is left to itself.
        await (ExecuteTask ?? Task.CompletedTask)
            .WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <returns>False once the host stops and the queue is empty.</returns>
    protected ValueTask<bool> WaitForNextAsync() =>
        _queue.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>Those who wait now, the earliest first.</summary>
    protected void Take(List<Pending> batch, int atMost)
    {
        batch.Clear();
        while (batch.Count < atMost && _queue.Reader.TryRead(out var pending))
            batch.Add(pending);
    }

    /// <summary>A request, and the answer that it waits for.</summary>
    protected sealed class Pending(TCommand command)
    {
        private readonly TaskCompletionSource<TAnswer> _answer = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        private readonly long _since = Stopwatch.GetTimestamp();

        public TCommand Command { get; } = command;

        /// <summary>Since it came into the queue.</summary>
        public TimeSpan HasWaited => Stopwatch.GetElapsedTime(_since);

        public Task<TAnswer> Answer => _answer.Task;

        public void Complete(TAnswer answer) => _answer.TrySetResult(answer);

        public void Fail(Exception exception) => _answer.TrySetException(exception);
    }
}
