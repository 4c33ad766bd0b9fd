using ConcertReservation.Accounts;

namespace ConcertReservation.Tests.Unit.Accounts;

internal sealed class LockoutTests
{
    private static readonly AccountsOptions Defaults = new();

    [TestCase(0, null)]
    [TestCase(4, null)]
    [TestCase(5, 30)]
    [TestCase(6, 60)]
    [TestCase(9, 480)]
    [TestCase(10, 900)]
    [TestCase(11, 900)]
    [TestCase(int.MaxValue, 900)]
    public void a_lockout_doubles_and_ends(int failures, int? seconds) =>
        (Defaults.LockoutAfter(failures)?.TotalSeconds).ShouldBe(seconds);

    [Test]
    public void no_lockout_outlasts_the_longest_however_short_that_is()
    {
        var options = new AccountsOptions { LockoutSeconds = 3600, LongestLockoutSeconds = 10 };

        options.LockoutAfter(5).ShouldBe(TimeSpan.FromSeconds(10));
    }
}
