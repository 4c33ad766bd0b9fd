using ConcertReservation.Notifications;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

internal sealed class ChangeAccountTests
{
    private const string Path = "/api/accounts/me";
    private const string NewPassword = "battery staple correct";

    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task name_and_language_change_without_a_password()
    {
        var mina = await Given.ACustomer();

        var changed = await Change(mina, new { name = "Mina Kim", language = "en" });

        changed.ShouldBe(OK)["name"].GetString().ShouldBe("Mina Kim");
        var me = (await mina.Api.Get(Path)).ShouldBe(OK);
        me["name"].GetString().ShouldBe("Mina Kim");
        me["language"].GetString().ShouldBe("en");
        me["email"].GetString().ShouldBe(mina.Email);
    }

    [Test]
    public async Task what_is_as_it_was_already_publishes_nothing()
    {
        var mina = await Given.ACustomer();

        (
            await Change(
                mina,
                new
                {
                    language = "ko",
                    email = mina.Email,
                    mina.Password,
                }
            )
        ).ShouldBe(OK);

        (await VersionsOf(mina, "USER_CHANGED")).ShouldBe(0);
        (await mina.Api.Get(Path)).ShouldBe(OK);
    }

    [Test]
    public async Task a_new_address_is_signed_in_to_and_told_to_the_old_one_and_to_itself()
    {
        var mina = await Given.ACustomer(language: "en");
        var email = NewEmail();

        var changed = await Change(mina, new { email, password = mina.Password });

        changed.ShouldBe(OK)["email"].GetString().ShouldBe(email);
        (await SignIn(mina.Email, mina.Password)).ShouldBe(Unauthorized, "not-signed-in");
        (await SignIn(email, mina.Password)).ShouldBe(OK);
        await Eventually.Until(
            "the old address is told",
            () => MailTo(mina.Email, "Your e-mail address was changed") is not null
        );
        var mail = await TextOf(mina.Email, "email-changed");
        mail.ShouldContain("***@test.example");
        mail.ShouldNotContain(email);
        mail.ShouldNotContain("password was changed");
        await Eventually.Until(
            "the new address is told",
            () => MailTo(email, "This is your e-mail address now") is not null
        );
    }

    [Test]
    public async Task the_old_address_is_free_for_somebody_else()
    {
        var mina = await Given.ACustomer();
        (await Change(mina, new { email = NewEmail(), password = mina.Password })).ShouldBe(OK);

        var other = await SignUp(mina.Email);

        other.ShouldBe(Created);
    }

    [Test]
    public async Task after_a_new_address_a_token_is_to_be_refreshed_and_carries_the_new_one()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert();
        var email = NewEmail();

        (await Change(mina, new { email, password = mina.Password })).ShouldBe(OK);

