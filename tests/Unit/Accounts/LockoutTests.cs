using ConcertReservation.Accounts;

namespace ConcertReservation.Tests.Unit.Accounts;

internal sealed class LockoutTests
{
    [Test]
    public void a_lockout_doubles_and_ends() =>
        new AccountsOptions()
            .Lockouts()
            .Select(l => l.TotalSeconds)
            .ShouldBe([30, 60, 120, 240, 480, 900]);

    [Test]
    public void no_lockout_outlasts_the_longest_however_short_that_is() =>
        new AccountsOptions { LockoutSeconds = 3600, LongestLockoutSeconds = 10 }
            .Lockouts()
            .Select(l => l.TotalSeconds)
            .ShouldBe([10]);

    [Test]
    public void from_a_second_to_a_day_there_are_few() =>
        new AccountsOptions { LockoutSeconds = 1, LongestLockoutSeconds = 24 * 3600 }
            .Lockouts()
            .Count()
            .ShouldBe(18);
}
