namespace ConcertReservation.LocalServices;

internal static class Readiness
{
    private const int PollMs = 50;
    private const int LogLines = 15;
    private const int SearchedLines = 500;
    private const int LineLength = 300;
    private const int Starts = 4;

    /// <summary>Waits until the service answers.</summary>
    /// <param name="launched">Its processes, each with its log.</param>
    /// <exception cref="StartException">
    /// A process ended, or did not answer in time; with the end of its log.
    /// </exception>
    public static async Task WaitAsync(
        string name,
        IReadOnlyList<(LocalProcess Process, string Log)> launched,
        TimeSpan patience,
        Func<CancellationToken, Task<bool>> answers,
        CancellationToken stop
    )
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(patience);
        try
        {
            while (true)
            {
                var isReady = await answers(timeout.Token);
                if (launched.FirstOrDefault(l => !l.Process.IsRunning) is ({ } process, var log))
                    throw new StartException(
                        $"{name} did not start: {await EndAsync(process, log)}"
                    );
                if (isReady)
                    return;
                await Task.Delay(PollMs, timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StartException(
                $"{name} did not answer within {patience.TotalSeconds} s. "
                    + string.Join('\n', launched.Select(l => Tail(l.Log)))
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

    /// <summary>
    /// Starts a service again where somebody else has a port of it: between our look at a port and
    /// the moment when the service listens, another process may take it.
    /// </summary>
    /// <param name="start">Chooses free ports, and leaves nothing running where it fails.</param>
    /// <param name="isPortTaken">Whether one of those that it chose last is not free.</param>
    public static async Task<T> OnFreePortsAsync<T>(Func<Task<T>> start, Func<bool> isPortTaken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await start();
            }
            catch (StartException) when (attempt < Starts && isPortTaken())
            {
                // What is taken now is not chosen again.
            }
        }
    }

    /// <summary>
    /// What a process said last, and the errors shortly before: a broker that has failed says much
    /// while it ends. Empty where it said nothing.
    /// </summary>
    public static string Tail(string log)
    {
        if (!File.Exists(log))
            return "";

        var lines = File.ReadLines(log).TakeLast(SearchedLines).ToList();
        var errors = lines.SkipLast(LogLines).Where(TellsOfAnError).TakeLast(LogLines);
        var told = errors.Concat(lines.TakeLast(LogLines)).Select(Cut);
        return $"The end of {log}:\n  {string.Join("\n  ", told)}";
    }

    private static bool TellsOfAnError(string line) =>
        line.Contains("ERROR", StringComparison.Ordinal)
        || line.Contains("Exception", StringComparison.Ordinal);

    private static async Task<string> EndAsync(LocalProcess process, string log)
    {
        // The code of a child is known a moment after its end.
        await process.WaitAsync(CancellationToken.None);
        var code = process.ExitCode is { } known ? $" with code {known}" : "";
        return $"a process ended{code}. {Tail(log)}";
    }

    private static string Cut(string line) =>
        line.Length <= LineLength ? line : line[..LineLength] + "…";
}
