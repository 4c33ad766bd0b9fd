using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using ConcertReservation.LocalServices;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>The script <c>./run</c>, in a folder of its own and with everything built.</summary>
internal sealed class RunScriptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private HttpClient _http = null!;
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _http = new HttpClient();
        _folder = Directory.CreateTempSubdirectory("run-").FullName;
        Checkout.Write(In("run"), File.ReadAllText(Checkout.File("run")));
        Directory.CreateSymbolicLink(In("src"), Checkout.File("src"));
        // A build of what these tests run from would pull it from under their feet.
        Checkout.Write(
            In("bin/dotnet"),
            "#!/bin/sh\n[ \"$1\" = build ] && exit 0\nPATH=${PATH#*:}\nexec dotnet \"$@\"\n"
        );
    }

    [TearDown]
    public void RemoveFolder()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task it_starts_everything_stops_everything_and_finds_its_data_again()
    {
        var account = new { email = "mina@test.example", password = "correct horse battery" };
        using (var first = Start("exec bash run"))
        {
            var file = await ReadyAsync(first);
            first.Said.Take(8).ShouldContain(l => l.StartsWith("Kafka, embedded: "));
            var signedUp = await _http.PostAsJsonAsync(
                $"{file.Host}/api/accounts",
                new
                {
                    account.email,
                    account.password,
                    name = "김민아",
                }
            );
            signedUp.StatusCode.ShouldBe(HttpStatusCode.Created);
            await TheProviderTellsTheHostAsync(file);

            EndsWithAll(first, PosixSignal.SIGTERM);
        }

        // As a script starts it in the background: SIGINT is ignored from the start. And behind a
        // proxy, which does not know this machine: here it is not even there.
        using var second = Start("trap '' INT; http_proxy=http://127.0.0.1:9 exec bash run");
        var again = await ReadyAsync(second);
        var signedIn = await _http.PostAsJsonAsync($"{again.Host}/api/accounts/login", account);
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK);

        EndsWithAll(second, PosixSignal.SIGINT);
    }

    [Test]
    [Category("Long")]
    public async Task what_a_killed_run_left_gives_its_ports_to_the_next()
    {
        var port = FreePort();
        RunFile left;
        using (var first = Start($"PORT={port} exec bash run"))
        {
            left = await ReadyAsync(first);
            first.Process.Kill();
            // What it leaves keeps its output open, so the end of that is no sign.
            SpinWait.SpinUntil(() => first.Process.HasExited, Patience).ShouldBeTrue("it is dead");
        }

        (await _http.GetAsync($"{left.Host}/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        RunFile.Read(In(".local/run")).ShouldBeNull("nobody joins what is left of it");
        using var second = Start($"PORT={port} exec bash run");

        var heir = await ReadyAsync(second);
        heir.Host.ShouldBe(left.Host);
        heir.Sandbox.ShouldBe(left.Sandbox, "customers were told to pay there");
        EndsWithAll(second, PosixSignal.SIGTERM);
    }

    [Test]
    public void another_word_is_answered_with_what_there_is()
    {
        using var run = Start("exec bash run dmeo");

        run.Process.WaitForExit(Patience).ShouldBeTrue("it ends");
        run.Process.ExitCode.ShouldBe(2);
        run.Process.WaitForExit();
        run.Said.Count.ShouldBe(4);
        run.Said.ShouldAllBe(l => l.StartsWith("./run"));
    }

    /// <summary>
    /// Of an order that is none of the host's: which it says only of a webhook that is signed.
    /// </summary>
    private async Task TheProviderTellsTheHostAsync(RunFile file)
    {
        const string Heard = "payments_webhooks_refused_total{reason=\"unknown-order\"} 1";
        var paid = await _http.PostAsJsonAsync(
            $"{file.Sandbox}/v1/payments",
            new
            {
                orderId = "order-of-nobody",
                amount = 1_000,
                cardNumber = "4242424242424242",
            }
        );
        paid.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Eventually.Until(
            "the host has heard of it",
            async () => (await _http.GetStringAsync($"{file.Host}/metrics")).Contains(Heard)
        );
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string In(string path) => Path.Combine(_folder, path);

    private Run Start(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var name in Owner.Addresses)
            start.Environment.Remove(name);
        start.Environment["PATH"] =
            $"{In("bin")}:{System.Environment.GetEnvironmentVariable("PATH")}";
        return new Run(start);
    }

    private async Task<RunFile> ReadyAsync(Run run)
    {
        RunFile? file = null;
        SpinWait
            .SpinUntil(
                () => run.Process.HasExited || (file = RunFile.Read(In(".local/run"))) is not null,
                Patience
            )
            .ShouldBeTrue(run.ToString());
        file.ShouldNotBeNull(run.ToString());
        var ready = await _http.GetFromJsonAsync<JsonElement>($"{file.Host}/health/ready");
        foreach (var service in new[] { "database", "redis", "kafka" })
        {
            ready
                .GetProperty(service)
                .GetProperty("status")
                .GetString()
                .ShouldBe("healthy", service);
        }

        return file;
    }

    private void EndsWithAll(Run run, PosixSignal signal)
    {
        var state = JsonSerializer.Deserialize(
            File.ReadAllText(In(".local/run/state.json")),
            RunJson.Default.ServiceState
        )!;
        state.Processes.Keys.ShouldBe(
            ["postgres", "redis", "payment-sandbox", "host"],
            ignoreOrder: true
        );

        LocalProcess.Adopt(LocalProcess.Identify(run.Process.Id)!)!.Signal(signal);

        run.Process.WaitForExit(Patience).ShouldBeTrue($"{signal} ends it");
        run.Process.ExitCode.ShouldBe(0, run.ToString());
        state.Processes.Values.ShouldAllBe(process => LocalProcess.Adopt(process) == null);
        Directory
            .GetDirectories("/proc")
            .Select(process => Path.GetFileName(process))
            .Where(name => name.All(char.IsAsciiDigit))
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))
            .Select(pid => string.Join(' ', LocalProcess.CommandLine(pid)))
            .Where(command => command.Contains(_folder, StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    /// <summary>The script's process and its lines so far.</summary>
    private sealed class Run : IDisposable
    {
        private readonly ConcurrentQueue<string> _said = [];

        public Run(ProcessStartInfo start)
        {
            Process = new Process { StartInfo = start };
            Process.OutputDataReceived += (_, line) => Add(line.Data);
            Process.ErrorDataReceived += (_, line) => Add(line.Data);
            Process.Start();
            Process.BeginOutputReadLine();
            Process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public IReadOnlyList<string> Said => [.. _said];

        public override string ToString() => string.Join('\n', _said);

        public void Dispose()
        {
            if (!Process.HasExited)
            {
                LocalProcess.Adopt(LocalProcess.Identify(Process.Id)!)!.Signal(PosixSignal.SIGTERM);
                Process.WaitForExit(Patience);
            }

            Process.Dispose();
        }

        private void Add(string? line)
        {
            if (line is not null)
                _said.Enqueue(line);
        }
    }
}
