using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Reads a mail with Python's own parser: another reader than our writer.</summary>
internal static class ReadMail
{
    private const string Script = """
        import email, json, sys
        from email import policy
        mail = email.message_from_binary_file(sys.stdin.buffer, policy=policy.default)
        json.dump({
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "to": [{"name": a.display_name, "address": a.addr_spec} for a in mail["to"].addresses],
            "type": mail.get_content_type(),
            "defects": [str(d) for part in mail.walk() for d in part.defects]
                + [str(d) for d in mail["to"].defects],
            "parts": [{"type": p.get_content_type(), "charset": p.get_content_charset(),
                       "content": p.get_content()} for p in mail.iter_parts()],
        }, sys.stdout)
        """;

    public static async Task<ParsedMail> ParseAsync(ReadOnlyMemory<byte> mail)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-c", Script },
        };
        using var python = Process.Start(start)!;
        await python.StandardInput.BaseStream.WriteAsync(mail);
        python.StandardInput.Close();
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        python.ExitCode.ShouldBe(0);
        return JsonNode.Parse(output).Deserialize<ParsedMail>(JsonSerializerOptions.Web)!;
    }
}

/// <param name="Headers">By lower-case name, decoded.</param>
internal sealed record ParsedMail(
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<ParsedAddress> To,
    string Type,
    IReadOnlyList<string> Defects,
    IReadOnlyList<ParsedPart> Parts
);

internal sealed record ParsedAddress(string Name, string Address);

internal sealed record ParsedPart(string Type, string Charset, string Content);
