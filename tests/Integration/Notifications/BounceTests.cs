using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Mails that a server took, and that come back from the next one.</summary>
[Parallelizable]
internal sealed class BounceTests
{
    private const string Reason = "5.1.1: 550 5.1.1 <kim@example.org>: User unknown";

    private MailServer _server = null!;
    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await MailServer.StartAsync();
        _system = await StartAsync(_server.Port);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task a_mail_that_came_back_is_listed_as_bounced_with_the_reason()
    {
        var mail = await SendOneAsync();

        var receipt = await HandInAsync(Bounce.Of(mail));

        var bounced = (await ListAsync("?state=bounced")).ShouldHaveSingleItem();
        Text(receipt, "outcome").ShouldBe("BOUNCED");
        receipt["mailId"]!.GetValue<long>().ShouldBe(bounced["mailId"]!.GetValue<long>());
        Text(bounced, "reason").ShouldBe(Reason);
        bounced["sentAt"].ShouldNotBeNull();
        bounced["nextAttemptAt"].ShouldBeNull();
        (await ListAsync("?state=sent")).ShouldBeEmpty();
    }

    [Test]
    public async Task a_notification_that_comes_again_or_tells_of_a_delay_changes_nothing()
    {
        var mail = await SendOneAsync();

        var delayed = await HandInAsync(Bounce.Of(mail, action: "delayed"));
        var stateThen = (await _system.MailsAsync()).ShouldHaveSingleItem().State;
        await HandInAsync(Bounce.Of(mail));
        var again = await HandInAsync(Bounce.Of(mail, diagnostic: "smtp; 550 other words"));

        Text(delayed, "outcome").ShouldBe("NOTHING_TO_DO");
        stateThen.ShouldBe("sent");
        Text(again, "outcome").ShouldBe("NOTHING_TO_DO");
        (await _system.MailsAsync()).ShouldHaveSingleItem().Reason.ShouldBe(Reason);
    }

    [Test]
    public async Task many_at_once_over_two_hosts_are_one_bounce()
    {
        var mail = await SendOneAsync();

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(async i =>
                    Text(
                        await HandInAsync(
                            Bounce.Of(mail),
                            host: i % 2 == 0 ? _system.HostA : _system.HostB
                        ),
                        "outcome"
                    )
                )
        );

