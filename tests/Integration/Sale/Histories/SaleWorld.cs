using System.Net;
using ConcertReservation.Payments;
using ConcertReservation.Reservations;
using ConcertReservation.Tests.Integration.Payments;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// The people, the concert and the machines of one history, and what each can do.
/// </summary>
internal sealed class SaleWorld(
    HistorySystem system,
    long concertId,
    long firstSeat,
    Partitions kafka,
    IReadOnlyList<long> customers
)
{
    /// <summary>
    /// Whoever has waited for so long is told nothing: no provider works on a try for longer.
    /// </summary>
    private const int LongestWaitSeconds = 500;

    private readonly List<(Question Question, Task<string> Asker, long Since)> _waiting = [];
    private readonly List<string> _told = [];
    private readonly SaleChoices _choices = new(system.Database, concertId, customers);

    /// <summary>What each customer has charged, in won.</summary>
    public Dictionary<long, long> Charged { get; } = customers.ToDictionary(c => c, _ => 0L);

    /// <summary>What happened so far, line by line.</summary>
    public IReadOnlyList<string> Told => _told;

    private ScriptedProvider Provider => system.Provider;

    public Task HoldAsync(Step step)
    {
        var (customer, choice) = (customers[step.Which % 3], step.Which / 3);
        var first = firstSeat + (choice % SaleHistory.Seats);
        var second = firstSeat + ((choice + 1) % SaleHistory.Seats);
        long[] seatIds = choice % 2 == 0 ? [first] : [first, second];
        return RequestAsync(
            step,
            customer,
            HttpMethod.Post,
            "/reservations",
            new { concertId, seatIds }
        );
    }

    public async Task GiveBackAsync(Step step)
    {
        if (Chosen(step, await _choices.ReservationsAsync(step)) is { Id: > 0 } mine)
            await RequestAsync(step, mine.Customer, HttpMethod.Delete, $"/reservations/{mine.Id}");
    }

    public Task ChargeAsync(Step step) =>
        ChargeAsync(customers[step.Which % 3], (1 + step.Which) * 10_000L);

    public async Task ChargeAsync(long customer, long amount)
    {
        var status = await RequestAsync(
            new Step(Act.Charge, 0, 0, Manner.Answers, 0),
            customer,
            HttpMethod.Post,
            "/wallet/charges",
            new { amount }
        );
        status.ShouldBe($"{HttpStatusCode.Created}");
        Charged[customer] += amount;
    }

    public async Task PayAsync(Step step, string method)
    {
        if (Chosen(step, await _choices.ReservationsAsync(step)) is { Id: > 0 } mine)
        {
            await RequestAsync(
                step,
                mine.Customer,
                HttpMethod.Post,
                "/payments",
                new { reservationId = mine.Id, method }
            );
        }
    }

    public async Task ConfirmAsync(Step step)
    {
        if (Chosen(step, await _choices.CardsAsync(step)) is { Id: > 0 } card)
        {
            await RequestAsync(
                step,
                card.Customer,
                HttpMethod.Post,
                $"/payments/{card.Id}/confirm",
                new { paymentKey = $"pk_{card.Id}" }
            );
        }
    }

    /// <summary>Signed by it, and heard by either host.</summary>
    public async Task ProviderTellsAsync(Step step)
    {
        if (Chosen(step, await _choices.CardsAsync(step)) is not { Id: > 0 } card)
            return;

        var webhook = new TossWebhook(card.Order)
        {
            PaymentKey = $"pk_{card.Id}",
            Amount = card.Amount,
        };
        // Signed by the clock of hosts, which is that of the database.
        var now = await system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        using var request = (webhook with { Age = DateTime.UtcNow - now }).Request();
        var (status, text) = await system.Host(step.Host).SendAsync(request);
        (status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests).ShouldBeTrue(text);
        Tell($"the provider's webhook about payment {card.Id}: {text}");
    }

    /// <summary>Somebody who waits for the provider hears it, or dies before that.</summary>
    public async Task EndWaitAsync(Step step)
    {
        if (_waiting.Count == 0)
            return;

        var (question, asker, since) = _waiting[step.Which % _waiting.Count];
        _waiting.Remove((question, asker, since));
        Provider.Next = Manner.Answers;
        var manner = step.Manner == Manner.Waits ? Manner.Answers : step.Manner;
        if (system.AheadSeconds - since > LongestWaitSeconds)
            manner = Manner.Deaf;
        if (step.Act == Act.AskerDies)
            question.Die();
        else
            question.Answer(manner);
        Tell($"{step.Act} ({manner}): {await asker}");
    }

    public async Task AnswerAllAsync()
    {
        while (_waiting.Count > 0)
            await EndWaitAsync(new Step(Act.ProviderAnswers, 0, 0, Manner.Answers, 0));
    }

    /// <summary>Those who wait die, and nobody looks at what they leave.</summary>
    public async Task KillAllAsync()
    {
        foreach (var (question, asker, _) in _waiting)
        {
            question.Die();
            await asker.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public async Task DeliverAsync(Step step)
    {
        if (Chosen(step, await kafka.BehindAsync()) is not { } lane)
            return;

        var records = kafka.Next(lane, 1 + (step.Which % 3));
        var died = await DiesAsync(
            step.Dies,
            () => system.Host(step.Host).ApplyAsync(lane.Group, records)
        );
        if (died is null)
            kafka.Commit(lane, records.Count);
        var events = string.Join(", ", records.Select(r => $"{r.Row.EventType} {r.Row.Key}"));
        Tell($"{lane.Group} on host {step.Host} gets {events}{died}");
    }

    public async Task DeliverAllAsync()
    {
        while ((await kafka.BehindAsync()).Count > 0)
            await DeliverAsync(new Step(Act.Deliver, 0, 2, Manner.Answers, 0));
    }

    public void Rewind(Step step)
    {
        if (Chosen(step, kafka.Read()) is not { } lane)
            return;

        kafka.Rewind(lane);
        Tell($"{lane.Group} reads {lane.Topic}/{lane.Partition} again");
    }

    /// <returns>Whether there is more to do at once.</returns>
    public async Task<bool> SweepAsync(Step step)
    {
        var (host, isOfHolds, more) = (system.Host(step.Host), step.Which % 2 == 0, false);
        var died = await DiesAsync(
            step.Dies,
            async () =>
                more = isOfHolds
                    ? await host.SweepAsync<ExpireHolds>()
                    : await host.SweepAsync<SettleCancelledConcerts>()
        );
        Tell($"host {step.Host} sweeps {(isOfHolds ? "holds" : "cancelled concerts")}{died}");
        return more;
    }

    /// <returns>Whether a payment was due.</returns>
    public async Task<bool> FinishAsync(Step step)
    {
        var host = system.Host(step.Host);
        var lane = Lane.All[step.Which % Lane.All.Count];
        if (await host.ClaimAsync(lane) is not { } paymentId)
            return false;

        await AskAsync(
            $"host {step.Host} takes up payment {paymentId}",
            async () =>
                await DiesAsync(step.Dies, () => host.FinishAsync(paymentId)) ?? "and is through"
        );
        return true;
    }

    public async Task WaitAsync(int seconds)
    {
        await system.AdvanceAsync(seconds);
        Tell($"{seconds} s go by");
    }

    public Task CancelConcertAsync(Step step) =>
        RequestAsync(
            step,
            SaleHistory.Organiser,
            HttpMethod.Delete,
            $"/concerts/{concertId}",
            roles: "Customer,Operator"
        );

    public async Task LosePinAsync()
    {
        var lost = await _choices.LosePinsAsync();
        system.LostPins.AddRange(lost);
        if (lost.Count > 0)
            Tell($"the pin of {string.Join(", ", lost)} is lost");
    }

    public void Tell(string line) => _told.Add($"{_told.Count + 1, 3}. {line}");

    private async Task<string> RequestAsync(
        Step step,
        long customer,
        HttpMethod method,
        string path,
        object? body = null,
        string roles = "Customer"
    ) =>
        await AskAsync(
            $"customer {customer}, host {step.Host}: {method} {path} {body}",
            async () =>
            {
                var (status, text) = await system
                    .Host(step.Host)
                    .SendAsync(method, path, customer, body, step.Dies, roles);
                // What may die in it: a request that was to, or waited for the provider.
                var mayDie = step.Dies > 0 || step.Manner == Manner.Waits;
                ((int)status < 500 || mayDie).ShouldBeTrue($"{method} {path}: {status} {text}");
                return $"{status}";
            }
        );

    /// <summary>Goes on until it is through, or waits for the provider.</summary>
    private async Task<string> AskAsync(string what, Func<Task<string>> ask)
    {
        var waits = Provider.NextWaitAsync();
        var asker = ask();
        var outcome = "the provider takes its time";
        if (await Task.WhenAny(asker, waits) == asker)
            outcome = await asker;
        else
            _waiting.Add((Provider.TakeWaiting(), asker, system.AheadSeconds));
        Tell($"{what}: {outcome}");
        return outcome;
    }

    /// <returns>Where it died; null where it is through.</returns>
    private static async Task<string?> DiesAsync(int points, Func<Task> work)
    {
        SuddenDeath.Expect(points);
        try
        {
            await work();
            return null;
        }
        catch (ProcessDied death)
        {
            return $". {death.Message}";
        }
    }

    private static T? Chosen<T>(Step step, IReadOnlyList<T> all) =>
        all.Count == 0 ? default : all[step.Which % all.Count];
}
