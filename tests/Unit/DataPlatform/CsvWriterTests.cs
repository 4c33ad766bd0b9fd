using System.Buffers;
using System.Text;
using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

internal sealed class CsvWriterTests
{
    [TestCase("Winter", "Winter")]
    [TestCase("", "")]
    [TestCase(null, "")]
    [TestCase("겨울 공연", "\"겨울 공연\"")]
    [TestCase("Rock, Pop", "\"Rock, Pop\"")]
    [TestCase("the \"Band\"", "\"the \"\"Band\"\"\"")]
    [TestCase("two\r\nlines", "\"two\r\nlines\"")]
    [TestCase("a;b", "\"a;b\"")]
    public void text_is_quoted_where_it_has_to_be(string? text, string written) =>
        Written(csv => csv.Write(text)).ShouldBe(written);

    [TestCase("=1+1", "\"'=1+1\"")]
    [TestCase("+82 10", "\"'+82 10\"")]
    [TestCase("-2+3", "\"'-2+3\"")]
    [TestCase("@SUM(A1)", "\"'@SUM(A1)\"")]
    [TestCase("\t=1", "\"'\t=1\"")]
    [TestCase("\r=1", "\"'\r=1\"")]
    [TestCase("\n=1", "\"'\n=1\"")]
    [TestCase("＝1", "\"'＝1\"")]
    [TestCase("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    public void a_formula_is_text(string text, string written) =>
        Written(csv => csv.Write(text)).ShouldBe(written);

    [Test]
    public void a_cell_cannot_be_left_by_what_is_in_it()
    {
        Written(csv => csv.Write("x\",=1+1").Write("x;=1").Write("last"))
            .ShouldBe("\"x\"\",=1+1\",\"x;=1\",last");
    }

    [Test]
    public void numbers_and_times_are_the_same_in_every_country()
    {
        var time = new DateTimeOffset(2026, 11, 20, 20, 0, 0, 123, TimeSpan.FromHours(9));

        Written(csv =>
                csv.Write(-50_000)
                    .Write(0.4167)
                    .Write(time)
                    .Write((long?)null)
                    .Write((double?)null)
                    .Write((DateTimeOffset?)null)
            )
            .ShouldBe("-50000,0.4167,2026-11-20T11:00:00.123000Z,,,");
    }

    [Test]
    public void rows_end_in_carriage_return_and_line_feed()
    {
        Written(csv =>
            {
                csv.Write("a").Write("b").EndRow();
                csv.Write("").Write(1L).EndRow();
            })
            .ShouldBe("a,b\r\n,1\r\n");
    }

    private static string Written(Action<CsvWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        write(new CsvWriter(bytes));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
