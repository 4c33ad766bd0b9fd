using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ConcertReservation.Tests.Integration;

/// <summary>Writes to Kafka as neither we nor our client library would.</summary>
internal static class Kcat
{
    /// <summary>So that the broker is who refuses, not kcat.</summary>
    private const string OwnLimit = "message.max.bytes=10000000";

    /// <param name="body">null: a tombstone.</param>
    /// <param name="headers">Such as <c>ce_type=X</c>.</param>
    /// <returns>What kcat said; nothing where the broker took it.</returns>
    public static async Task<string> ProduceAsync(
        TestKafka kafka,
        string topic,
        int partition,
        string key,
        byte[]? body,
        params IEnumerable<string> headers
    )
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, body ?? Encoding.UTF8.GetBytes($"{key}:\n"));
            List<string> words =
            [
                .. new[] { "-P", "-b", kafka.BootstrapServers, "-X", OwnLimit, "-k", key },
                .. new[] { "-t", kafka.Prefix + topic },
                .. new[] { "-p", partition.ToString(CultureInfo.InvariantCulture) },
                .. headers.SelectMany(h => new[] { "-H", h }),
                // A line that ends after its key, or the file as it is.
                .. body is null ? ["-Z", "-K", ":", "-l", file] : new[] { file },
            ];
            var start = new ProcessStartInfo("kcat", words)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var said = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? said : $"{process.ExitCode}: {said}";
        }
        finally
        {
            File.Delete(file);
        }
    }
}
