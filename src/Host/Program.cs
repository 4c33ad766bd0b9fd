using ConcertReservation.Host;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

var stopping = CancellationToken.None;
try
{
    var host = HostApplication.Create(args);
    stopping = host.Lifetime.ApplicationStopping;
    await host.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // Told to stop before it had started.
    return 0;
}
catch (Exception e)
    when (e is InvalidConfigurationException or OptionsValidationException or DllNotFoundException
        || e.InnerException is AddressInUseException
    )
{
    // Its operator can mend each of these, and a stack would not help.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
