namespace ConcertReservation.Messaging;

/// <summary>
/// Runs calls that block, as many of librdkafka do, on threads of their own: while Kafka is away
/// they would take so many threads of the pool that requests wait for one.
/// </summary>
internal static class OwnThread
{
    public static Task<T> RunAsync<T>(Func<T> call) =>
        Task.Factory.StartNew(
            call,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    public static Task RunAsync(Action call) =>
        Task.Factory.StartNew(
            call,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
}
