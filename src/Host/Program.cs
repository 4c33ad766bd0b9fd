using ConcertReservation.Host;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

try
{
    await HostApplication.Create(args).RunAsync();
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
