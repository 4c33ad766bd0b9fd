using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>A journal is read as it was written; another file is not taken for one.</summary>
internal sealed class JournalTests
{
    private static readonly JournalEntry Hold = new(
        new DateTimeOffset(2026, 11, 20, 11, 0, 0, TimeSpan.Zero),
        CustomerId: 7,
        "hold",
        "key",
        Target: null,
        """{"concertId":1,"seatIds":[1]}""",
        Status: null,
        Body: null,
        Milliseconds: 1.5
    );

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    [Test]
    public void what_was_written_is_read()
    {
        Write(Hold, Hold with { Status = 201, Body = """{"reservationId":3}""" });

        Journal
            .Read(_file)
            .ShouldBe([Hold, Hold with { Status = 201, Body = """{"reservationId":3}""" }]);
    }

    [Test]
    public void the_last_line_of_a_client_that_was_killed_may_be_cut_anywhere()
    {
        Write(Hold, Hold);
        var whole = File.ReadAllText(_file);
        var line = whole.Length / 2;

        for (var length = line; length < whole.Length - 2; length++)
        {
            File.WriteAllText(_file, whole[..length]);
            Journal.Read(_file).Count.ShouldBe(1, whole[line..length]);
        }
    }

    [TestCase("1", "no journal at all", TestName = "a text")]
    [TestCase("1", "{\"x\":1}", TestName = "another object")]
    [TestCase("1", "null", TestName = "null")]
    [TestCase("2", "HOLD\n{\"at\":\"20\nHOLD\n", TestName = "a cut line in the midst")]
    [TestCase("2", "HOLD\n\nHOLD\n", TestName = "an empty line in the midst")]
    [TestCase("2", "HOLD\n{broken}\n", TestName = "a broken last line")]
    public void a_line_that_is_no_entry_is_named(string line, string text)
    {
        Write(Hold);
        var hold = File.ReadAllText(_file).TrimEnd();
        File.WriteAllText(_file, text.Replace("HOLD", hold, StringComparison.Ordinal));

        Should
            .Throw<FormatException>(() => Journal.Read(_file))
            .Message.ShouldBe($"Line {line} of {_file} is no entry of a journal.");
    }

    private void Write(params JournalEntry[] entries)
    {
        using var journal = new Journal(_file);
        foreach (var entry in entries)
            journal.Add(entry);
    }
}
