using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// The script of docs/operations.md to which a mail server pipes what comes back, as it stands
/// there, against the whole system.
/// </summary>
[Parallelizable]
internal sealed class HandInScriptTests
{
    private const int Taken = 0;
    private const int TryAgain = 75;

    private string _folder = "";
    private Persona _operator = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hand-in-").FullName;
        _operator = await Given.TheOperator();
    }

    [TearDown]
    public void Stop() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task what_comes_back_makes_the_mail_bounced()
    {
        var customer = await Given.ACustomer();
        var mail = await Eventually.Value(
            "the welcome mail is sent",
            () => Task.FromResult(SharedSystem.System.Mails.To(customer.Email).FirstOrDefault())
        );
        await StateIsAsync(customer, "sent");

        (await HandInAsync(Bounce.Of(Encoding.UTF8.GetBytes(mail)))).ShouldBe(Taken);

        await StateIsAsync(customer, "bounced");
    }

    [Test]
    public async Task what_is_no_notification_is_not_tried_again() =>
        (await HandInAsync("Subject: Hello\n\nWhen does the concert begin?"u8.ToArray())).ShouldBe(
            Taken
        );

    [Test]
    public async Task what_cannot_be_handed_in_now_is_tried_again()
    {
        var bounce = Bounce.Of("Message-ID: <1@elsewhere.example>\r\n\r\n"u8.ToArray());

        (await HandInAsync(bounce, password: "another one")).ShouldBe(TryAgain);
        (await HandInAsync(bounce, host: "http://127.0.0.1:1")).ShouldBe(TryAgain);
        (await HandInAsync(bounce)).ShouldBe(Taken);
    }

    private async Task StateIsAsync(Persona customer, string state) =>
        await Eventually.Until(
            $"the mail is {state}",
            async () =>
            {
                var mails = await _operator.Api.Get($"/api/ops/mails?customerId={customer.Id}");
                return mails["items"].EnumerateArray().Single().GetProperty("state").GetString()
                    == state;
            }
        );

    /// <returns>What the mail server is told.</returns>
    private async Task<int> HandInAsync(
        byte[] message,
        string? host = null,
        string? password = null
    )
    {
        var account = Path.Combine(_folder, "account.json");
        var login = new
        {
            email = TestSystem.OperatorEmail,
            password = password ?? TestSystem.OperatorPassword,
        };
        await File.WriteAllTextAsync(account, JsonSerializer.Serialize(login));
        var address = host ?? _operator.Host.Http.BaseAddress!.ToString().TrimEnd('/');
        var script = Runbook
            .BlockBelow("Have the server that receives mail")
            .Replace("https://tickets.example", address, StringComparison.Ordinal)
            .Replace("/etc/hand-in-bounce.json", account, StringComparison.Ordinal);
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh")
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                ArgumentList = { "-c", script },
            }
        )!;
        await shell.StandardInput.BaseStream.WriteAsync(message);
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        return shell.ExitCode;
    }
}
