using System.Net;
using System.Text.Json;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// One history: three customers and three seats of one concert. Steps choose from what there is; at
/// the end everything that is under way is brought to rest, and judged.
/// </summary>
internal sealed class SaleHistory(HistorySystem system, long concertId, SaleWorld world)
{
    public const int Seats = 3;
    public const int Organiser = 1;

    /// <summary>Of a seat, in won.</summary>
    public const int Price = 50_000;

    private const int Limit = 2;
    private const int Customers = 3;
    private const int HoldSeconds = 60;

    /// <summary>Above every lease and pause of a host.</summary>
    private const int LongSeconds = 400;

    /// <summary>Each brings whatever is due one step further.</summary>
    private const int MaxRounds = 12;

    private static readonly int[] Waits = [5, 31, 70, 200];

    /// <exception cref="AssertionException">It ends as none may; all of it is told.</exception>
    public static async Task RunAsync(HistorySystem system, IReadOnlyList<Step> steps)
    {
        var (concertId, world) = await BeginAsync(system);
        var history = new SaleHistory(system, concertId, world);
        try
        {
            foreach (var step in steps)
                await history.TakeAsync(step);
            await history.ComeToRestAsync();
            await history.JudgeAsync();
        }
        catch (Exception e)
        {
            await world.KillAllAsync();
            await system.BuryAsync();
            var story = string.Join(Environment.NewLine, world.Told);
            throw new AssertionException(
                $"{e.Message}{Environment.NewLine}{story}{Environment.NewLine}",
                e
            );
        }
    }

    private static async Task<(long ConcertId, SaleWorld World)> BeginAsync(HistorySystem system)
    {
        var kafka = new Partitions(
            system.Database,
            await system.Database.ScalarAsync<long>(
                "SELECT coalesce(max(seq), 0) FROM messaging.outbox"
            )
        );
        var now = await system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        var sections = new[]
        {
            new
            {
                name = "R",
                price = Price,
                rows = 1,
                seatsPerRow = Seats,
            },
        };
        var (status, text) = await system
            .Host(0)
            .SendAsync(
                HttpMethod.Post,
                "/concerts",
                Organiser,
                new
                {
                    name = "Winter Night",
                    artist = "Aria",
                    venue = "Olympic Hall",
                    startsAt = now.AddDays(30),
                    bookingStartTime = now.AddMinutes(-1),
                    sections,
                    ticketsPerCustomer = Limit,
                    holdSeconds = HoldSeconds,
                },
                roles: "Customer,Organiser"
            );
        status.ShouldBe(HttpStatusCode.Created, text);
        using var created = JsonDocument.Parse(text);
        var concertId = created.RootElement.GetProperty("concertId").GetInt64();
        foreach (var lane in await kafka.BehindAsync())
        {
            await system.Host(0).ApplyAsync(lane.Group, kafka.Next(lane, 1));
            kafka.Commit(lane, 1);
        }

        var firstSeat = await system.Database.ScalarAsync<long>(
            "SELECT first_seat_id FROM reservations.concerts WHERE id = $1",
            concertId
        );
        system.Provider.BeginBooks();
        long[] customers = [.. Enumerable.Range(0, Customers).Select(_ => system.NewCustomer())];
        var world = new SaleWorld(system, concertId, firstSeat, kafka, customers);
        await world.ChargeAsync(customers[0], 2 * Price);
        return (concertId, world);
    }

    private Task TakeAsync(Step step)
    {
        system.Count($"{step.Act}");
        system.Provider.Next = step.Manner;
        return step.Act switch
        {
            Act.Hold => world.HoldAsync(step),
            Act.GiveBack => world.GiveBackAsync(step),
            Act.Charge => world.ChargeAsync(step),
            Act.PayByPoints => world.PayAsync(step, "POINT"),
            Act.PayByCard => world.PayAsync(step, "CARD"),
            Act.Confirm => world.ConfirmAsync(step),
            Act.ProviderAnswers or Act.AskerDies => world.EndWaitAsync(step),
            Act.ProviderTells => world.ProviderTellsAsync(step),
            Act.Deliver => world.DeliverAsync(step),
            Act.Rewind => Now(() => world.Rewind(step)),
            Act.Sweep => world.SweepAsync(step),
            Act.Finish => world.FinishAsync(step),
            Act.Wait => world.WaitAsync(Waits[step.Which % Waits.Length]),
            Act.CancelConcert => world.CancelConcertAsync(step),
            Act.LosePin => world.LosePinAsync(),
            _ => throw new AssertionException($"Nobody knows how to {step.Act}"),
        };
    }

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>All hosts are well, the provider answers, and time goes by.</summary>
    private async Task ComeToRestAsync()
    {
        world.Tell("from here on all is well");
        for (var round = 0; round < MaxRounds; round++)
        {
            system.Provider.Next = Manner.Answers;
            await world.AnswerAllAsync();
            await world.DeliverAllAsync();
            foreach (var which in new[] { 0, 1 })
                while (await world.SweepAsync(Working(Act.Sweep, which))) { }
            await world.DeliverAllAsync();
            if (await IsAtRestAsync())
                return;

            await world.WaitAsync(LongSeconds);
            foreach (var which in Enumerable.Range(0, Lane.All.Count))
                while (await world.FinishAsync(Working(Act.Finish, which))) { }
        }

        throw new AssertionException("It does not come to rest.");
    }

    private static Step Working(Act act, int which) => new(act, 0, which, Manner.Answers, Dies: 0);

    private Task<bool> IsAtRestAsync() =>
        system.Database.ScalarAsync<bool>(
            """
            SELECT NOT EXISTS (SELECT FROM payments.payments WHERE next_check_at IS NOT NULL)
                AND NOT EXISTS (
                    SELECT FROM reservations.reservations
                    WHERE concert_id = $1 AND status IN ('HELD', 'PAYING'))
                AND NOT EXISTS (
                    SELECT FROM reservations.concerts
                    WHERE id = $1 AND cancelled_at IS NOT NULL AND NOT is_settled)
            """,
            concertId
        );

    private async Task JudgeAsync()
    {
        (await SaleEnd.WrongAsync(system, concertId, world, Limit)).ShouldBeEmpty();
        var ends = await system.Database.ReadAsync<string>(
            """
            SELECT 'payments ' || method || ' ' || status FROM payments.payments
            WHERE customer_id = ANY ($1)
            """,
            world.Charged.Keys.ToArray()
        );
        foreach (var end in ends)
            system.Count(end);
    }
}