        outcomes.Count(o => o == "BOUNCED").ShouldBe(1);
        outcomes.Count(o => o == "NOTHING_TO_DO").ShouldBe(9);
    }

    [Test]
    public async Task a_bounced_mail_is_sent_again_and_only_the_new_one_can_bounce()
    {
        var first = await SendOneAsync();
        await HandInAsync(Bounce.Of(first));

        await ResendAsync();
        var second = (await TakenAsync(2))[1];
        var late = await HandInAsync(Bounce.Of(first));
        var stateThen = (await _system.AllSentAsync(1)).ShouldHaveSingleItem();
        var bounced = await HandInAsync(Bounce.Of(second));

        Text(late, "outcome").ShouldBe("NOTHING_TO_DO");
        stateThen.Reason.ShouldBeNull();
        Text(bounced, "outcome").ShouldBe("BOUNCED");
    }

    [Test]
    public async Task a_bounce_that_overtakes_the_servers_answer_is_final_all_the_same()
    {
        await using var slow = SmtpServer.Start();
        await _system.DisposeAsync();
        _system = await StartAsync(slow.Port);
        var answer = new TaskCompletionSource<bool>();
        slow.OnMessage = _ => answer.Task;
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await Eventually.Until("the server has the mail", () => slow.Received.Count == 1);

        var data = Encoding.Latin1.GetBytes(slow.Received.Single().Data);
        var receipt = await HandInAsync(Bounce.Of(data));
        answer.SetResult(true);
        // What is sent after that one shows that its answer has come.
        await _system.HostA.ReceiveAsync(Told.SignedUp(5, "Lee"));
        await Eventually.Until(
            "the next mail is sent",
            () =>
                _system.Database.ScalarAsync<bool>(
                    "SELECT state = 'sent' FROM notifications.mails WHERE user_id = 5"
                )
        );

        Text(receipt, "outcome").ShouldBe("BOUNCED");
        (await _system.MailsAsync())[0].State.ShouldBe("bounced");
        slow.Received.Count.ShouldBe(2);
    }

    [Test]
    public async Task what_the_reason_says_of_a_customer_goes_with_the_account()
    {
        var mail = await SendOneAsync();
        await HandInAsync(Bounce.Of(mail));

        await using var scope = _system.HostA.Services.CreateAsyncScope();
        var data = scope.ServiceProvider.GetRequiredService<IPersonalData>();
        await data.EraseAsync(customerId: 4, CancellationToken.None);
        var late = await HandInAsync(Bounce.Of(mail));

        Text(late, "outcome").ShouldBe("NOTHING_TO_DO");
        var erased = (await _system.MailsAsync()).ShouldHaveSingleItem();
        (erased.State, erased.Reason).ShouldBe(("bounced", null));
    }

    [Test]
    public async Task what_is_about_no_mail_of_ours_is_not_found()
    {
        var mail = Encoding.Latin1.GetString(await SendOneAsync());
        var id = MessageId(mail);
        var another = id.Replace(".1.0.", ".2.0.", StringComparison.Ordinal);
        var ofAnotherEvent = $"<{Guid.NewGuid():N}{id[33..]}";

        foreach (var other in new[] { "<1@elsewhere.example>", another, ofAnotherEvent })
        {
            var data = mail.Replace(id, other, StringComparison.Ordinal);
            var refused = await HandInAsync(Bounce.Of(Encoding.Latin1.GetBytes(data)), 404);
            Text(refused, "type").ShouldBe("/problems/not-found");
            refused["errors"]!["body"].ShouldNotBeNull();
        }

        (await _system.MailsAsync()).ShouldHaveSingleItem().State.ShouldBe("sent");
    }

    [TestCase("", "message/rfc822", 400, "body")]
    [TestCase("Subject: Out of office\n\nBack on Monday.", "message/rfc822", 400, "body")]
    [TestCase("{}", "application/json", 415, "Content-Type")]
    [TestCase("{}", null, 415, "Content-Type")]
    public async Task what_is_no_notification_is_named(
        string body,
        string? mediaType,
        int status,
        string field
    )
    {
        var refused = await HandInAsync(Encoding.UTF8.GetBytes(body), status, mediaType);

        refused["errors"]![field].ShouldNotBeNull();
    }

    [Test]
    public async Task one_with_a_large_mail_is_read_and_one_that_is_too_large_is_not()
    {
        var mail = await SendOneAsync();
        byte[] large = [.. mail, .. Enumerable.Repeat((byte)'x', 100_000)];
        byte[] tooLarge = [.. mail, .. Enumerable.Repeat((byte)'x', 300_000)];

        Text(await HandInAsync(Bounce.Of(tooLarge), 413), "type").ShouldBe("/problems/too-large");
        Text(await HandInAsync(Bounce.Of(large)), "outcome").ShouldBe("BOUNCED");
    }

    private static string MessageId(string mail) =>
        mail.Split("\r\n")
            .First(l => l.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase))[11..]
            .Trim();

    private static Task<NotificationsSystem> StartAsync(int port) =>
        NotificationsSystem.StartAsync(
            ("Notifications:Smtp:Host", "127.0.0.1"),
            ("Notifications:Smtp:Port", $"{port}"),
            ("Notifications:PollMilliseconds", "50")
        );

    /// <returns>As the server has it.</returns>
    private async Task<byte[]> SendOneAsync()
    {
        await _system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await _system.AllSentAsync(1);
        return (await TakenAsync(1))[0];
    }

    private async Task<IReadOnlyList<byte[]>> TakenAsync(int count)
    {
        var taken = await Eventually.Becomes(
            $"the server has told of {count} mails",
            () => Task.FromResult(_server.Taken),
            taken => taken.Count == count
        );
        return [.. taken.Select(m => m.Data)];
    }

    private async Task ResendAsync()
    {
        var id = await _system.Database.ScalarAsync<long>("SELECT id FROM notifications.mails");
        using var answer = await _system.HostA.SendAsync(
            HttpMethod.Post,
            $"/ops/mails/{id}/resend",
            customer: 1,
            roles: [Roles.Operator]
        );
        ((int)answer.StatusCode).ShouldBe(202);
    }

    private async Task<JsonNode> HandInAsync(
        byte[] message,
        int status = 200,
        string? mediaType = "message/rfc822",
        ModuleHost? host = null
    )
    {
        using var content = new ByteArrayContent(message);
        if (mediaType is not null)
            content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var answer = await (host ?? _system.HostB).SendAsync(
            HttpMethod.Post,
            "/ops/mails/bounces",
            customer: 1,
            content,
            Roles.Operator
        );
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<IReadOnlyList<JsonNode>> ListAsync(string query)
    {
        using var answer = await _system.HostA.SendAsync(
            HttpMethod.Get,
            $"/ops/mails{query}",
            customer: 1,
            roles: [Roles.Operator]
        );
        var page = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return [.. page["items"]!.AsArray().Select(m => m!)];
    }

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();
}
