using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// What each event makes of the queue. Nothing is sent: no server and no folder is configured.
/// </summary>
[Parallelizable]
internal sealed class MailTests
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
    public async Task every_event_of_a_customer_becomes_its_mail_in_one_batch()
    {
        var created = Told.Created(reservationId: 77, userId: 4, "Night");

        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina", "en"),
            Told.Scheduled(7, "Night"),
            created,
            Told.Confirmed(created),
            Told.Expired(created),
            Told.Cancelled(created),
            Told.Refunded(77, userId: 4)
        );

        var mails = await _system.MailsAsync();
        mails
            .Select(m => m.Kind)
            .ShouldBe(["welcome", "seats-held", "confirmed", "expired", "cancelled", "refunded"]);
        mails.ShouldAllBe(m =>
            m.UserId == 4
            && m.Language == "en"
            && m.Recipient == "user-4@example.org"
            && m.RecipientName == "Mina"
            && m.State == "pending"
        );
        foreach (var mail in mails.Skip(1))
        {
            mail.Subject.ShouldStartWith("[Night] ");
            mail.Text.ShouldContain("Venue: Olympic Hall\r\n");
            mail.Text.ShouldContain("Date: Sun, 20 Dec 2026, 20:00 KST\r\n");
            mail.Text.ShouldContain("Booking number: 77\r\n");
        }
    }

    [Test]
    public async Task a_reason_that_the_organiser_did_not_give_is_not_told()
    {
        var created = Told.Created(reservationId: 77, userId: 4, "Night");

        await _system.HostA.ReceiveAsync(
            created,
            Told.Cancelled(created) with
            {
                ConcertCancelled = true,
                Reason = ConcertCancelled.NoReasonGiven,
            }
        );

        var mail = (await _system.MailsAsync("cancelled")).ShouldHaveSingleItem();
        mail.Text.ShouldContain("공연이 취소되었습니다");
        mail.Text.ShouldNotContain("취소 사유");
        mail.Text.ShouldNotContain(ConcertCancelled.NoReasonGiven);
    }

    [TestCase(5L, "your refund is on its way", "not been charged")]
    [TestCase(null, "not been charged", "refund")]
    public async Task a_mail_tells_of_the_money_that_was_taken_though_nothing_was_confirmed(
        long? paymentId,
        string said,
        string unsaid
    )
    {
        var cancelled = Told.Cancelled(Told.Created(77, 4, "Night")) with
        {
            WasConfirmed = false,
            PaymentId = paymentId,
        };

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Mina", "en"), cancelled);

        var mail = (await _system.MailsAsync("cancelled")).ShouldHaveSingleItem();
        mail.Text.ShouldContain(said);
        mail.Text.ShouldNotContain(unsaid);
    }

    [Test]
    public async Task a_reopened_concert_whose_seat_is_held_already_names_no_number()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Mina", "en"));
        await _system.Database.ExecuteAsync(
            "INSERT INTO notifications.waitlist VALUES (7, 4, 'user-4@example.org', $1)",
            Told.Now.UtcDateTime
        );

        await _system.HostA.ReceiveAsync(
            Told.Reopened(7, Told.Now.AddMinutes(1)) with
            {
                AvailableSeats = 0,
            }
        );

        var mail = (await _system.MailsAsync("reopened")).ShouldHaveSingleItem();
        mail.Text.ShouldNotContain("Available seats");
    }

    [Test]
    public async Task an_event_that_comes_again_is_no_second_mail()
    {
        var (user, created) = (Told.SignedUp(4, "Mina"), Told.Created(77, 4, "Night"));
        var refunded = Told.Refunded(77, 4);

        await _system.HostA.ReceiveAsync(user, created, refunded);
        await _system.HostB.ReceiveAsync(refunded, created, user);

        (await _system.MailsAsync()).Count.ShouldBe(3);
    }

    [Test]
    public async Task a_customer_who_is_not_known_yet_is_written_to_as_the_event_says()
    {
        await _system.HostA.ReceiveAsync(Told.Created(77, 4, "밤"));

        var mail = (await _system.MailsAsync()).ShouldHaveSingleItem();
        mail.Recipient.ShouldBe("user-4@example.org");
        mail.RecipientName.ShouldBe("");
        mail.Language.ShouldBe("ko");
        mail.Text.ShouldContain("안녕하세요.\r\n");
    }

    [Test]
    public async Task who_was_erased_before_we_heard_of_them_reads_of_it_in_their_language()
    {
        await using (var scope = _system.HostA.Services.CreateAsyncScope())
        {
            var kept = scope.ServiceProvider.GetRequiredService<IPersonalData>();
            await kept.EraseAsync(4, CancellationToken.None);
        }

        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina", "en"),
            new UserDeleted
            {
                OccurredAt = Told.Now,
                Version = 2,
                UserId = 4,
                Email = "user-4@example.org",
                Language = "en",
            }
        );

        var mail = (await _system.MailsAsync()).ShouldHaveSingleItem();
        (mail.Kind, mail.Language, mail.Recipient).ShouldBe(
            ("account-deleted", "en", "user-4@example.org")
        );
    }

    [Test]
    public async Task a_moved_concert_is_told_where_it_is_now()
    {
        var moved = new ConcertChanged
        {
            OccurredAt = Told.Now,
            Version = 2,
            ConcertId = 7,
            ConcertName = "Night",
            Venue = "KSPO Dome",
        };

        await _system.HostA.ReceiveAsync(
            Told.SignedUp(4, "Mina", "en"),
            moved,
            Told.Scheduled(7, "Night"),
            Told.Created(77, 4, "Night")
        );
        await _system.HostA.ReceiveAsync(Told.Scheduled(7, "Night"), Told.Created(78, 4, "Night"));

        var held = await _system.MailsAsync("seats-held");
        held.Count.ShouldBe(2);
        held.ShouldAllBe(m => m.Text.Contains("Venue: KSPO Dome", StringComparison.Ordinal));
    }

    [Test]
    public async Task five_hundred_events_of_one_batch_are_five_hundred_mails()
    {
        var created = Enumerable
            .Range(1, 500)
            .Select(i => Told.Created(i, userId: i % 50, "Night"))
            .ToList();

        await _system.HostA.ReceiveAsync(created);

        (await _system.MailsAsync()).Count.ShouldBe(500);
    }

    [Test]
    public async Task text_that_looks_like_sql_or_html_stays_text()
    {
        const string Name = "'); DROP TABLE notifications.mails; -- <script>alert(1)</script>";

        await _system.HostA.ReceiveAsync(Told.SignedUp(4, Name), Told.Created(77, 4, Name));

        var mail = (await _system.MailsAsync("seats-held"))[0].Written;
        mail.Text.ShouldContain(Name);
        mail.Html.ShouldContain("&lt;script&gt;alert(1)");
        mail.Html.ShouldNotContain("<script");
    }

    [Test]
    public async Task what_a_dying_host_had_taken_comes_back_and_its_late_word_counts_no_more()
    {
        var queue = _system.HostA.Services.GetRequiredService<MailQueue>();
        var lease = TimeSpan.FromMilliseconds(500);
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        var first = (await queue.TakeAsync(10, lease, CancellationToken.None)).Single();
        (await queue.TakeAsync(10, lease, CancellationToken.None)).ShouldBeEmpty();
        var again = await Eventually.Becomes(
            "the lease has run out",
            () => queue.TakeAsync(10, TimeSpan.FromMinutes(1), CancellationToken.None),
            taken => taken.Count > 0
        );

        again.Single().Attempt.ShouldBe(2);
        await queue.MarkFailedAsync(first, "too late");
        (await _system.MailsAsync())[0].State.ShouldBe("pending");
        await queue.MarkSentAsync(again.Single());
        (await _system.MailsAsync())[0].State.ShouldBe("sent");
    }

    [Test]
    public async Task a_mail_that_was_asked_for_again_is_not_sent_by_a_late_word_of_the_first_time()
    {
        var queue = _system.HostA.Services.GetRequiredService<MailQueue>();
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        var lease = TimeSpan.FromMinutes(1);
        var first = (await queue.TakeAsync(10, lease, CancellationToken.None)).Single();
        await queue.MarkSentAsync(first);
        using var resent = await _system.HostB.SendAsync(
            HttpMethod.Post,
            $"/ops/mails/{first.Id}/resend",
            customer: 3,
            body: null,
            Roles.Operator
        );

        await queue.MarkSentAsync(first);

        (await _system.MailsAsync())[0].State.ShouldBe("pending");
    }
}
