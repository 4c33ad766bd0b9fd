using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

internal sealed class KeptNameTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task one_table_that_cannot_be_erased_keeps_no_other_from_it()
    {
        var mina = await Given.ACustomer();
        var concert = await Given.AConcert();
        var held = (await mina.Holds(concert.Seat(1))).ShouldBe(Created);
        (await mina.Cancels(held["reservationId"].GetInt64())).ShouldBe(NoContent);
        var name = $"kept_{mina.Id}";
        await System.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
                $do$ BEGIN RAISE EXCEPTION 'kept'; END $do$;
            CREATE TRIGGER {name} BEFORE UPDATE ON reservations.reservations FOR EACH ROW
                WHEN (NEW.customer_id = {mina.Id} AND NEW.user_email <> OLD.user_email)
                EXECUTE FUNCTION {name}();
            """
        );
        try
        {
            (
                await mina.Api.Send(HttpMethod.Delete, "/api/accounts/me", new { mina.Password })
            ).ShouldBe(NoContent);

            await Eventually.Until(
                "the event store and the mails have erased her",
                () =>
                    System.Database.ScalarAsync<bool>(
                        """
                        SELECT EXISTS (SELECT FROM data_platform.erased_customers
                                WHERE customer_id = $1)
                            AND EXISTS (SELECT FROM notifications.users
                                WHERE user_id = $1 AND is_deleted)
                        """,
                        mina.Id
                    )
            );
            var times = await System.Database.ScalarAsync<int>(
                "SELECT erasures FROM accounts.customers WHERE id = $1",
                mina.Id
            );
            times.ShouldBe(0, "It is tried again.");
        }
        finally
        {
            await System.Database.ExecuteAsync($"DROP FUNCTION {name} CASCADE");
        }
    }
}
