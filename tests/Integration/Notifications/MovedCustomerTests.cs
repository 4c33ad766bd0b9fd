using ConcertReservation.Contracts;
using ConcertReservation.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Customers change their address, and mails follow. Nothing is sent here.</summary>
[Parallelizable]
internal sealed class MovedCustomerTests
{
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync() => _system = await NotificationsSystem.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task who_moved_is_written_to_where_and_as_they_want_now()
    {
        var created = Told.Created(77, 4, "Night");
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina", "ko"),
            created,
            Told.Changed(4, "Mina Kim", "en") with
            {
                Email = "mina@example.net",
                PreviousEmail = "user-4@example.org",
            }
        );

        await _system.HostB.ReceiveAsync(Told.Confirmed(created), Told.Refunded(77, userId: 4));

        foreach (var kind in new[] { "confirmed", "refunded" })
        {
            var mail = (await _system.MailsAsync(kind)).ShouldHaveSingleItem();
            mail.Recipient.ShouldBe("mina@example.net");
            mail.RecipientName.ShouldBe("Mina Kim");
            mail.Language.ShouldBe("en");
        }

        (await _system.MailsAsync("email-changed"))
            .ShouldHaveSingleItem()
            .Recipient.ShouldBe("user-4@example.org");
        (await _system.MailsAsync("new-email"))
            .ShouldHaveSingleItem()
            .Recipient.ShouldBe("mina@example.net");
    }

    [Test]
    public async Task what_waits_follows_who_moves_and_what_was_sent_stays_where_it_went()
    {
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina"),
            Told.Created(77, 4, "Night"),
            Told.Created(78, 4, "Day"),
            Told.Created(79, 5, "Day")
        );
        await _system.Database.ExecuteAsync(
            "UPDATE notifications.mails SET state = 'sent' WHERE subject LIKE '[Day]%'"
        );
        await _system.Database.ExecuteAsync(
            "UPDATE notifications.mails SET attempts = 9 WHERE subject LIKE '[Night]%'"
        );

        await _system.HostA.ReceiveAsync(
            Told.Changed(4, "Mina") with
            {
                Email = "mina@example.net",
                PreviousEmail = "user-4@example.org",
            }
        );

        (await _system.MailsAsync("seats-held"))
            .Select(m => m.Recipient)
            .ShouldBe(["mina@example.net", "user-4@example.org", "user-5@example.org"]);
        // A new address has all its tries; the one under way counts for neither.
        (
            await _system.Database.ScalarAsync<int>(
                """
                SELECT 100 * attempts + attempts_before FROM notifications.mails
                WHERE subject LIKE '[Night]%'
                """
            )
        ).ShouldBe(1010);
        (await _system.MailsAsync("welcome"))
            .ShouldHaveSingleItem()
            .Recipient.ShouldBe("user-4@example.org");
    }

    [Test]
    public async Task what_was_on_its_way_to_the_old_address_is_sent_to_the_new_one_as_well()
    {
        var queue = _system.HostA.Services.GetRequiredService<MailQueue>();
        await _system.HostA.ReceiveAsync(Told.Created(77, 4, "Night"));
        var lease = TimeSpan.FromMinutes(1);
        var taken = await queue.TakeAsync(10, lease, CancellationToken.None);

        await _system.HostB.ReceiveAsync(
            Told.Changed(4, "Mina") with
            {
                Email = "mina@example.net",
                PreviousEmail = "user-4@example.org",
            }
        );
        await queue.MarkSentAsync(taken.Single());

        var mail = (await _system.MailsAsync("seats-held")).ShouldHaveSingleItem();
        (mail.Recipient, mail.State).ShouldBe(("mina@example.net", "pending"));
    }

    [Test]
    public async Task of_who_is_erased_only_the_last_mail_still_goes()
    {
        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina"),
            Told.Created(77, 4, "Night"),
            new UserDeleted
            {
                OccurredAt = Told.Now,
                Version = 2,
                UserId = 4,
                Email = "user-4@example.org",
                Language = "ko",
            }
        );

        await using (var scope = _system.HostB.Services.CreateAsyncScope())
        {
            var kept = scope.ServiceProvider.GetRequiredService<IPersonalData>();
            await kept.EraseAsync(4, CancellationToken.None);
        }

        (await _system.MailsAsync())
            .Where(m => m.State == "pending")
            .ShouldHaveSingleItem()
            .Kind.ShouldBe("account-deleted");
        (await _system.MailsAsync()).Count(m => m.State == "failed").ShouldBe(2);
    }

    [Test]
    public async Task another_name_or_language_makes_no_mail()
    {
        await _system.HostA.ReceiveAsync(Told.Changed(4, "Mina Kim", "en"));

        (await _system.MailsAsync()).ShouldBeEmpty();
    }
}
