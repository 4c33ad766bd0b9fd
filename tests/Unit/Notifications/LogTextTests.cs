using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Unit.Notifications;

/// <summary>Servers name the recipient in what they answer; the log does not.</summary>
internal sealed class LogTextTests
{
    [TestCase(
        "550 5.1.1 <mina.kim+shop@example.com>: Recipient address rejected",
        "550 5.1.1 <(address)>: Recipient address rejected"
    )]
    [TestCase("Mailbox full: mina@example.com", "Mailbox full: (address)")]
    [TestCase("'김민아@예시.한국', \"a@b\"", "'(address)', \"(address)\"")]
    [TestCase("The server did not answer in time.", "The server did not answer in time.")]
    public void an_address_is_left_out(string said, string logged) =>
        LogText.WithoutAddresses(said).ShouldBe(logged);
}
