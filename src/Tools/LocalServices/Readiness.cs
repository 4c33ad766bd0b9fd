namespace ConcertReservation.LocalServices;

internal static class Readiness
{
    private const int PollMs = 50;
    private const int LogLines = 15;
    private const int LineLength = 300;

    /// <summary>Waits until the service answers.</summary>
    /// <exception cref="StartException">
    /// It ended, or did not answer in time; with the end of its log.
    /// </exception>
    public static async Task WaitAsync(
        string name,
        LocalProcess process,
        string? log,
        TimeSpan patience,
        Func<CancellationToken, Task<bool>> answers,
        CancellationToken stop
    )
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(patience);
        try
        {
            while (!await answers(timeout.Token) || !process.IsRunning)
            {
                if (!process.IsRunning)
                    throw new StartException($"{name} did not start. {Tail(log)}");
                await Task.Delay(PollMs, timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StartException(
                $"{name} did not answer within {patience.TotalSeconds} s. {Tail(log)}"
            );
        }
    }

    /// <summary>
    /// What was launched is stopped where it does not become ready, or where nobody waits for it
    /// any more: its caller does not know it yet.
    /// </summary>
    public static async Task<T> OrStopAsync<T>(T service, Task ready)
        where T : ILocalService
    {
        try
        {
            await ready;
            return service;
        }
        catch
        {
            await service.StopAsync();
            throw;
        }
    }

    private static string Tail(string? log) =>
        log is null || !File.Exists(log)
            ? ""
            : $"The end of {log}:\n  "
                + string.Join("\n  ", File.ReadLines(log).TakeLast(LogLines).Select(Cut));

    private static string Cut(string line) =>
        line.Length <= LineLength ? line : line[..LineLength] + "…";
}
