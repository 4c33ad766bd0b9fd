using System.Net;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Mails handed to an SMTP server that others wrote.</summary>
[Parallelizable]
internal sealed class MailServerTests
{
    private OwnCertificate _trusted = null!;
    private NotificationsSystem? _system;

    [OneTimeSetUp]
    public void TrustOneCertificate()
    {
        _trusted = new OwnCertificate();
        // What SSL_CERT_FILE is to a host of its own. No other test of this process encrypts.
#pragma warning disable SYSLIB0014, MA0039
        ServicePointManager.ServerCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.GetCertHashString() == _trusted.Thumbprint;
#pragma warning restore SYSLIB0014, MA0039
    }

    [OneTimeTearDown]
    public void TrustNoneAgain()
    {
#pragma warning disable SYSLIB0014, MA0039
        ServicePointManager.ServerCertificateValidationCallback = null;
#pragma warning restore SYSLIB0014, MA0039
        _trusted.Dispose();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        _system = null;
    }

    [Test]
    public async Task mails_go_encrypted_and_signed_in_where_the_server_wants_it()
    {
        await using var server = await MailServer.StartAsync(_trusted.PemFile);
        var system = await StartAsync(server, startTls: true, password: MailServer.Password);

        await system.HostA.ReceiveAsync(Told.SignedUp(4, "김민아"), Told.SignedUp(5, "Lee", "en"));
        await system.AllSentAsync(2);
        var taken = await TakenAsync(server, 2);

        taken.ShouldAllBe(m => m.Encrypted && m.User == MailServer.User);
        var korean = await ReadMail.ParseAsync(
            taken.Single(m => m.Recipient == "user-4@example.org").Data
        );
        korean.Defects.ShouldBeEmpty();
        korean.Headers["subject"].ShouldBe("가입을 환영합니다");
        korean.Parts[1].Content.ShouldContain("김민아님, 안녕하세요.");
    }

    [TestCase("wrong")]
    [TestCase(null)]
    public async Task mails_wait_while_the_server_does_not_accept_the_sign_in(string? password)
    {
        await using var server = await MailServer.StartAsync(_trusted.PemFile);
        var system = await StartAsync(server, startTls: true, password);

        await system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        await WaitsAsync(system, "uthenticat");
        server.Taken.ShouldBeEmpty();
    }

    [Test]
    public async Task mails_wait_while_nobody_vouches_for_the_servers_certificate()
    {
        using var unknown = new OwnCertificate();
        await using var server = await MailServer.StartAsync(unknown.PemFile);
        var system = await StartAsync(server, startTls: true, password: MailServer.Password);

        await system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        await WaitsAsync(system, "certificate");
        server.Taken.ShouldBeEmpty();
    }

    [Test]
    public async Task no_mail_goes_unencrypted_where_it_shall_be_encrypted()
    {
        await using var server = await MailServer.StartAsync();
        var system = await StartAsync(server, startTls: true, password: null);

        await system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        await WaitsAsync(system, "secure");
        server.Taken.ShouldBeEmpty();
    }

    [Test]
    public async Task a_mail_that_is_too_large_for_the_server_fails_with_its_reason()
    {
        await using var server = await MailServer.StartAsync(largest: 500);
        var system = await StartAsync(server, startTls: false, password: null);

        await system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        var mails = await Eventually.Becomes(
            "the mail is given up",
            () => system.MailsAsync(),
            mails => mails.Any(m => m.State == "failed")
        );
        mails.ShouldHaveSingleItem().Reason.ShouldNotBeNull().ShouldContain("Too much mail data");
    }

    /// <summary>An outage costs no mail an attempt: it would be given up in the end.</summary>
    private static async Task WaitsAsync(NotificationsSystem system, string reason)
    {
        var mails = await Eventually.Becomes(
            "it is told why the mail waits, with the attempt given back",
            () => system.MailsAsync(),
            mails => mails.Any(m => m.Reason is not null && m.Attempts == 0)
        );
        var mail = mails.ShouldHaveSingleItem();
        mail.Reason.ShouldNotBeNull().ShouldContain(reason);
        mail.State.ShouldBe("pending");
    }

    /// <summary>What the server tells comes a moment after its answer.</summary>
    private static Task<IReadOnlyCollection<TakenMail>> TakenAsync(MailServer server, int count) =>
        Eventually.Becomes(
            $"the server has told of {count} mails",
            () => Task.FromResult(server.Taken),
            taken => taken.Count == count
        );

    private async Task<NotificationsSystem> StartAsync(
        MailServer server,
        bool startTls,
        string? password
    ) =>
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{server.Port}"),
            ("Notifications:Smtp:StartTls", $"{startTls}"),
            ("Notifications:Smtp:User", password is null ? "" : MailServer.User),
            ("Notifications:Smtp:Password", password ?? ""),
            ("Notifications:PollMilliseconds", "50"),
            ("Notifications:RetryBaseSeconds", "1"),
            ("Notifications:MaxAttempts", "3")
        );
}
