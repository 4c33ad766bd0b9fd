using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>A slip of the operator's is told, and never taken for a system that holds.</summary>
internal sealed class VerifyOptionsTests
{
    [Test]
    public void what_is_not_said_is_the_default() =>
        VerifyOptions.Parse([]).ShouldBe(new VerifyOptions(null, TimeSpan.FromSeconds(60)));

    [Test]
    public void options_come_in_any_order() =>
        VerifyOptions
            .Parse(["--within", "0", "--journal", "sale.jsonl"])
            .ShouldBe(new VerifyOptions("sale.jsonl", TimeSpan.Zero));

    [TestCase("--bogus is no option", "--bogus")]
    [TestCase("journal.jsonl is no option", "journal.jsonl")]
    [TestCase("--journal needs a value", "--journal")]
    [TestCase("--journal needs a value", "--journal", "")]
    [TestCase("--within needs a value", "--journal", "a", "--within")]
    [TestCase("--within takes whole seconds from 0 to 3600, not -5", "--within", "-5")]
    [TestCase("--within takes whole seconds from 0 to 3600, not 1.5", "--within", "1.5")]
    [TestCase("--within takes whole seconds from 0 to 3600, not soon", "--within", "soon")]
    [TestCase("--within takes whole seconds from 0 to 3600, not 3601", "--within", "3601")]
    public void what_is_wrong_is_named(string said, params string[] args) =>
        Should
            .Throw<FormatException>(() => VerifyOptions.Parse(args))
            .Message.ShouldStartWith(said);
}
