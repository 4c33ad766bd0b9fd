namespace ConcertReservation.Demo;

/// <summary>How somebody goes about it.</summary>
internal enum Manner
{
    /// <summary>Tops up the wallet and pays with points.</summary>
    PaysWithPoints,

    /// <summary>Pays by card at the provider.</summary>
    PaysByCard,

    /// <summary>The first card is declined; another one, or points, will do.</summary>
    CardIsDeclined,

    /// <summary>Pays with points, of which there are too few at first.</summary>
    ForgotToTopUp,

    /// <summary>Gives the first seats back and looks for better ones.</summary>
    ChangesMind,

    /// <summary>Lets the first hold lapse and tries to pay all the same.</summary>
    LetsHoldLapse,

    /// <summary>Presses the button twice.</summary>
    DoubleClicks,

    /// <summary>Presses the button before booking starts.</summary>
    ComesEarly,

    /// <summary>Asks for more seats than one customer may have.</summary>
    IsGreedy,
}

/// <summary>
/// One person of the crowd, from looking at the seats to leaving with tickets or without.
/// </summary>
internal sealed class Customer(
    Person person,
    Manner manner,
    Api api,
    CardProvider cards,
    Scoreboard scoreboard,
    Random random
)
{
    public const string Password = "correct horse battery staple";

    private static readonly TimeSpan ShortLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongLook = TimeSpan.FromMilliseconds(400);

    private readonly int _wanted = random.Next(2, 5);
    private readonly int _favouriteSection = random.Next(4) == 0 ? random.Next(3) : 0;
    private bool _hesitated;

    public Api Api => api;

    public async Task ArriveAsync(CancellationToken stop)
    {
        await api.SignUpAsync(person.Email, Password, person.Name, person.Language, stop);
        await api.SignInAsync(person.Email, Password, stop);
    }

    public async Task JoinWaitlistAsync(long concertId, CancellationToken stop)
    {
        Api.Require(
            await api.SendAsync(HttpMethod.Post, $"api/concerts/{concertId}/waitlist", null, stop)
        );
        scoreboard.Scene("joined the waitlist");
    }

    /// <summary>
    /// Tries until there are tickets, or nothing is left that could still come back.
    /// </summary>
    public async Task BuyAsync(Concert concert, CancellationToken stop)
    {
        if (manner == Manner.ComesEarly && await ComeEarlyAsync(concert, stop))
            return;
        await concert.BookingStarts.WaitAsync(stop);
        if (manner == Manner.IsGreedy)
            await AskForTooManyAsync(concert, stop);
        while (true)
        {
            var map = await concert.LookAsync(api, stop);
            var seats = map.Choose(_wanted, _favouriteSection, random);
            if (seats.Count == 0)
            {
                if (map.Held == 0)
                {
                    scoreboard.Scene("left without tickets");
                    return;
                }

                await Task.Delay(Pause(LongLook), stop);
                continue;
            }

            var answer = await HoldAsync(concert.Id, seats, stop);
            if (!answer.Succeeded)
            {
                // Seats of an attempt that came to nothing count until their hold lapses.
                var pause = answer.Problem == "ticket-limit" ? LongLook : ShortLook;
                await Task.Delay(Pause(pause), stop);
                continue;
            }

            if (await SettleAsync(answer, stop))
                return;
        }
    }

    /// <returns>
    /// Whether there are tickets already: on a busy machine early may turn out to be late.
    /// </returns>
    private async Task<bool> ComeEarlyAsync(Concert concert, CancellationToken stop)
    {
        var map = await concert.LookAsync(api, stop);
        var seats = map.Choose(_wanted, _favouriteSection, random);
        var answer = await api.HoldAsync(concert.Id, seats, Api.NewKey(), stop);
        if (answer.Problem == "booking-not-open")
            scoreboard.Scene("pressed before the start");
        return answer.Succeeded && await SettleAsync(answer, stop);
    }

    private async Task AskForTooManyAsync(Concert concert, CancellationToken stop)
    {
        const int TooMany = Concert.TicketsPerCustomer + 2;
        var map = await concert.LookAsync(api, stop);
        var seats = map.Choose(TooMany, _favouriteSection, random);
        if (seats.Count < TooMany)
            return;

        var answer = await api.HoldAsync(concert.Id, seats, Api.NewKey(), stop);
        if (answer.Succeeded)
            throw new DemoException($"{TooMany} seats for one customer: {answer.Body}");
        if (answer.Problem == "ticket-limit")
            scoreboard.Scene("asked for too many");
    }

    private async Task<Answer> HoldAsync(
        long concertId,
        IReadOnlyList<long> seats,
        CancellationToken stop
    )
    {
        var key = Api.NewKey();
        if (manner != Manner.DoubleClicks)
            return await api.HoldAsync(concertId, seats, key, stop);

        var both = await Task.WhenAll(
            api.HoldAsync(concertId, seats, key, stop),
            api.HoldAsync(concertId, seats, key, stop)
        );
        if (both.All(a => a.Succeeded))
            scoreboard.Scene("pressed twice, held once");
        return both.FirstOrDefault(a => a.Succeeded) ?? both[0];
    }

    /// <returns>Whether the seats are paid.</returns>
    private async Task<bool> SettleAsync(Answer held, CancellationToken stop)
    {
        var reservation = held.Number("reservationId");
        var amount = held.Number("totalAmount");
        if (manner == Manner.ChangesMind && !_hesitated)
        {
            _hesitated = true;
            await Task.Delay(Pause(LongLook), stop);
            await api.GiveBackAsync(reservation, stop);
            scoreboard.Scene("changed their mind");
            return false;
        }

        if (manner == Manner.LetsHoldLapse && !_hesitated)
        {
            _hesitated = true;
            var heldUntil = held.Body!["heldUntil"]!.GetValue<DateTimeOffset>();
            await WaitUntilAsync(heldUntil + LongLook, stop);
            var late = await api.PayAsync(reservation, "POINT", stop);
            scoreboard.Scene(late.Succeeded ? "paid just in time" : "let the hold lapse");
            return late.Succeeded && late.Text("status") == "COMPLETED";
        }

        return manner switch
        {
            Manner.PaysByCard => await PayByCardAsync(reservation, CardProvider.Good, stop),
            Manner.CardIsDeclined => await PayAfterDeclineAsync(reservation, amount, stop),
            Manner.ForgotToTopUp => await PayAfterTopUpAsync(reservation, amount, stop),
            _ => await PayWithPointsAsync(reservation, amount, stop),
        };
    }

    private async Task<bool> PayWithPointsAsync(
        long reservation,
        long amount,
        CancellationToken stop
    )
    {
        Api.Require(await api.ChargeAsync(amount, stop));
        var paid = await api.PayAsync(reservation, "POINT", stop);
        return Left(paid, "paid with points");
    }

    private async Task<bool> PayAfterTopUpAsync(
        long reservation,
        long amount,
        CancellationToken stop
    )
    {
        var paid = await api.PayAsync(reservation, "POINT", stop);
        if (paid.Problem != "insufficient-balance")
            return Left(paid, "paid with points");

        scoreboard.Scene("had too few points at first");
        return await PayWithPointsAsync(reservation, amount, stop);
    }

    private async Task<bool> PayAfterDeclineAsync(
        long reservation,
        long amount,
        CancellationToken stop
    )
    {
        if (!_hesitated)
        {
            _hesitated = true;
            if (await PayByCardAsync(reservation, CardProvider.WithoutFunds, stop))
                return true;
            scoreboard.Scene("had a card declined");
        }

        return random.Next(2) == 0
            ? await PayByCardAsync(reservation, CardProvider.Good, stop)
            : await PayWithPointsAsync(reservation, amount, stop);
    }

    private async Task<bool> PayByCardAsync(long reservation, string card, CancellationToken stop)
    {
        var started = await api.PayAsync(reservation, "CARD", stop);
        if (!started.Succeeded)
            return Left(started, "");

        var checkout = started.Body!["checkout"]!;
        var paymentKey = await cards.PayAsync(
            checkout["orderId"]!.GetValue<string>(),
            checkout["amount"]!.GetValue<long>(),
            card,
            stop
        );
        var confirmed = await api.ConfirmAsync(started.Number("paymentId"), paymentKey, stop);
        return Left(confirmed, "paid by card");
    }

    private bool Left(Answer paid, string scene)
    {
        var isDone = paid.Succeeded && paid.Text("status") == "COMPLETED";
        if (isDone)
            scoreboard.Scene(scene);
        return isDone;
    }

    private TimeSpan Pause(TimeSpan about) => about * (0.5 + random.NextDouble());

    private static Task WaitUntilAsync(DateTimeOffset time, CancellationToken stop)
    {
        var wait = time - DateTimeOffset.UtcNow;
        return wait > TimeSpan.Zero ? Task.Delay(wait, stop) : Task.CompletedTask;
    }
}
