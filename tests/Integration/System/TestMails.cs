using System.Collections.Concurrent;
using System.Text;

namespace ConcertReservation.Tests.Integration;

/// <summary>The folder that hosts put their mails into.</summary>
internal sealed class TestMails(string folder) : IDisposable
{
    // A file appears whole and never changes, and whoever waits for a mail looks many times.
    private readonly ConcurrentDictionary<string, string> _read = new(StringComparer.Ordinal);

    public string Folder => folder;

    /// <summary>The mails to an address, oldest first, as they were written.</summary>
    public IReadOnlyList<string> To(string email) =>
        [
            .. Directory
                .GetFiles(folder, "*.eml")
                .Order(StringComparer.Ordinal)
                .Select(file => _read.GetOrAdd(file, f => File.ReadAllText(f, Encoding.UTF8)))
                .Where(mail => HasRecipient(mail, email)),
        ];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool HasRecipient(string mail, string email)
    {
        var headers = mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        // A long header goes on in a line that begins with a blank.
        return headers
            .Replace("\r\n ", " ", StringComparison.Ordinal)
            .Split("\r\n")
            .Any(line =>
                line.StartsWith("To:", StringComparison.OrdinalIgnoreCase)
                && line.Contains(email, StringComparison.OrdinalIgnoreCase)
            );
    }
}
