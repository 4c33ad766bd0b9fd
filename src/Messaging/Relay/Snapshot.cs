using System.Globalization;

namespace ConcertReservation.Messaging;

/// <summary>
/// What a PostgreSQL snapshot (<c>pg_snapshot</c>) shows: everything below
/// <see cref="Xmax"/> but what was in progress.
/// </summary>
internal sealed class Snapshot
{
    private readonly ulong[] _inProgress;

    private Snapshot(ulong xmin, ulong xmax, ulong[] inProgress)
    {
        Xmin = xmin;
        Xmax = xmax;
        _inProgress = inProgress;
    }

    /// <summary>Shows no row at all: 3 is the first transaction that a user can have.</summary>
    public static Snapshot Nothing { get; } = new(3, 3, []);

    /// <summary>All before it had ended.</summary>
    public ulong Xmin { get; }

    /// <summary>It and all after had not begun.</summary>
    public ulong Xmax { get; }

    /// <summary>Those between that had not ended, sorted.</summary>
    public IReadOnlyList<ulong> InProgress => _inProgress;

    /// <summary>Reads PostgreSQL's text form, <c>xmin:xmax:xip,xip</c>.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static Snapshot Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 3)
            throw new FormatException($"'{text}' is no snapshot.");

        var inProgress = parts[2]
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(Number)
            .ToArray();
        return new Snapshot(Number(parts[0]), Number(parts[1]), inProgress);
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Xmin}:{Xmax}:{string.Join(',', _inProgress)}"
        );

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
