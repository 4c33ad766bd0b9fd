using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>A host that stops is not held up by what hangs.</summary>
[NonParallelizable] // Its bound is below three seconds.
internal sealed class ShutdownTests
{
    [Test]
    public async Task a_kafka_that_takes_connections_and_never_answers_holds_up_no_shutdown()
    {
        await using var system = await MessagingSystem.StartAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var host = await system.StartHostAsync(null, ("Kafka:BootstrapServers", address));
        using var asked = await silent.AcceptTcpClientAsync();

        var began = Stopwatch.GetTimestamp();
        await host.StopAsync();

        // Each question to Kafka waits for an answer for three seconds.
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }
}
