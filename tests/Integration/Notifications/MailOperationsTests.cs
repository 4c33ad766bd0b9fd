using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>What an operator sees of mails, and does about them.</summary>
[Parallelizable]
internal sealed class MailOperationsTests
{
    private SmtpServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = SmtpServer.Start();
        _system = await NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{_server.Port}"),
            ("Notifications:PollMilliseconds", "50"),
            ("Notifications:RetryBaseSeconds", "1"),
            ("Notifications:MaxAttempts", "2")
        );
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task a_mail_is_listed_with_its_state_and_the_reason_of_its_failure()
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == "user-4@example.org" ? "550 no such mailbox" : "250 OK";
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.SignedUp(5, "Lee"));
        await SettledAsync(2);

        var all = await ListAsync("");
        var failed = (await ListAsync("?state=failed")).ShouldHaveSingleItem();
        var lees = (await ListAsync("?customerId=5")).ShouldHaveSingleItem();

        all.Select(m => Text(m, "recipient"))
            .ShouldBe(["user-5@example.org", "user-4@example.org"]);
        Text(failed, "recipient").ShouldBe("user-4@example.org");
        Text(failed, "state").ShouldBe("failed");
        Text(failed, "reason").ShouldContain("no such mailbox");
        failed["nextAttemptAt"].ShouldBeNull();
        failed["sentAt"].ShouldBeNull();
        (Text(lees, "state"), Text(lees, "kind")).ShouldBe(("sent", "welcome"));
        lees["sentAt"].ShouldNotBeNull();
        (await ListAsync("?state=pending")).ShouldBeEmpty();
    }

    [Test]
    public async Task pages_follow_each_other_without_gap_or_repeat()
    {
        await _system.HostA.ReceiveAsync([
            .. Enumerable.Range(1, 5).Select(i => Told.SignedUp(i, "Kim")),
        ]);
        await SettledAsync(5);

        var first = await AskAsync(HttpMethod.Get, "/ops/mails?limit=3");
        var cursor = first["nextCursor"]!.GetValue<string>();
        var second = await AskAsync(HttpMethod.Get, $"/ops/mails?limit=3&cursor={cursor}");

        second["nextCursor"].ShouldBeNull();
        new[] { first, second }
            .SelectMany(p => p["items"]!.AsArray())
            .Select(m => m!["customerId"]!.GetValue<long>())
            .Order()
            .ShouldBe([1, 2, 3, 4, 5]);
    }

    [Test]
    public async Task a_failed_mail_is_sent_again_as_patiently_as_the_first_time()
    {
        _server.OnRecipient = (_, _) => "451 try later";
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await SettledAsync(1);
        // The third attempt is the first of the resend: refused for now, it is not the last.
        _server.OnRecipient = (_, attempt) => attempt == 3 ? "451 try later" : "250 OK";

        var resent = await AskAsync(HttpMethod.Post, $"/ops/mails/{await IdAsync()}/resend", 202);

        Text(resent, "state").ShouldBe("pending");
        resent["resends"]!.GetValue<int>().ShouldBe(1);
        (await _system.AllSentAsync(1)).ShouldHaveSingleItem().Attempts.ShouldBe(4);
        _server.Received.ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_mail_that_its_customer_lost_comes_again_as_another_message()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);

        await AskAsync(HttpMethod.Post, $"/ops/mails/{await IdAsync()}/resend", 202);

        await Eventually.Until("it has come twice", () => _server.Received.Count == 2);
        await _system.AllSentAsync(1);
        // Mail programs hide the second of two messages with one id.
        _server.Received.Select(m => m.MessageId).Distinct().Count().ShouldBe(2);
        _server.Received.Select(m => m.Recipient).Distinct().ShouldHaveSingleItem();
    }

    [Test]
    public async Task a_mail_to_an_address_that_was_left_is_sent_again_to_the_new_one()
    {
        _server.OnRecipient = (recipient, _) =>
            recipient == "user-4@example.org" ? "550 no such mailbox" : "250 OK";
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"), Told.Created(77, 4, "Night"));
        await SettledAsync(2);
        var held = await IdAsync();
        await _system.HostA.ReceiveAsync(
            Told.Changed(4, "Kim") with
            {
                Email = "kim@example.net",
                PreviousEmail = "user-4@example.org",
            }
        );
        await SettledAsync(4);

        var resent = await AskAsync(HttpMethod.Post, $"/ops/mails/{held}/resend", 202);

        Text(resent, "recipient").ShouldBe("kim@example.net");
        await SettledAsync(4);
        // The other one tells the new address of itself.
        _server.Received.Select(m => m.Recipient).ShouldBe(["kim@example.net", "kim@example.net"]);
    }

    [Test]
    public async Task a_mail_that_is_still_to_be_sent_is_not_queued_twice()
    {
        var answer = HoldBack();
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));

        var refused = await AskAsync(
            HttpMethod.Post,
            $"/ops/mails/{await IdAsync()}/resend",
            status: 409
        );

        Text(refused, "type").ShouldBe("/problems/illegal-state");
        answer.SetResult(true);
        await _system.AllSentAsync(1);
        _server.Received.ShouldHaveSingleItem();
    }

    [Test]
    public async Task resends_at_once_queue_it_once()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);
        var answer = HoldBack();
        var path = $"/ops/mails/{await IdAsync()}/resend";

        var statuses = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => StatusAsync(HttpMethod.Post, path))
        );

        statuses.Count(s => s == HttpStatusCode.Accepted).ShouldBe(1);
        statuses.Count(s => s == HttpStatusCode.Conflict).ShouldBe(9);
        answer.SetResult(true);
        await _system.AllSentAsync(1);
        _server.Received.Count.ShouldBe(2);
    }

    [TestCase("?state=lost", "state")]
    [TestCase("?customerId=0", "customerId")]
    [TestCase("?limit=0", "limit")]
    [TestCase("?cursor=x", "cursor")]
    public async Task a_list_that_cannot_be_is_named(string query, string field)
    {
        var refused = await AskAsync(HttpMethod.Get, $"/ops/mails{query}", status: 400);

        refused["errors"]![field].ShouldNotBeNull();
    }

    [Test]
    public async Task there_is_no_other_mail() =>
        Text(await AskAsync(HttpMethod.Post, "/ops/mails/4711/resend", status: 404), "type")
            .ShouldBe("/problems/not-found");

    /// <summary>The server takes mails, and says so when the result is set.</summary>
    private TaskCompletionSource<bool> HoldBack()
    {
        var answer = new TaskCompletionSource<bool>();
        _server.OnMessage = _ => answer.Task;
        return answer;
    }

    private Task<IReadOnlyList<QueuedMail>> SettledAsync(int count) =>
        Eventually.Becomes(
            $"{count} mails are sent or failed",
            () => _system.MailsAsync(),
            mails => mails.Count == count && mails.All(m => m.State != "pending")
        );

    private Task<long> IdAsync() =>
        _system.Database.ScalarAsync<long>("SELECT max(id) FROM notifications.mails");

    private async Task<IReadOnlyList<JsonNode>> ListAsync(string query) =>
        [
            .. (await AskAsync(HttpMethod.Get, $"/ops/mails{query}"))["items"]!
                .AsArray()
                .Select(m => m!),
        ];

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path)
    {
        using var answer = await AnOperatorSendsAsync(method, path);
        return answer.StatusCode;
    }

    private async Task<JsonNode> AskAsync(HttpMethod method, string path, int status = 200)
    {
        using var answer = await AnOperatorSendsAsync(method, path);
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        return JsonNode.Parse(text)!;
    }

    private Task<HttpResponseMessage> AnOperatorSendsAsync(HttpMethod method, string path) =>
        _system.HostB.SendAsync(method, path, customer: 1, roles: [Roles.Operator]);

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();
}
