using System.Net;
using ConcertReservation.Contracts;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

/// <summary>An account goes; its reservations stay, and tell no address any more.</summary>
internal sealed class ErasedCustomerTests
{
    private const string New = "mina@example.net";

    [Test]
    public async Task an_address_that_is_told_late_does_not_come_back()
    {
        var reservation = await AnEndedOneAsync();
        await EraseAsync(reservation.Customer);

        await HostA.ReceiveAsync(Moved(reservation.Customer, version: 2));

        (await EmailOf(reservation)).ShouldBe(PersonalFields.ErasedEmail);
    }

    [Test]
    public async Task an_address_that_is_older_than_what_is_known_does_not_come_back()
    {
        var reservation = await AnEndedOneAsync();
        await HostA.ReceiveAsync(Moved(reservation.Customer, version: 3));

        await HostB.ReceiveAsync(Moved(reservation.Customer, version: 2, "old@example.net"));

        (await EmailOf(reservation)).ShouldBe(New);
    }

    [Test]
    public async Task a_new_address_and_a_new_name_at_once_are_both_heard()
    {
        var reservation = await AnEndedOneAsync();

        await HostA.ReceiveAsync(
            Moved(reservation.Customer, version: 2),
            Moved(reservation.Customer, version: 3) with
            {
                PreviousEmail = null,
                Name = "Mina Kim",
            }
        );

        (await EmailOf(reservation)).ShouldBe(New);
    }

    /// <summary>
    /// A row that reports a deadlock once, as one does that is locked in another order.
    /// </summary>
    [Test]
    public async Task erasing_that_meets_a_deadlock_is_done_again()
    {
        var reservation = await AnEndedOneAsync();
        var name = $"erased_{reservation.Id}";
        await Sql.ExecuteAsync(
            $"""
            CREATE SEQUENCE {name};
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $do$
            BEGIN
                IF nextval('{name}') = 1 THEN
                    RAISE EXCEPTION 'a deadlock' USING ERRCODE = '40P01';
                END IF;
                RETURN NEW;
            END $do$;
            CREATE TRIGGER {name} BEFORE UPDATE ON reservations.reservations FOR EACH ROW
                WHEN (NEW.id = {reservation.Id}) EXECUTE FUNCTION {name}();
            """
        );

        await EraseAsync(reservation.Customer);

        await Sql.ExecuteAsync($"DROP FUNCTION {name} CASCADE; DROP SEQUENCE {name}");
        (await EmailOf(reservation)).ShouldBe(PersonalFields.ErasedEmail);
    }

    private static async Task<GivenReservation> AnEndedOneAsync()
    {
        var concert = await GivenConcert.WithAsync(seats: 1);
        var held = await GivenReservation.HeldAsync(concert, 1);
        var cancelled = await HostA.SendAsync(
            HttpMethod.Delete,
            $"/reservations/{held.Id}",
            held.Customer
        );
        cancelled.Status.ShouldBe(HttpStatusCode.NoContent);
        return held;
    }

    private static Task EraseAsync(long customer) =>
        HostB.AskAsync<IPersonalData, bool>(async kept =>
        {
            await kept.EraseAsync(customer, CancellationToken.None);
            return true;
        });

    private static UserChanged Moved(long customer, long version, string email = New) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            Version = version,
            UserId = customer,
            Email = email,
            Name = "Mina",
            Language = "ko",
            PreviousEmail = "before@example.net",
        };

    private static Task<string> EmailOf(GivenReservation reservation) =>
        Sql.ScalarAsync<string>(
            "SELECT user_email FROM reservations.reservations WHERE id = $1",
            reservation.Id
        );
}
