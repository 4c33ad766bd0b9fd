using System.Diagnostics;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>The program of <c>./run demo</c> against a host of ours.</summary>
internal sealed class DemoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task the_demo_tells_its_story_to_the_end()
    {
        var host = await _system.StartHostAsync();

        var (exitCode, output) = await TellAsync(host);

        exitCode.ShouldBe(0, output);
        output.ShouldContain("every invariant holds");
        output.ShouldNotContain("not checked");
    }

    private async Task<(int ExitCode, string Output)> TellAsync(HostProcess host)
    {
        // Here it lies among the tests' assemblies, and so needs the frameworks that they need.
        var demoAssembly = typeof(ConcertReservation.Demo.DemoSettings).Assembly.Location;
        var hostAssembly = typeof(ConcertReservation.Host.HostApplication).Assembly.Location;
        var frameworks = Path.ChangeExtension(hostAssembly, "runtimeconfig.json");
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", frameworks, demoAssembly]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _system.Folder,
        };
        foreach (var (name, value) in Settings(host))
            start.Environment[name] = value;
        using var demo = Process.Start(start)!;
        var output = demo.StandardOutput.ReadToEndAsync();
        var errors = demo.StandardError.ReadToEndAsync();
        if (!demo.WaitForExit(Patience))
            demo.Kill();
        return (demo.ExitCode, await output + await errors);
    }

    private Dictionary<string, string> Settings(HostProcess host)
    {
        var services = _system.Services;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Demo__Host"] = host.Url.ToString(),
            ["Demo__Sandbox"] = _system.Provider.Url.ToString(),
            ["ConnectionStrings__Postgres"] = services.Postgres,
            ["ConnectionStrings__Redis"] = services.Redis,
            ["Kafka__BootstrapServers"] = services.Kafka,
            ["Kafka__Prefix"] = services.KafkaPrefix,
            ["Accounts__Operator__Email"] = FaultSystem.OperatorEmail,
            ["Accounts__Operator__Password"] = FaultSystem.OperatorPassword,
            ["Notifications__PickupDirectory"] = _system.MailFolder,
            // The journal is written beside it.
            ["LOCAL_SERVICES"] = Path.Combine(_system.Folder, "run.json"),
        };
    }
}
