using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

internal sealed class AnswerFormatTests
{
    [TestCase("text/csv")]
    [TestCase("Text/CSV; charset=UTF-8")]
    [TestCase("text/*")]
    [TestCase("application/json;q=0.5, text/csv")]
    [TestCase("text/csv, */*;q=0.1")]
    [TestCase("application/json;q=0, */*")]
    public void csv_goes_to_who_prefers_it(string accept) =>
        AnswerFormat.Of([accept]).ShouldBe(new AnswerFormat(IsCsv: true, Problem: null));

    [TestCase("")]
    [TestCase("*/*")]
    [TestCase("application/json")]
    [TestCase("application/*;q=0.2")]
    [TestCase("text/csv;q=0.5, application/json")]
    [TestCase("text/csv, application/json")]
    [TestCase("text/csv;q=0, */*")]
    [TestCase("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    public void json_goes_to_everybody_else(string accept) =>
        AnswerFormat.Of([accept]).ShouldBe(new AnswerFormat(IsCsv: false, Problem: null));

    [TestCase("application/xml")]
    [TestCase("text/csv; charset=euc-kr")]
    [TestCase("application/json;q=0")]
    [TestCase("csv")]
    public void what_there_is_not_is_refused_with_the_header_named(string accept)
    {
        var problem = AnswerFormat.Of([accept]).Problem.ShouldNotBeNull();

        problem.Status.ShouldBe(406);
        problem.Errors.ShouldNotBeNull().Keys.ShouldBe(["Accept"]);
    }
}