        (await mina.Api.Get(Path)).ShouldBe(Unauthorized, "not-signed-in");
        var refreshed = await Refreshed(mina);
        var held = (await refreshed.Holds(concert.Seat(1))).ShouldBe(Created);
        (await EmailOf(held["reservationId"].GetInt64())).ShouldBe(email);
    }

    [Test]
    public async Task mails_about_what_was_booked_before_go_to_the_new_address()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert();
        var held = (await mina.Holds(concert.Seat(1))).ShouldBe(Created);
        var reservation = held["reservationId"].GetInt64();
        var email = NewEmail();

        (await Change(mina, new { email, password = mina.Password })).ShouldBe(OK);

        await Eventually.Until(
            "the reservation knows the new address",
            async () => await EmailOf(reservation) == email
        );
        await Eventually.Until(
            "who writes mails knows it, too",
            () =>
                System.Database.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM notifications.users WHERE email = $1)",
                    email
                )
        );
        (await (await Refreshed(mina)).Cancels(reservation)).ShouldBe(NoContent);
        await Eventually.Until(
            "the cancellation is told to the new address",
            () =>
                System.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM notifications.mails
                        WHERE kind = 'cancelled' AND recipient = $1 AND state = 'sent')
                    """,
                    email
                )
        );
    }

    [Test]
    public async Task a_new_password_ends_all_other_sessions_and_is_told_by_mail()
    {
        var mina = await Given.ACustomer(language: "en");
        var phone = await mina.SignsInAgain();

        var changed = await Change(
            mina,
            new { newPassword = NewPassword, password = mina.Password }
        );

        changed.ShouldBe(OK);
        (await phone.Api.Get(Path)).ShouldBe(Unauthorized, "not-signed-in");
        (await Refresh(phone)).ShouldBe(Unauthorized, "not-signed-in");
        (await (await Refreshed(mina)).Api.Get(Path)).ShouldBe(OK);
        (await SignIn(mina.Email, mina.Password)).ShouldBe(Unauthorized, "not-signed-in");
        (await SignIn(mina.Email, NewPassword)).ShouldBe(OK);
        await Eventually.Until(
            "the new password is told",
            () => MailTo(mina.Email, "Your password was changed") is not null
        );
    }

    [Test]
    public async Task address_and_password_at_once_are_one_event_and_one_mail_to_each_address()
    {
        var mina = await Given.ACustomer(language: "en");
        var email = NewEmail();

        var changed = await Change(
            mina,
            new
            {
                email,
                newPassword = NewPassword,
                password = mina.Password,
            }
        );

        changed.ShouldBe(OK);
        (await VersionsOf(mina, "USER_CHANGED")).ShouldBe(1);
        await Eventually.Until(
            "the old address is told",
            () => MailTo(mina.Email, "Your e-mail address was changed") is not null
        );
        (await TextOf(mina.Email, "email-changed")).ShouldContain("The password was changed, too.");
    }

    [Test]
    public async Task another_sign_up_with_the_address_keeps_it()
    {
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());

        var taken = await Change(
            mina,
            new { email = jisoo.Email.ToUpperInvariant(), password = mina.Password }
        );

        taken.ShouldBe(BadRequest, "validation", "email");
        (await mina.Api.Get(Path)).ShouldBe(OK)["email"].GetString().ShouldBe(mina.Email);
    }

    [Test]
    public async Task of_many_who_want_one_address_at_once_one_gets_it()
    {
        var customers = await Given.Customers(6);
        var email = NewEmail();

        var answers = await Task.WhenAll(
            customers.Select((c, i) => Change(c.On(System.Hosts[i % 2]), new { email, c.Password }))
        );

        answers.Count(a => a.Status == OK).ShouldBe(1);
        answers.Count(a => a.Problem == "validation").ShouldBe(5);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static string NewEmail() => $"{Guid.NewGuid():N}@test.example";

    private static string? MailTo(string email, string subject) =>
        System.Mails.To(email).FirstOrDefault(m => m.Contains($"Subject: {subject}", Ordinal));

    private static async Task<string> TextOf(string recipient, string kind)
    {
        await using var command = System.Database.DataSource.CreateCommand(
            $"""
            SELECT {StoredMail.Columns} FROM notifications.mails WHERE recipient = $1 AND kind = $2
            """
        );
        command.Parameters.AddWithValue(recipient);
        command.Parameters.AddWithValue(kind);
        await using var row = await command.ExecuteReaderAsync();
        (await row.ReadAsync()).ShouldBeTrue();
        return StoredMail.Read(row, first: 0).Text;
    }

    private static Task<Answer> Change(Persona who, object body) =>
        who.Api.Send(HttpMethod.Patch, Path, body);

    private static Task<Answer> SignIn(string email, string password) =>
        new Api(System.HostA).Post("/api/accounts/login", new { email, password });

    private static Task<Answer> SignUp(string email) =>
        new Api(System.HostA).Post(
            "/api/accounts",
            new
            {
                email,
                password = "correct horse",
                name = "Somebody",
            }
        );

    private static Task<Answer> Refresh(Persona who) =>
        new Api(System.HostA).Post(
            "/api/accounts/refresh",
            new { refreshToken = who.RefreshToken }
        );

    private static async Task<Persona> Refreshed(Persona who) =>
        who with
        {
            AccessToken = (await Refresh(who)).ShouldBe(OK)["accessToken"].GetString()!,
        };

    private static Task<string> EmailOf(long reservation) =>
        System.Database.ScalarAsync<string>(
            "SELECT user_email FROM reservations.reservations WHERE id = $1",
            reservation
        );

    private static Task<long> VersionsOf(Persona who, string eventType) =>
        System.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.outbox WHERE event_type = $1 AND key = $2",
            eventType,
            $"user-{who.Id}"
        );
}
