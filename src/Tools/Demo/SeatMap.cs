using System.Text.Json.Nodes;

namespace ConcertReservation.Demo;

/// <summary>A section as the public seat map shows it.</summary>
/// <param name="Rows">A letter a seat: f free, h held, s sold.</param>
internal sealed record SectionMap(
    string Name,
    long Price,
    long FirstSeatId,
    int SeatsPerRow,
    IReadOnlyList<string> Rows
)
{
    public int Count(char state) => Rows.Sum(row => row.Count(seat => seat == state));

    public int Total => Rows.Count * SeatsPerRow;

    public long SeatId(int row, int place) => FirstSeatId + (row * SeatsPerRow) + place;
}

/// <summary>The public seat map of a concert, and how a person chooses from it.</summary>
internal sealed record SeatMap(IReadOnlyList<SectionMap> Sections)
{
    public int Free => Sections.Sum(s => s.Count('f'));

    public int Held => Sections.Sum(s => s.Count('h'));

    public static SeatMap From(JsonNode body) =>
        new([
            .. body["sections"]!
                .AsArray()
                .Select(s => new SectionMap(
                    s!["name"]!.GetValue<string>(),
                    s["price"]!.GetValue<long>(),
                    s["firstSeatId"]!.GetValue<long>(),
                    s["seatsPerRow"]!.GetValue<int>(),
                    [.. s["seats"]!.AsArray().Select(row => row!.GetValue<string>())]
                )),
        ]);

    /// <summary>
    /// Seats side by side as far to the front as there are, or any that are left. Everybody wants
    /// the same good ones, so only a little chance keeps the crowd from asking for the very same
    /// seats.
    /// </summary>
    /// <returns>Fewer than wanted where fewer are free; none where none is.</returns>
    public IReadOnlyList<long> Choose(int wanted, int favouriteSection, Random random)
    {
        var inOrder = Sections.Skip(favouriteSection).Concat(Sections.Take(favouriteSection));
        var blocks = inOrder.SelectMany(s => Blocks(s, wanted)).Take(12).ToList();
        if (blocks.Count > 0)
            return blocks[Math.Min(random.Next(blocks.Count), random.Next(blocks.Count))];

        var free = Sections.SelectMany(s => Blocks(s, 1)).SelectMany(b => b).ToArray();
        random.Shuffle(free);
        return [.. free.Take(wanted)];
    }

    private static IEnumerable<IReadOnlyList<long>> Blocks(SectionMap section, int size)
    {
        var side = new string('f', size);
        for (var row = 0; row < section.Rows.Count; row++)
        {
            var place = section.Rows[row].IndexOf(side, StringComparison.Ordinal);
            while (place >= 0)
            {
                var (r, p) = (row, place);
                yield return [.. Enumerable.Range(p, size).Select(n => section.SeatId(r, n))];
                var next = place + size;
                place =
                    next < section.Rows[row].Length
                        ? section.Rows[row].IndexOf(side, next, StringComparison.Ordinal)
                        : -1;
            }
        }
    }
}
