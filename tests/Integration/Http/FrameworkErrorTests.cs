using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>Whatever the framework refuses leaves as a problem document too.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class FrameworkErrorTests
{
    private const string SignUp = "/api/accounts";
    private static Api Anybody => new(SharedSystem.System.HostA);

    [TestCase("{\"email\":", "body", TestName = "cut off")]
    [TestCase("email=a", "body", TestName = "no JSON")]
    [TestCase("[]", "body", TestName = "a list")]
    [TestCase("null", "body", TestName = "null")]
    [TestCase("\"text\"", "body", TestName = "a text")]
    [TestCase("{}", "email,password,name", TestName = "nothing in it")]
    [TestCase(
        "{\"email\":null,\"password\":\"p\",\"name\":\"n\"}",
        "email",
        TestName = "null for a text"
    )]
    [TestCase("{\"email\":7,\"password\":\"p\",\"name\":\"n\"}", "email", TestName = "a number")]
    [TestCase("{\"email\":{},\"password\":\"p\",\"name\":\"n\"}", "email", TestName = "an object")]
    [TestCase(
        "{\"email\":\"a\",\"password\":\"p\",\"name\":\"n\",\"admin\":true}",
        "admin",
        TestName = "an unknown field"
    )]
    [TestCase(
        "{\"email\":\"a\",\"email\":\"b\",\"password\":\"p\",\"name\":\"n\"}",
        "email",
        TestName = "a field twice"
    )]
    [TestCase(
        "{\"Email\":\"a\",\"password\":\"p\",\"name\":\"n\"}",
        "Email",
        TestName = "a field in other case"
    )]
    [TestCase(
        "{\"email\":\"a\\u0000\",\"password\":\"p\",\"name\":\"n\"}",
        "email",
        TestName = "a character that no database keeps"
    )]
    [TestCase(
        "{\"email\":\"\\ud800\",\"password\":\"p\",\"name\":\"n\"}",
        "email",
        TestName = "half a character"
    )]
    [TestCase(
        "{\"email\":\"a\",\"password\":\"p\",\"name\":\"n\",\"a b\":1}",
        "a b",
        TestName = "an unknown field with a space"
    )]
    [TestCase(
        "{\"email\":\"a\",\"password\":\"p\",\"name\":\"n\",\"a\\nb\":1}",
        "a\nb",
        TestName = "an unknown field with a line break"
    )]
    [TestCase(
        "{\"email\":\"a\",\"password\":\"p\",\"name\":\"n\",\"it's.a[0]\":1}",
        "it's.a[0]",
        TestName = "an unknown field with marks"
    )]
    [TestCase(
        "{\"email\":\"a\",\"password\":\"p\",\"name\":\"n\",\"\\ud800\":1}",
        "body",
        TestName = "a field with half a character in its name"
    )]
    public async Task a_bad_body_is_refused_with_its_field_named(string body, string fields)
    {
        var answer = await Anybody.Send(HttpMethod.Post, SignUp, body);

        answer.ShouldBe(BadRequest, "validation", fields.Split(','));
    }

    [Test]
    public async Task a_missing_body_is_named()
    {
        (await Anybody.Post(SignUp)).ShouldBe(BadRequest, "validation", "body");
        (await Anybody.Post(SignUp, "")).ShouldBe(BadRequest, "validation", "body");
    }

    [Test]
    public async Task a_wrong_element_of_a_list_is_named_by_its_place()
    {
        var mina = await Given.ACustomer();

        var answer = await mina.Api.Post(
            "/api/reservations",
            """{"concertId": 1, "seatIds": [1, "two"]}""",
            Persona.NewKey()
        );

        answer.ShouldBe(BadRequest, "validation", "seatIds[1]");
    }

    [Test]
    public async Task another_media_type_is_refused()
    {
        var answer = await Anybody.Send(HttpMethod.Post, SignUp, "x", mediaType: "text/plain");

        answer.ShouldBe(UnsupportedMediaType, "unsupported-media-type", "Content-Type");
    }

    [TestCase("foo")]
    [TestCase("utf-16")]
    public async Task json_in_another_charset_than_utf_8_is_refused(string charset)
    {
        var answer = await SendAs($"application/json; charset={charset}");

        answer.ShouldBe(UnsupportedMediaType, "unsupported-media-type", "Content-Type");
    }

    [TestCase("UTF-8")]
    [TestCase("\"utf-8\"")]
    public async Task utf_8_may_be_named(string charset) =>
        (await SendAs($"application/json; charset={charset}")).ShouldBe(
            BadRequest,
            "validation",
            "email",
            "password",
            "name"
        );

    [Test]
    public async Task where_no_json_is_read_any_charset_may_be_named() =>
        (await SendAs("message/rfc822; charset=iso-8859-1", "/api/ops/mails/bounces")).ShouldBe(
            Unauthorized,
            "not-signed-in"
        );

    [Test]
    public async Task a_body_over_64_KiB_is_refused()
    {
        var body = $$"""{"email":"{{new string('a', 65 * 1024)}}"}""";

        var answer = await Anybody.Send(HttpMethod.Post, SignUp, body);

        answer.ShouldBe(RequestEntityTooLarge, "too-large", "body");
    }

    [Test]
    public async Task an_unknown_address_is_not_found()
    {
        (await Anybody.Get("/api/nowhere")).ShouldBe(NotFound, "not-found");
        (await Anybody.Get("/nowhere")).ShouldBe(NotFound, "not-found");
        (await Anybody.Get("/openapi/v2.json")).ShouldBe(NotFound, "not-found");
    }

    [Test]
    public async Task the_instance_is_the_path_as_it_was_sent() =>
        (await Anybody.Get("/api/concerts/%20%EA%B9%80"))
            .ShouldBe(BadRequest, "validation", "id")["instance"]
            .GetString()
            .ShouldBe("/api/concerts/%20%EA%B9%80");

    [Test]
    public async Task a_wrong_method_names_the_right_ones()
    {
        var answer = await Anybody.Send(HttpMethod.Patch, SignUp, "{}");

        answer.ShouldBe(MethodNotAllowed, "method-not-allowed");
        answer.Headers["Allow"].ShouldContain("POST");
    }

    [TestCase("/api/concerts/abc", "id")]
    [TestCase("/api/concerts/99999999999999999999", "id")]
    [TestCase("/api/concerts/1.5", "id")]
    [TestCase("/api/concerts?limit=abc", "limit")]
    [TestCase("/api/concerts?from=yesterday", "from")]
    [TestCase("/api/concerts?query=%00", "query")]
    public async Task a_value_in_the_address_that_cannot_be_read_is_named(
        string path,
        string field
    ) => (await Anybody.Get(path)).ShouldBe(BadRequest, "validation", field);

    [TestCase("/api/concerts/abc", "must be a whole number")]
    [TestCase("/api/concerts?limit=abc", "must be a whole number")]
    [TestCase("/api/concerts?from=2026-13-01", "must be a time such as 2026-11-20T11:00:00Z")]
    [TestCase("/api/concerts?from=2026-11-01", "must be a time such as 2026-11-20T11:00:00Z")]
    [TestCase(
        "/api/concerts?from=2026-11-01T10:00:00",
        "must be a time such as 2026-11-20T11:00:00Z"
    )]
    [TestCase("/api/rankings/bookings?limit=abc", "must be a whole number")]
    [TestCase("/api/rankings/bookings?limit=", "must be a whole number")]
    public async Task what_it_should_have_been_is_told(string path, string rule) =>
        (await Anybody.Get(path))
            .ShouldBe(BadRequest)["detail"]
            .GetString()!
            .ShouldEndWith(": " + rule);

    [Test]
    public async Task a_failure_of_ours_shows_no_exception_and_is_in_the_log_under_its_trace()
    {
        await using var system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var mina = await Given.ACustomer(system);
        await system.Database.ExecuteAsync("ALTER TABLE accounts.customers RENAME TO gone");

        var answer = await mina.Api.Get("/api/accounts/me");

        answer.ShouldBe(InternalServerError, "internal-error");
        answer.Body.ShouldNotContain("Exception");
        answer.Body.ShouldNotContain("gone");
        answer.Body.ShouldNotContain("customers");
        var traceId = answer["traceId"].GetString()!;
        system.HostA.Log.Count(traceId).ShouldBe(1);
    }

    [Test]
    public async Task what_the_database_cannot_do_just_now_may_be_sent_again()
    {
        await using var system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        var anybody = new Api(system.HostA);
        string[] states = ["08006", "25006", "25P03", "40001", "40P01", "53100", "55P03", "57P05"];

        foreach (var state in states)
        {
            await system.Database.ExecuteAsync(
                $"""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END$$;
                CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON accounts.customers
                    EXECUTE FUNCTION refuse();
                """
            );

            var answer = await anybody.Post(
                SignUp,
                new
                {
                    email = $"{state}@test.example",
                    password = "correct horse battery",
                    name = "김민아",
                }
            );

            answer.ShouldBe(ServiceUnavailable, "overloaded");
            answer.Headers.ShouldContainKey("Retry-After", state);
        }
    }

    [TestCase("/api/accounts/me", 401)]
    [TestCase("/api/concerts/abc", 400)]
    [TestCase("/api/nowhere", 404)]
    [TestCase("/health/live", 200)]
    public async Task every_answer_carries_security_headers(string path, int status)
    {
        var answer = await Anybody.Get(path);

        ((int)answer.Status).ShouldBe(status);
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'");
        answer.Headers["Referrer-Policy"].ShouldBe("no-referrer");
    }

    [Test]
    public async Task answers_name_no_server_and_let_no_other_site_read_them()
    {
        var answer = await Anybody.Get("/api/accounts/me");

        answer.Headers.ShouldNotContainKey("Server");
        answer.Headers.ShouldNotContainKey("Access-Control-Allow-Origin");
    }

    [Test]
    public async Task korean_stays_readable_in_answers()
    {
        var signedUp = await Anybody.Post(
            SignUp,
            new
            {
                email = $"{Guid.NewGuid():N}@test.example",
                password = "correct horse",
                name = "김민아",
            }
        );

        signedUp.ShouldBe(Created).Body.ShouldContain("김민아");
    }

    private static async Task<Answer> SendAs(string contentType, string path = SignUp)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await Anybody.Host.Http.PostAsync(
            new Uri(path, UriKind.Relative),
            content
        );
        return await Answer.OfAsync(response);
    }
}
