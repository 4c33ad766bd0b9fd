using System.Text.Json;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

[Parallelizable]
internal sealed class ExportTests
{
    private const string Path = "/api/accounts/me/export";

    /// <summary>Columns by which a row tells of a person, and what its record is in.</summary>
    private static readonly Dictionary<string, string> Exported = new(StringComparer.Ordinal)
    {
        ["accounts.known_addresses.customer_id"] = "accounts.addresses",
        ["accounts.sessions.customer_id"] = "accounts.sessions",
        ["concerts.concerts.organiser_id"] = "concerts.concerts",
        ["data_platform.customer_hours.customer_id"] = "dataPlatform.hoursOfDay",
        ["data_platform.customer_totals.customer_id"] = "dataPlatform.bookings",
        ["messaging.dead_letters.person"] = "messaging.deadLetters",
        ["notifications.mails.user_id"] = "notifications.mails",
        ["notifications.users.user_id"] = "notifications.contact",
        ["notifications.waitlist.user_id"] = "notifications.waitlist",
        ["payments.payments.customer_id"] = "payments.payments",
        ["payments.wallet_entries.customer_id"] = "payments.walletEntries",
        ["payments.wallets.customer_id"] = "payments.wallet",
        ["reservations.reservations.customer_id"] = "reservations.reservations",
    };

    /// <summary>Those that have no records of their own, and why.</summary>
    private static readonly Dictionary<string, string> NotExported = new(StringComparer.Ordinal)
    {
        ["accounts.customer_roles.user_id"] = "the account tells its roles",
        ["accounts.revocations.customer_id"] = "which tokens ended, while they would last",
        ["data_platform.customers.customer_id"] = "that there is the account",
        ["data_platform.erased_customers.customer_id"] = "deleted accounts, which ask for nothing",
        ["data_platform.events.person"] = "the person's events are found by more than this",
        ["data_platform.reservations.customer_id"] = "what events tell, which are exported",
        ["notifications.reservations.user_id"] = "a copy of reservations, which are exported",
        ["notifications.unaddressed_refunds.user_id"] = "what events tell, until a mail does",
        ["payments.idempotency_keys.customer_id"] = "answers of the last day, given already",
        ["reservations.idempotency_keys.customer_id"] = "answers of the last day, given already",
    };

    [Test]
    public async Task a_person_gets_everything_that_is_kept_about_them_and_nothing_of_others()
    {
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        var concert = await Given.AConcert(price: 1_000);
        (await mina.Api.Post($"/api/concerts/{concert.Id}/waitlist")).ShouldBe(NoContent);
        var reservation = await Buy(mina, concert.Seat(1));
        var guess = new { mina.Email, password = "a guess" };
        (await new Api(mina.Host).Post("/api/accounts/login", guess)).ShouldBe(Unauthorized);
        await Buy(jisoo, concert.Seat(2));

        var export = await Eventually.Becomes(
            "everything has arrived everywhere",
            () => mina.Api.Get(Path),
            e =>
                Kind(e, "dataPlatform", "events").Count() == 5
                && Kind(e, "notifications", "mails").Count() >= 3
        );

        export.ShouldBe(OK).MediaType.ShouldBe("application/json");
        export
            .Headers["Content-Disposition"]
            .ShouldBe($"attachment; filename=\"concert-reservation-{mina.Id}.json\"");
        var account = Kind(export, "accounts", "account").ShouldHaveSingleItem();
        account.GetProperty("email").GetString().ShouldBe(mina.Email);
        account.GetProperty("roles")[0].GetString().ShouldBe("Customer");
        Kind(export, "accounts", "sessions").ShouldHaveSingleItem();
        Kind(export, "accounts", "signInFailures")
            .ShouldHaveSingleItem()
            .GetProperty("failures")
            .GetInt32()
            .ShouldBe(1);
        Kind(export, "accounts", "addresses")
            .ShouldHaveSingleItem()
            .GetProperty("address")
            .GetString()
            .ShouldBe("127.0.0.1");
        var own = Kind(export, "reservations", "reservations").ShouldHaveSingleItem();
        own.GetProperty("reservation")
            .GetProperty("reservationId")
            .GetInt64()
            .ShouldBe(reservation);
        own.GetProperty("userEmail").GetString().ShouldBe(mina.Email);
        Kind(export, "payments", "payments").ShouldHaveSingleItem();
        Kind(export, "payments", "wallet")
            .ShouldHaveSingleItem()
            .GetProperty("balance")
            .GetInt64()
            .ShouldBe(4_000);
        Kind(export, "payments", "walletEntries")
            .Select(e => e.GetProperty("amount").GetInt64())
            .ShouldBe([5_000, -1_000]);
        Kind(export, "notifications", "waitlist").ShouldHaveSingleItem();
        Kind(export, "dataPlatform", "events")
            .Select(e => e.GetProperty("event").GetProperty("eventType").GetString())
            .ShouldBe(
                [
                    "USER_SIGNED_UP",
                    "RESERVATION_CREATED",
                    "PAYMENT_STARTED",
                    "PAYMENT_COMPLETED",
                    "RESERVATION_CONFIRMED",
                ],
                ignoreOrder: true
            );
        Kind(export, "dataPlatform", "bookings").ShouldHaveSingleItem();
        export.Body.ShouldNotContain(jisoo.Email);
        export.Body.ShouldNotContain("password", Case.Insensitive);
    }

