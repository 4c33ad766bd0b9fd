using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// A table as CSV, sent while its rows are read. What fails before the first is a problem as of any
/// answer; what fails later breaks the answer off: its reader sees that the end is missing.
/// </summary>
/// <param name="fileName">Proposed to whoever saves it, without the ending.</param>
internal sealed class CsvAnswer<T>(string fileName, CsvColumns<T> columns, IAsyncEnumerable<T> rows)
    : IResult
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    /// <summary>What is written at a time: the rest waits until the client has taken it.</summary>
    private const long FlushBytes = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, stop) = (httpContext.Response, httpContext.RequestAborted);
        await using var row = rows.GetAsyncEnumerator(stop);
        // Before anything is written: what is in the buffer would stand in front of a problem.
        var hasRow = await row.MoveNextAsync();
        response.ContentType = ContentType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}.csv\"";

        var output = response.BodyWriter;
        var csv = new CsvWriter(output);
        foreach (var name in columns.Names)
            csv.Write(name);
        csv.EndRow();
        await output.FlushAsync(stop);
        for (; hasRow; hasRow = await row.MoveNextAsync())
        {
            columns.Write(csv, row.Current);
            csv.EndRow();
            if (output.UnflushedBytes >= FlushBytes)
                await output.FlushAsync(stop);
        }

        await output.FlushAsync(stop);
    }
}

/// <param name="Write">Writes as many values as there are names.</param>
internal sealed record CsvColumns<T>(IReadOnlyList<string> Names, Action<CsvWriter, T> Write)
{
    public CsvAnswer<T> Answer(string fileName, IEnumerable<T> rows) =>
        new(fileName, this, rows.ToAsyncEnumerable());

    public CsvAnswer<T> Answer(string fileName, IAsyncEnumerable<T> rows) =>
        new(fileName, this, rows);

    /// <summary>The header and one row, as the API's document shows them.</summary>
    public string Example(T row)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var csv = new CsvWriter(bytes);
        foreach (var name in Names)
            csv.Write(name);
        csv.EndRow();
        Write(csv, row);
        csv.EndRow();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
