using System.Diagnostics;
using System.Text.Json;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// The kept JSON of every event, read by Jackson into the Java classes of our page for consumers:
/// those that they know field by field, the others as nothing.
/// </summary>
[Parallelizable]
internal sealed class JacksonTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    [Test]
    public async Task java_readers_get_their_three_events_and_pass_over_the_others()
    {
        var names = EventCatalogue.ByName.Keys.Order(StringComparer.Ordinal).ToArray();

        var read = await ReadByJavaAsync(names.Select(n => Path.Combine(Golden, $"{n}.json")));

        read.Count.ShouldBe(names.Length);
        foreach (var (name, line) in names.Zip(read))
        {
            var fields = Path.Combine(Golden, "java", $"{name}.json");
            if (!File.Exists(fields))
            {
                line.ShouldBe("null", name);
                continue;
            }

            using var known = JsonDocument.Parse(line);
            using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(fields));
            JsonElement
                .DeepEquals(known.RootElement, expected.RootElement)
                .ShouldBeTrue($"{name}: {line}");
        }

        read.Count(line => line != "null").ShouldBe(3);
    }

    private static async Task<IReadOnlyList<string>> ReadByJavaAsync(IEnumerable<string> files)
    {
        var kafkaHome = Environment.GetEnvironmentVariable("KAFKA_HOME") ?? "";
        if (kafkaHome.Length == 0)
            Assert.Ignore("Jackson is a library of the Kafka distribution that KAFKA_HOME names.");
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(HasCompiler))
            Assert.Ignore("There is a Java here, but none that compiles.");

        var sources = Path.Combine(AppContext.BaseDirectory, "Messaging");
        var classes = Directory.CreateTempSubdirectory("jackson-").FullName;
        try
        {
            var libraries = Path.Combine(kafkaHome, "libs", "*");
            var page = Path.Combine(sources, "DomainEvent.java");
            await RunAsync("javac", ["-cp", libraries, "-d", classes, page]);
            var reader = Path.Combine(sources, "JavaReader.java");
            var output = await RunAsync(
                "java",
                ["-cp", $"{classes}:{libraries}", reader, .. files]
            );
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(classes, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return output;
    }

    private static bool HasCompiler(string directory) =>
        File.Exists(Path.Combine(directory, "javac"));
}
