using System.Runtime.InteropServices;
using ConcertReservation.LocalServices;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    // Ours to handle: everything is stopped in order before the process ends.
    context.Cancel = true;
    stop.Cancel();
}

Interrupts.Accept();
Proxies.SpareThisMachine();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    return await new Up(UpOptions.Parse(args), Console.WriteLine).RunAsync(stop.Token);
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 1;
}
