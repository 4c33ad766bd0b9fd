using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>What the modules' own tables said of everything at a time.</summary>
internal sealed record RecordedStep(
    string Name,
    DateTimeOffset Time,
    IReadOnlyDictionary<string, JsonObject> Things
)
{
    /// <summary>What named a customer who has gone since names nobody, not even of then.</summary>
    public RecordedStep WithErased(long customer)
    {
        if (!Things.TryGetValue($"customer/{customer}", out var known) || known["name"] is null)
            return this;

        var erased = known.DeepClone().AsObject();
        erased["email"] = PersonalFields.ErasedEmail;
        erased["name"] = PersonalFields.ErasedName;
        return this with
        {
            Things = new Dictionary<string, JsonObject>(Things, StringComparer.Ordinal)
            {
                [$"customer/{customer}"] = erased,
            },
        };
    }
}

/// <summary>
/// A sale with all that may happen to a booking, recorded step by step: one concert is cancelled in
/// the end, of another one seat is held and one is sold; then come <see cref="RecordedTurns"/>.
/// </summary>
internal sealed class RecordedSale(TestSystem system, Persona organiser)
{
    private readonly List<RecordedStep> _steps = [];

    public IReadOnlyList<RecordedStep> Steps => _steps;
    public ConcertOnSale Cancelled { get; private set; } = null!;
    public ConcertOnSale Kept { get; private set; } = null!;
    public Persona Mina { get; private set; } = null!;
    public Persona Jisoo { get; private set; } = null!;
    public RecordedTurns Turns { get; private set; } = null!;

    public async Task RunAsync()
    {
        Mina = await Given.ACustomer(system);
        Jisoo = await Given.ACustomer(system, language: "en");
        await RecordAsync("signed up");
        Cancelled = await Given.AConcert(seats: 3, holdSeconds: 30, system: system);
        await RecordAsync("announced");

        var lapsed = await Jisoo.Reserves(Cancelled.Seat(3));
        await RecordAsync("held");
        await system.AdvanceAsync(seconds: 31);
        await IsAsync(lapsed, "EXPIRED");
        await RecordAsync("expired");

        var minas = await Mina.Reserves(Cancelled.Seats(1, 2));
        var declined = await Mina.PaysByCard(minas, Cards.Declined);
        declined.ShouldBe(HttpStatusCode.PaymentRequired);
        await RecordAsync("declined");
        (await Mina.PaysByCard(minas)).ShouldBe(HttpStatusCode.OK);
        await Mina.SeesReservation(minas, "CONFIRMED");
        await RecordAsync("sold");

        await RenameAsync();
        await RecordAsync("renamed");
        await Jisoo.Cancels(await Jisoo.Reserves(Cancelled.Seat(3)));
        await RecordAsync("given back");
        var jisoos = await Jisoo.Buys(Cancelled.Seat(3));
        await Jisoo.SeesConcert(Cancelled.Id, "SOLD_OUT");
        await RecordAsync("sold out");

        await CancelAsync(minas, jisoos);
        await RecordAsync("cancelled");
        Kept = await Given.AConcert(seats: 4, price: 70_000, system: system);
        await Mina.Reserves(Kept.Seat(1));
        await Jisoo.Buys(Kept.Seat(2));
        await RecordAsync("another one on sale");
        Turns = new RecordedTurns(system);
        await Turns.RunAsync(RecordAsync);
        for (var i = 0; i < _steps.Count; i++)
            _steps[i] = _steps[i].WithErased(Turns.Gone.Id);
        await StatisticsContent.SettledAsync(system.Database);
    }

    /// <summary>What was done lies before its time, and what comes next behind it.</summary>
    private async Task RecordAsync(string step)
    {
        await system.AdvanceAsync(seconds: 1);
        var time = await system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        var things = await LiveTables.ReadAsync(system.Database);
        _steps.Add(new RecordedStep(step, new DateTimeOffset(time), things));
        await system.AdvanceAsync(seconds: 1);
    }

    private async Task RenameAsync()
    {
        var path = $"/api/concerts/{Cancelled.Id}";
        var known = await organiser.Api.Get(path);
        var changed = await organiser.Api.Put(
            path,
            new
            {
                name = "=Another night",
                artist = "Aria and friends",
                venue = known["venue"].GetString(),
                startsAt = known["startsAt"].GetString(),
                bookingStartTime = known["bookingStartTime"].GetString(),
            }
        );
        changed.ShouldBe(HttpStatusCode.OK);
    }

    private async Task CancelAsync(params long[] sold)
    {
        var path = $"/api/concerts/{Cancelled.Id}?reason=Illness";
        (await organiser.Api.Delete(path)).ShouldBe(HttpStatusCode.NoContent);
        foreach (var reservation in sold)
            await IsAsync(reservation, "CANCELLED");
        await Eventually.Until(
            "all money has gone back",
            () =>
                system.Database.ScalarAsync<bool>(
                    "SELECT bool_and(status IN ('FAILED', 'REFUNDED')) FROM payments.payments"
                )
        );
    }

    private Task IsAsync(long reservation, string status) =>
        Eventually.Becomes(
            $"reservation {reservation} is {status}",
            () =>
                system.Database.ScalarAsync<string>(
                    $"SELECT status FROM reservations.reservations WHERE id = {reservation}"
                ),
            seen => seen == status
        );
}
