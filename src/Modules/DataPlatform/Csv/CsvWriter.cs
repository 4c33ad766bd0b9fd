using System.Buffers;
using System.Globalization;
using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Writes CSV as RFC 4180 has it, in UTF-8. Text that a spreadsheet would take for a formula gets
/// an apostrophe in front, which makes it text there, too (OWASP, "CSV Injection").
/// </summary>
internal sealed class CsvWriter(IBufferWriter<byte> output)
{
    /// <summary>
    /// What formulas begin with, in full width, too; a tab or a line break may be dropped in front
    /// of one.
    /// </summary>
    private static readonly SearchValues<char> FormulaStarts = SearchValues.Create(
        "=+-@\t\r\n＝＋－＠"
    );

    /// <summary>With the separators of other locales, which would begin a cell there.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(",;\"\t\r\n' ");

    private bool _rowHasBegun;

    public CsvWriter Write(string? text)
    {
        Separate();
        if (string.IsNullOrEmpty(text))
            return this;

        var isFormula = FormulaStarts.Contains(text[0]);
        if (!isFormula && !text.AsSpan().ContainsAny(Special))
        {
            WriteRaw(text);
            return this;
        }

        WriteRaw(isFormula ? "\"'" : "\"");
        WriteRaw(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        WriteRaw("\"");
        return this;
    }

    public CsvWriter Write(long? number)
    {
        Separate();
        if (number is { } known)
            WriteRaw(known.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    public CsvWriter Write(double? number)
    {
        Separate();
        if (number is { } known)
            WriteRaw(known.ToString("0.####", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>As in JSON.</summary>
    public CsvWriter Write(DateTimeOffset? time)
    {
        Separate();
        if (time is { } known)
        {
            WriteRaw(
                known.UtcDateTime.ToString(
                    UtcTimeJsonConverter.Format,
                    CultureInfo.InvariantCulture
                )
            );
        }

        return this;
    }

    public void EndRow()
    {
        WriteRaw("\r\n");
        _rowHasBegun = false;
    }

    private void Separate()
    {
        if (_rowHasBegun)
            WriteRaw(",");
        _rowHasBegun = true;
    }

    private void WriteRaw(string text) => Encoding.UTF8.GetBytes(text, output);
}
