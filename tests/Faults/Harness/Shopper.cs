using ConcertReservation.Demo;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// One of a crowd, who wants seats of its concert and does with them what temper and seed say.
/// </summary>
internal sealed class Shopper(Client client, long concertId, Temper temper, Random random)
{
    public const int SeatsAtATime = 4;

    /// <summary>The concert's limit.</summary>
    public const int MaxSeats = 2 * SeatsAtATime;

    /// <summary>Brokers and groups may have to come back in it, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly List<(long ReservationId, int Seats)> _sales = [];

    public Client Client => client;

    public bool HasSales => _sales.Count > 0;

    /// <summary>
    /// Until it has all that it may have, or nothing is left that anybody might give back. Whoever
    /// gives seats back has room for them, and stays: so in the end everything is sold.
    /// </summary>
    public async Task BuyAsync()
    {
        client.RepeatsOneIn = temper.RepeatsOneIn;
        using var look = new PeriodicTimer(Look);
        while (_sales.Sum(s => s.Seats) < MaxSeats)
        {
            var answer = await client.GetAsync($"/api/concerts/{concertId}/seats");
            var map = SeatMap.From(answer.ShouldSucceed().Json);
            if (map is { Free: 0, Held: 0 })
                return;

            if (map.Free == 0 || !await TryBuyAsync(map))
                await look.WaitForNextTickAsync();
        }
    }

    /// <summary>Gives one of its sales back.</summary>
    public async Task ReturnOneAsync()
    {
        var sale = _sales[^1];
        _sales.RemoveAt(_sales.Count - 1);
        await ReturnAsync(sale.ReservationId);
    }

    /// <summary>
    /// Asked again after a lost answer, the host says that it is cancelled already.
    /// </summary>
    /// <param name="mayHaveLapsed">The hold may be over by now.</param>
    public static async Task CancelAsync(
        Client customer,
        long reservationId,
        bool mayHaveLapsed = false
    )
    {
        var cancelled = await customer.CancelAsync(reservationId);
        var isOver =
            cancelled.Problem == "illegal-state"
            || (mayHaveLapsed && cancelled.Problem == "reservation-expired");
        (cancelled.IsSuccess || isOver).ShouldBeTrue(cancelled.Text);
    }

    /// <summary>Two holds at once may reach the limit together, or the same seats.</summary>
    private async Task<bool> TryBuyAsync(SeatMap map)
    {
        var choices = new List<IReadOnlyList<long>> { Choose(random.Next(1, SeatsAtATime + 1)) };
        if (temper.DrawsTwo(random))
            choices.Add(Choose(SeatsAtATime));
        var answers = await Task.WhenAll(
            choices.Select((seats, n) => client.HoldAsync(concertId, seats, hop: n))
        );
        var hasBought = false;
        foreach (var answer in answers)
            hasBought |= await EndAsync(answer);
        return hasBought;

        IReadOnlyList<long> Choose(int wanted) => map.Choose(wanted, favouriteSection: 0, random);
    }

    /// <returns>Whether it is a sale, and stays one.</returns>
    private async Task<bool> EndAsync(Answer held)
    {
        if (held.Problem is "seat-taken" or "ticket-limit")
            return false;

        var id = held.ShouldSucceed().Number("reservationId");
        var ending = temper.Draw(random);
        if (ending.Deed == Deed.GivesBack)
            await CancelAsync(client, id, temper.IsHurried);
        var isPaid = ending.Deed switch
        {
            Deed.PaysByPoints => await PaysByPointsAsync(id, held.Number("totalAmount")),
            Deed.PaysByCard => await PaysByCardAsync(id, ending.Card!),
            _ => false,
        };
        if (isPaid && ending.IsReturned)
            await ReturnAsync(id);
        if (!isPaid || ending.IsReturned)
            return false;

        _sales.Add((id, held.Json["seatIds"]!.AsArray().Count));
        return true;
    }

    private async Task<bool> PaysByPointsAsync(long reservationId, long amount)
    {
        (await client.ChargeAsync(amount)).ShouldSucceed();
        var paid = await client.PayAsync(reservationId, "POINT");
        if (IsTooLate(paid))
            return false;

        paid.ShouldSucceed().Word("status").ShouldBe("COMPLETED");
        return true;
    }

    private async Task<bool> PaysByCardAsync(long reservationId, string card)
    {
        var started = await client.PayAsync(reservationId, "CARD");
        if (IsTooLate(started))
            return false;

        var payment = await CardPayment.AtProviderAsync(client, reservationId, started, card);
        var confirmed = await client.ConfirmAsync(payment.Id, payment.Key);
        if (!IsTooLate(confirmed) && await payment.EndAsync(confirmed) == "COMPLETED")
            return true;

        await CancelAsync(client, reservationId, temper.IsHurried);
        return false;
    }

    /// <summary>The hold is over, or the payment counts as abandoned.</summary>
    private bool IsTooLate(Answer answer) =>
        temper.IsHurried && answer.Problem is "reservation-expired" or "illegal-state";

    /// <summary>What is paid is a sale a moment later.</summary>
    private async Task ReturnAsync(long reservationId)
    {
        await Eventually.Becomes(
            $"reservation {reservationId} is a sale",
            async () =>
                (await client.GetAsync($"/api/reservations/{reservationId}"))
                    .ShouldSucceed()
                    .Word("status"),
            status => status == "CONFIRMED",
            Patience
        );
        await CancelAsync(client, reservationId);
    }
}