    [Test]
    public async Task each_row_that_tells_of_a_person_is_exported_or_said_why_not()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert(price: 1_000);
        await SharedSystem.System.Database.ExecuteAsync(
            "UPDATE concerts.concerts SET organiser_id = $1 WHERE id = $2",
            mina.Id,
            concert.Id
        );
        (await mina.Api.Post($"/api/concerts/{concert.Id}/waitlist")).ShouldBe(NoContent);
        await Buy(mina, concert.Seat(1));
        await NamingLetters.AddAsync(SharedSystem.System.Database, mina, "Mina", mina.Id);

        (await ColumnsOfPersonsAsync()).ShouldBe(
            [.. Exported.Keys, .. NotExported.Keys],
            ignoreOrder: true
        );
        await Eventually.Becomes(
            "the export has as many records as each of these tables has rows of hers",
            async () => string.Join(", ", await LackingAsync(mina)),
            lacking => lacking.Length == 0
        );
    }

    [Test]
    public async Task why_a_mail_did_not_arrive_is_told_to_whom_it_was_for()
    {
        var mina = await Given.ACustomer();
        var reason = $"5.1.1: 550 5.1.1 <{mina.Email}>: User unknown";
        await Eventually.Until(
            "it is sent, and comes back",
            async () =>
                (
                    await SharedSystem.System.Database.ReadAsync<long>(
                        """
                        UPDATE notifications.mails SET state = 'bounced', reason = $2
                        WHERE user_id = $1 AND state = 'sent' RETURNING id
                        """,
                        mina.Id,
                        reason
                    )
                ).Count == 1
        );

        var export = (await mina.Api.Get(Path)).ShouldBe(OK);

        Kind(export, "notifications", "mails")
            .ShouldHaveSingleItem()
            .GetProperty("reason")
            .GetString()
            .ShouldBe(reason);
    }

    [Test]
    public async Task times_are_written_as_everywhere()
    {
        var mina = await Given.ACustomer();

        var export = (await mina.Api.Get(Path)).ShouldBe(OK);

        Kind(export, "accounts", "account")
            .Single()
            .GetProperty("signedUpAt")
            .GetString()!
            .ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$");
    }

    [Test]
    [Category("Long")]
    public async Task an_export_is_not_asked_for_all_the_time()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                EmbeddedKafka = true,
                Settings = new Dictionary<string, string?> { ["Accounts:ExportsPerMinute"] = "1" },
            }
        );
        var mina = await Given.ACustomer(system);
        (await mina.Api.Get(Path)).ShouldBe(OK);

        var again = await mina.Api.Get(Path);

        again.ShouldBe(TooManyRequests, "too-many-requests");
        again.Headers["Retry-After"].ShouldNotBeEmpty();
        (await (await Given.ACustomer(system)).Api.Get(Path)).ShouldBe(OK);
    }

    private static async Task<long> Buy(Persona who, Seat seat)
    {
        (await who.Charges(5_000)).ShouldBe(Created);
        var reservation = (await who.Holds(seat)).ShouldBe(Created)["reservationId"].GetInt64();
        (await who.PaysByPoints(reservation)).ShouldBe(Created);
        return reservation;
    }

    /// <summary>Of all tables, but for statistics that are being built anew.</summary>
    private static Task<IReadOnlyList<string>> ColumnsOfPersonsAsync() =>
        SharedSystem.System.Database.ReadAsync<string>(
            """
            SELECT concat_ws('.', nspname, relname, attname) FROM pg_attribute
            JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
            WHERE attname IN ('customer_id', 'user_id', 'organiser_id', 'person')
                AND relkind IN ('r', 'p') AND NOT relispartition AND NOT attisdropped
                AND nspname NOT IN ('pg_catalog', 'information_schema', 'data_platform_rebuild')
            """
        );

    /// <summary>Tables of which the export lacks a row, or that have none of hers.</summary>
    private static async Task<IReadOnlyList<string>> LackingAsync(Persona mina)
    {
        var export = await mina.Api.Get(Path);
        var lacking = new List<string>();
        foreach (var (of, to) in Exported)
        {
            var (table, column) = (of[..of.LastIndexOf('.')], of[(of.LastIndexOf('.') + 1)..]);
            var (section, kind) = (to.Split('.')[0], to.Split('.')[1]);
            var rows = await SharedSystem.System.Database.ScalarAsync<long>(
                $"SELECT count(*) FROM {table} WHERE {column} = $1",
                mina.Id
            );
            if (rows == 0 || Kind(export, section, kind).Count() != rows)
                lacking.Add(table);
        }

        return lacking;
    }

    private static IEnumerable<JsonElement> Kind(Answer export, string section, string kind) =>
        export.Json.TryGetProperty(section, out var part) && part.TryGetProperty(kind, out var list)
            ? list.EnumerateArray()
            : [];
}
