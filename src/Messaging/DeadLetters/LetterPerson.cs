using System.Buffers.Text;
using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>
/// Whom a dead letter is about. It need not be JSON to the end, or at all: then the first id that
/// is called a user's counts, or the one in the key.
/// </summary>
internal static class LetterPerson
{
    public static long? Of(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> body) =>
        PersonalFields.PersonOf(body.Span)
        ?? (PersonalFields.IsWhole(body) ? null : FirstIn(body.Span))
        ?? OfKey(key);

    /// <summary>
    /// The body without what names the person; null where it names nobody. Of what is no event
    /// about them nobody can tell what in it is a name, and no group can apply it: the id stays.
    /// </summary>
    public static byte[]? Erase(long person, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return null;

        return PersonalFields.IsWhole(body) && PersonalFields.PersonOf(body.Span) == person
            ? PersonalFields.Erase(body)
            : Encoding.UTF8.GetBytes($$"""{"userId":{{person}}}""");
    }

    private static long? FirstIn(ReadOnlySpan<byte> body)
    {
        var name = "\"userId\""u8;
        var at = body.IndexOf(name);
        if (at < 0)
            return null;

        var value = body[(at + name.Length)..].TrimStart(" \t\r\n:\""u8);
        return Utf8Parser.TryParse(value, out long id, out _) ? id : null;
    }

    private static long? OfKey(ReadOnlySpan<byte> key)
    {
        var prefix = "user-"u8;
        return
            key.StartsWith(prefix)
            && Utf8Parser.TryParse(key[prefix.Length..], out long id, out var digits)
            && digits == key.Length - prefix.Length
            ? id
            : null;
    }
}
