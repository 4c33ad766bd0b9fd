using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

internal sealed class SignUpTests
{
    private static Api Anybody => new(SharedSystem.System.HostA);

    [Test]
    public async Task a_new_customer_sees_their_own_profile()
    {
        var email = NewEmail();

        var signedUp = await Anybody.Post(
            "/api/accounts",
            new
            {
                email,
                password = "correct horse",
                name = "김민아",
                language = "en",
            }
        );

        signedUp.ShouldBe(Created);
        signedUp.Headers["Location"].ShouldBe("/api/accounts/me");
        signedUp["name"].GetString().ShouldBe("김민아");
        signedUp["language"].GetString().ShouldBe("en");
        signedUp["roles"].EnumerateArray().Select(r => r.GetString()).ShouldBe(["Customer"]);
    }

    [Test]
    public async Task without_a_language_mails_are_korean()
    {
        var signedUp = await Anybody.Post("/api/accounts", Request(NewEmail()));

        signedUp.ShouldBe(Created)["language"].GetString().ShouldBe("ko");
    }

    [Test]
    public async Task signing_up_publishes_the_fact_in_the_same_transaction()
    {
        var customer = await Given.ACustomer();

        var published = await SharedSystem.System.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM messaging.outbox
            WHERE event_type = 'USER_SIGNED_UP' AND key = $1 AND version = 1
            """,
            $"user-{customer.Id}"
        );

        published.ShouldBe(1);
    }

    [Test]
    public async Task one_address_has_one_account_whatever_its_case()
    {
        var email = NewEmail();
        (await Anybody.Post("/api/accounts", Request(email))).ShouldBe(Created);

        var again = await Anybody.Post("/api/accounts", Request(email.ToUpperInvariant()));

        again.ShouldBe(BadRequest, "validation", "email");
    }

    [Test]
    public async Task of_many_who_take_one_address_at_once_one_gets_it()
    {
        var email = NewEmail();
        var hosts = SharedSystem.System.Hosts;

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i => new Api(hosts[i % 2]).Post("/api/accounts", Request(email)))
        );

        answers.Count(a => a.Status == Created).ShouldBe(1);
        answers.Count(a => a.Problem == "validation").ShouldBe(19);
    }

    [TestCase("", TestName = "empty")]
    [TestCase("mina", TestName = "no at")]
    [TestCase("mina@", TestName = "no domain")]
    [TestCase("@example.com", TestName = "no name")]
    [TestCase("mina@example..com", TestName = "empty label")]
    [TestCase("mi..na@example.com", TestName = "two dots")]
    [TestCase(".mina@example.com", TestName = "a dot at the start")]
    [TestCase("mina.@example.com", TestName = "a dot before the at")]
    [TestCase("mina@a@example.com", TestName = "two ats")]
    [TestCase("mina\r\nBcc: x@example.com", TestName = "a header of its own")]
    [TestCase("민아@example.com", TestName = "not ASCII")]
    [TestCase("<mina@example.com>", TestName = "brackets")]
    public async Task an_email_that_is_none_is_refused(string email) =>
        (await Anybody.Post("/api/accounts", Request(email))).ShouldBe(
            BadRequest,
            "validation",
            "email"
        );

    [Test]
    public async Task everything_that_is_wrong_is_named_at_once()
    {
        var answer = await Anybody.Post(
            "/api/accounts",
            new
            {
                email = "mina",
                password = "short",
                name = " ",
                language = "fr",
            }
        );

        answer.ShouldBe(BadRequest, "validation", "email", "password", "name", "language");
    }

    [Test]
    public async Task a_password_of_a_kilobyte_is_refused()
    {
        var request = new
        {
            email = NewEmail(),
            password = new string('a', 1024),
            name = "Mina",
        };

        (await Anybody.Post("/api/accounts", request)).ShouldBe(
            BadRequest,
            "validation",
            "password"
        );
    }

    [Test]
    public async Task a_name_may_look_like_sql_or_html_and_stays_as_it_is()
    {
        const string Name = "Robert'); DROP TABLE customers;-- <b>&amp;";

        var signedUp = await Anybody.Post(
            "/api/accounts",
            new
            {
                email = NewEmail(),
                password = "correct horse",
                name = Name,
            }
        );

        signedUp.ShouldBe(Created)["name"].GetString().ShouldBe(Name);
    }

    private static string NewEmail() => $"{Guid.NewGuid():N}@test.example";

    private static object Request(string email) =>
        new
        {
            email,
            password = "correct horse",
            name = "Mina",
        };
}
