using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.DataPlatform;
using ConcertReservation.Tests.Integration.Verification;
using Confluent.Kafka;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>
/// Mina has booked, moved, waited and been told; then her account goes, and what names her with it.
/// Everything else is as it was.
/// </summary>
[Parallelizable]
internal sealed class ErasureTests
{
    private TestSystem _system = null!;
    private Persona _mina = null!;
    private string _name = "";
    private string _newEmail = "";
    private IReadOnlyList<string> _namedBefore = [];
    private IReadOnlyList<string> _namedAfter = [];
    private string _statisticsBefore = "";

    [OneTimeSetUp]
    public async Task DeleteAsync()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        await LiveAsync();
        _statisticsBefore = await StatisticsContent.SettledAsync(_system.Database);
        await Eventually.Until(
            "every mail is sent",
            () =>
                _system.Database.ScalarAsync<bool>(
                    "SELECT count(*) >= 5 AND bool_and(state = 'sent') FROM notifications.mails"
                )
        );
        _namedBefore = await TablesThatNameAsync();

        var deleted = await _mina.Api.Send(
            HttpMethod.Delete,
            "/api/accounts/me",
            new { _mina.Password }
        );
        deleted.ShouldBe(NoContent);
        await ErasedAsync(times: 1);
        await Eventually.Until(
            "she is told",
            () =>
                _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM notifications.mails
                        WHERE kind = 'account-deleted' AND state = 'sent')
                    """
                )
        );
        _system.Mails.To(_newEmail).ShouldNotBeEmpty();
        await ProduceAsync($"user-{_mina.Id}", "PROFILE_SEEN", $"{_mina.Id}");
        await _system.AdvanceAsync(seconds: 3700);
        await ErasedAsync(times: 2);
        _namedAfter = await TablesThatNameAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public void before_she_was_named_wherever_names_are_kept() =>
        _namedBefore.ShouldBe(
            [
                "accounts.customers",
                "data_platform.events",
                "messaging.dead_letters",
                "messaging.outbox",
                "notifications.mails",
                "notifications.reservations",
                "notifications.users",
                "notifications.waitlist",
                "reservations.reservations",
            ],
            ignoreOrder: true
        );

    /// <summary>The outbox's days are dropped by themselves.</summary>
    [Test]
    public void what_named_her_is_in_no_table_any_more_but_the_outbox() =>
        _namedAfter.ShouldBe(["messaging.outbox"]);

    /// <summary>The deletion's own has the address to say goodbye to, and not her name.</summary>
    [Test]
    public async Task no_event_names_her_after_the_one_of_her_deletion()
    {
        var bodies = await _system.Database.ReadAsync<string>(
            """
            SELECT convert_from(body, 'UTF8') FROM messaging.outbox
            WHERE seq >= (SELECT min(seq) FROM messaging.outbox WHERE event_type = 'USER_DELETED')
            ORDER BY seq
            """
        );

        bodies.ShouldNotBeEmpty();
        bodies[0].ShouldNotContain(_name);
        bodies.Skip(1).ShouldAllBe(body => !NamesHer(body));
    }

    [Test]
    public void no_log_names_her() => _system.HostA.Log.All.ShouldAllBe(line => !NamesHer(line));

    /// <summary>The folder is in the mail server's place: what that has taken stays.</summary>
    [Test]
    public void mails_that_were_handed_over_stay_as_they_were() =>
        _system.Mails.To(_newEmail).ShouldNotBeEmpty();

    [Test]
    public async Task what_comes_late_is_stored_without_her_name()
    {
        var stored = await _system.Database.ScalarAsync<string>(
            """
            SELECT convert_from(body, 'UTF8') FROM data_platform.events
            WHERE event_type = 'PROFILE_SEEN'
            """
        );

        stored.ShouldContain($"\"userId\":{_mina.Id}");
        stored.ShouldContain(PersonalFields.ErasedEmail);
        stored.ShouldNotContain(_mina.Email);
    }

    [Test]
    public async Task of_a_letter_that_breaks_off_it_is_known_whose_it_was()
    {
        var left = await _system.Database.ReadAsync<string>(
            "SELECT DISTINCT convert_from(body, 'UTF8') FROM messaging.dead_letters "
                + "WHERE key = 'profile-5'"
        );

        left.ShouldBe([$$"""{"userId":{{_mina.Id}}}"""]);
    }

    [Test]
    public async Task of_a_letter_stays_what_is_read_and_not_what_its_failure_said()
    {
        var left = await _system.Database.ReadAsync<string>(
            """
            SELECT concat_ws(' ', exception_type, exception_message, header_names, header_values)
            FROM messaging.dead_letters WHERE consumer_group = 'loyalty'
            """
        );

        left.ShouldBe([@"java.lang.Exception erased {ce_type,ce_id} {""\\x5345454e"",NULL}"]);
    }

    [Test]
    public async Task a_mail_to_her_cannot_be_sent_again()
    {
        var op = await Given.TheOperator(_system);
        var mails = (await op.Api.Get($"/api/ops/mails?customerId={_mina.Id}"))["items"];
        var mail = mails[0].GetProperty("mailId").GetInt64();
        mails[0].GetProperty("recipient").GetString().ShouldBe(PersonalFields.ErasedEmail);

        (await op.Api.Post($"/api/ops/mails/{mail}/resend")).ShouldBe(Conflict, "illegal-state");
    }

    [Test]
    public async Task nothing_is_lost_and_statistics_built_anew_are_the_same()
    {
        (await StatisticsContent.SettledAsync(_system.Database)).ShouldBe(_statisticsBefore);

        await AnalyticsRebuild.RunAsync(await Given.TheOperator(_system));

        (await StatisticsContent.ReadAsync(_system.Database)).ShouldBe(_statisticsBefore);
        await _system.HasLostNothing();
    }

    /// <summary>
    /// A booking for a concert that then takes place, and all that names her by it.
    /// </summary>
    private async Task LiveAsync()
    {
        _name = KoreanName.Random();
        _newEmail = $"{Guid.NewGuid():N}@test.example";
        _mina = await Persona.SignUp(_system, _name);
        var waited = await Given.AConcert(system: _system);
        (await _mina.Api.Post($"/api/concerts/{waited.Id}/waitlist")).ShouldBe(NoContent);
        var concert = await Given.AConcert(startsInSeconds: 7200, system: _system);
        (await _mina.Charges(50_000)).ShouldBe(Created);
        var held = (await _mina.Holds(concert.Seat(1))).ShouldBe(Created);
        var reservation = held["reservationId"].GetInt64();
        (await _mina.PaysByPoints(reservation)).ShouldBe(Created);
        await Eventually.Until(
            "the seat is hers",
            async () => (await _mina.Sees(reservation))["status"].GetString() == "CONFIRMED"
        );
        await NamingLetters.AddAsync(_system.Database, _mina, _name, place: 0);
        await StrangersTellAsync();
        var moved = await _mina.Api.Send(
            HttpMethod.Patch,
            "/api/accounts/me",
            new { email = _newEmail, password = _mina.Password }
        );
        moved.ShouldBe(OK);
        // The concert has begun, and her token has run out.
        await _system.AdvanceAsync(seconds: 7300);
        _mina = await Persona.SignIn(_system, _system.HostA, _newEmail, _mina.Password) with
        {
            Email = _mina.Email,
        };
    }

    /// <summary>
    /// Others tell of her under keys of theirs: one in whole events, one breaks off, and no group
    /// can read that.
    /// </summary>
    private async Task StrangersTellAsync()
    {
        await ProduceAsync("loyalty-5", "LOYALTY_JOINED", $"\"{_mina.Id}\"");
        await ProduceAsync(
            "profile-5",
            $$"""{"userId":{{_mina.Id}},"email":"{{_mina.Email}}","name":"{{_name}}"""
        );
        await Eventually.Until(
            "every group has given it up",
            async () =>
                await _system.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM messaging.dead_letters WHERE key = 'profile-5'"
                ) == 3
        );
    }

    /// <summary>Another system has seen her, and says so.</summary>
    private async Task ProduceAsync(string key, string type, string userId)
    {
        await ProduceAsync(
            key,
            $$"""
            {"eventId":"{{Guid.CreateVersion7()}}","eventType":"{{type}}",
            "occurredAt":"2026-11-21T12:00:00.000000Z","email":"{{_mina.Email}}",
            "userId":{{userId}}}
            """
        );
        await Eventually.Until(
            "it is stored",
            () =>
                _system.Database.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM data_platform.events WHERE event_type = $1)",
                    type
                )
        );
    }

    private async Task ProduceAsync(string key, string body)
    {
        using var producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = _system.Kafka.BootstrapServers }
        ).Build();
        await producer.ProduceAsync(
            _system.Kafka.Prefix + Topics.Users,
            new Message<string, string>
            {
                Key = key,
                Value = body,
                Headers = new Headers { { "x-of", Encoding.UTF8.GetBytes(_mina.Email) } },
            }
        );
    }

    private Task ErasedAsync(int times) =>
        Eventually.Until(
            $"she was erased {times} times",
            async () =>
                await _system.Database.ScalarAsync<int>(
                    "SELECT erasures FROM accounts.customers WHERE id = $1",
                    _mina.Id
                ) >= times
        );

    private Task<IReadOnlyList<string>> TablesThatNameAsync() =>
        NamingTables.FindAsync(_system.Database, _name, _mina.Email, _newEmail);

    private bool NamesHer(string text) =>
        new[] { _name, _mina.Email, _newEmail }
            .SelectMany(NamingTables.Forms)
            .Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase));
}
