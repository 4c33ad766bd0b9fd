using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConcertReservation.Host;

namespace ConcertReservation.Tests.Integration.Outages;

/// <summary>A host that lacks configuration says what is missing, in one line, and ends.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task the_host_by_itself_names_what_is_missing()
    {
        var (exitCode, errors) = await RunHostAsync(new Dictionary<string, string>());

        exitCode.ShouldBe(1);
        var line = errors.Trim();
        line.ShouldNotContain('\n');
        line.ShouldContain("ConnectionStrings:Postgres");
        line.ShouldContain("ConnectionStrings:Redis");
        line.ShouldContain("Kafka:BootstrapServers");
        line.ShouldContain("./run");
    }

    [Test]
    public async Task only_what_is_missing_is_named()
    {
        var (exitCode, errors) = await RunHostAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = "Host=localhost",
                ["Kafka__BootstrapServers"] = "localhost:9092",
            }
        );

        exitCode.ShouldBe(1);
        errors.ShouldContain("ConnectionStrings:Redis");
        errors.ShouldNotContain("ConnectionStrings:Postgres");
    }

    [Test]
    public async Task a_value_out_of_range_is_named()
    {
        var (exitCode, errors) = await RunHostAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = "Host=localhost",
                ["ConnectionStrings__Redis"] = "localhost",
                ["Kafka__BootstrapServers"] = "localhost:9092",
                ["Database__MaxConnections"] = "0",
            }
        );

        exitCode.ShouldBe(1);
        errors.ShouldContain("MaxConnections");
        errors.ShouldNotContain("   at ");
    }

    [TestCase("99999")]
    [TestCase("web")]
    public async Task what_is_not_a_port_number_is_told_in_one_line(string port)
    {
        var (exitCode, errors) = await RunHostAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = "Host=localhost",
                ["ConnectionStrings__Redis"] = "localhost",
                ["Kafka__BootstrapServers"] = "localhost:9092",
                ["PORT"] = port,
            }
        );

        exitCode.ShouldBe(1);
        errors.Trim().ShouldBe($"PORT is not a port number: {port}");
    }

    [Test]
    public async Task a_port_that_somebody_else_has_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, port: 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, errors) = await RunHostAsync(
            new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = "Host=localhost;Port=1",
                ["ConnectionStrings__Redis"] = "localhost:1",
                ["Kafka__BootstrapServers"] = "localhost:1",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            }
        );

        exitCode.ShouldBe(1);
        errors.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain($"{port}");
    }

    private static async Task<(int ExitCode, string Errors)> RunHostAsync(
        Dictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(HostApplication).Assembly.Location },
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (
            var name in new[]
            {
                "ConnectionStrings__Postgres",
                "ConnectionStrings__Redis",
                "Kafka__BootstrapServers",
            }
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["PORT"] = "0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var host = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var output = host.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await host.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await host.WaitForExitAsync(limit.Token);
            return (host.ExitCode, errors);
        }
        finally
        {
            // One that does not end by itself would run beside all other tests.
            host.Kill(entireProcessTree: true);
        }
    }
}
