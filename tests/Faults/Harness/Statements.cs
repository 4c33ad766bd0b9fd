using System.Buffers.Binary;
using System.Text;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// Reads PostgreSQL's wire protocol, version 3, as a client speaks it, and tells which statements
/// are run; one that is only prepared is not, until it is bound.
/// </summary>
internal sealed class Statements
{
    private const int LengthBytes = 4;

    /// <summary>A first message with such a code asks for encryption: another follows.</summary>
    private const int FirstEncryptionCode = 80_877_103;

    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private readonly List<string> _run = [];
    private readonly List<byte> _unread = [];
    private bool _started;

    /// <summary>Takes what the client sent, whole messages or parts of them.</summary>
    public void Read(ReadOnlySpan<byte> sent)
    {
        _unread.AddRange(sent);
        var rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_unread);
        var read = 0;
        while (TryMessage(rest[read..], out var type, out var body, out var length))
        {
            Message(type, body);
            read += length;
        }

        _unread.RemoveRange(0, read);
    }

    /// <summary>The statements that were run since the last call.</summary>
    public IReadOnlyList<string> TakeRun()
    {
        if (_run.Count == 0)
            return [];

        string[] run = [.. _run];
        _run.Clear();
        return run;
    }

    private bool TryMessage(
        ReadOnlySpan<byte> bytes,
        out char type,
        out ReadOnlySpan<byte> body,
        out int length
    )
    {
        // The first message of a connection has no type.
        var typeBytes = _started ? 1 : 0;
        type = '\0';
        body = default;
        length = 0;
        if (bytes.Length < typeBytes + LengthBytes)
            return false;

        length = typeBytes + BinaryPrimitives.ReadInt32BigEndian(bytes[typeBytes..]);
        if (bytes.Length < length)
            return false;

        type = _started ? (char)bytes[0] : '\0';
        body = bytes[(typeBytes + LengthBytes)..length];
        return true;
    }

    private void Message(char type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case '\0':
                _started = BinaryPrimitives.ReadInt32BigEndian(body) < FirstEncryptionCode - 1;
                break;
            case 'Q':
                _run.Add(Text(ref body));
                break;
            case 'P':
                _prepared[Text(ref body)] = Text(ref body);
                break;
            case 'B':
                Text(ref body); // the portal
                _run.Add(_prepared[Text(ref body)]);
                break;
        }
    }

    private static string Text(ref ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body[..end]);
        body = body[(end + 1)..];
        return text;
    }
}
