using ConcertReservation.Verification;
using ConcertReservation.Verification.Loading;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>The file of a payment sandbox, as the checker reads it.</summary>
internal sealed class ProviderBooksTests
{
    private string _file = "";

    [SetUp]
    public void MakeFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    [Test]
    public void the_last_line_of_a_payment_counts()
    {
        Write(Line("a", "1", "IN_PROGRESS"), Line("a", "1", "DONE"), Line("b", "2", "ABORTED"));

        ProviderBooks
            .Read(_file)!
            .ShouldBe([new CardOrder("1", 100, "DONE"), new CardOrder("2", 100, "ABORTED")]);
    }

    [Test]
    public void an_order_whose_money_was_taken_twice_is_there_twice()
    {
        Write(Line("a", "1", "DONE"), Line("b", "1", "CANCELED"), Line("c", "1", "ABORTED"));

        ProviderBooks
            .Read(_file)!
            .ShouldBe([new CardOrder("1", 100, "DONE"), new CardOrder("1", 100, "CANCELED")]);
    }

    [Test]
    public void a_line_that_a_dying_sandbox_has_cut_tells_nothing()
    {
        Write(Line("a", "1", "DONE"), Line("b", "2", "DONE")[..20]);

        ProviderBooks.Read(_file)!.ShouldBe([new CardOrder("1", 100, "DONE")]);
    }

    [Test]
    public void without_a_file_there_are_no_books()
    {
        ProviderBooks.Read(null).ShouldBeNull();
        ProviderBooks.Read(_file + ".missing").ShouldBeNull();
    }

    private void Write(params string[] lines) => File.WriteAllText(_file, string.Join('\n', lines));

    private static string Line(string key, string order, string status) =>
        $$"""{"PaymentKey":"{{key}}","OrderId":"{{order}}","Amount":100,"Status":"{{status}}"}""";
}
