using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.RandomSales.Doctor;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>What can be wrong with seats, answers and money.</summary>
internal static class BreachesOfSales
{
    public static IReadOnlyList<(int, string, Breach)> All { get; } =
    [
        (1, "a seat of a live reservation is another one's, too", SharedSeat),
        (1, "a seat is given away while it is somebody's", SecondHold),
        (2, "a seat that is taken says that it is free", FreedSeat),
        (2, "a seat of the plan is missing", LostSeat),
        (3, "a hold that was answered is gone", LostHold),
        (3, "a top-up that was answered is not in the wallet", LostCharge),
        (3, "a hold was refused, and made", RefusedHold),
        (4, "a reservation was made without a key", HoldWithoutKey),
        (4, "a key has two answers", SecondAnswer),
        (4, "a repeat is told that its own seats are taken", OwnSeatsTaken),
        (5, "a reservation has not all of its seats", HalfAHold),
        (5, "fewer seats were answered than asked for", FewerSeats),
        (6, "a wallet is not the sum of its entries", OtherBalance),
        (6, "a sale is paid by nobody", UnpaidSale),
        (6, "the provider took the money of a card twice", TakenTwice),
        (13, "a customer has more seats than the limit", LowerLimit),
        (13, "a hold beside others is beyond the limit", OneHoldTooMany),
    ];

    private static IEnumerable<ReservationRow> Live(History h) =>
        h.Reservations.Where(r => r.IsLiveAt(h.Now));

    private static History? SharedSeat(History h, Random random) =>
        With(
            random,
            Live(h),
            r => h with { Reservations = [.. h.Reservations, r with { Id = r.Id + 500_000 }] }
        );

    /// <summary>In the middle of a hold's first ten seconds, which every hold has.</summary>
    private static History? SecondHold(History h, Random random) =>
        With(
            random,
            h.Reservations.Where(r => IsHeldAt(h, r, r.CreatedAt.AddSeconds(5))),
            r => DoctoredHistories.WithEvents(h, Hold(r, r.CustomerId + 500_000))
        );

    private static bool IsHeldAt(History h, ReservationRow row, DateTimeOffset time) =>
        h
            .Events.Where(e => e.Key == Subject.Reservation(row.Id))
            .All(e => e.Version == 1 || e.Event!.OccurredAt > time.AddSeconds(1));

    private static TopicEvent Hold(ReservationRow row, long customer) =>
        SmallSale.Event(
            SmallSale.Created(row.Id + 500_000, customer, [.. row.SeatIds], atSecond: 0) with
            {
                OccurredAt = row.CreatedAt.AddSeconds(5),
                HeldUntil = row.CreatedAt.AddSeconds(65),
                ConcertId = row.ConcertId,
            },
            1
        );

    private static History? FreedSeat(History h, Random random) =>
        With(
            random,
            h.Seats.Where(s => s.State != "free"),
            s =>
                h with
                {
                    Seats = Replace(
                        h.Seats,
                        s,
                        s with
                        {
                            State = "free",
                            ReservationId = null,
                            HeldUntil = null,
                        }
                    ),
                }
        );

    private static History? LostSeat(History h, Random random) =>
        With(random, h.Seats, s => h with { Seats = Without(h.Seats, s) });

    private static History? LostHold(History h, Random random) =>
        With(
            random,
            h.HoldKeys.Where(k => IsAnswered(h, "hold", k.Key)),
            k => h with { Reservations = [.. h.Reservations.Where(r => r.Id != k.ReservationId)] }
        );

    private static bool IsAnswered(History h, string operation, string key) =>
        h.Journal!.Any(e => e.Succeeded && (e.Operation, e.Key) == (operation, key));

    private static History? LostCharge(History h, Random random) =>
        With(
            random,
            h.WalletEntries.Where(e =>
                e.Kind == "CHARGE"
                && h.PaymentKeys.All(k =>
                    (k.Operation, k.CustomerId) != (PaymentKeyRow.Charge, e.CustomerId)
                    || IsAnswered(h, "charge", k.Key)
                )
            ),
            e => h with { WalletEntries = Without(h.WalletEntries, e) }
        );

    private static History? HoldWithoutKey(History h, Random random) =>
        With(random, h.HoldKeys, k => h with { HoldKeys = Without(h.HoldKeys, k) });

    private static History? SecondAnswer(History h, Random random) =>
        With(
            random,
            h.Journal!.Where(e => e is { Operation: "hold", Succeeded: true }),
            e => h with { Journal = [.. h.Journal!, e with { Body = """{"reservationId":1}""" }] }
        );

    private static History? RefusedHold(History h, Random random) =>
        With(
            random,
            h.HoldKeys.Where(k => IsAnswered(h, "hold", k.Key)),
            k =>
                h with
                {
                    Journal =
                    [
                        .. h.Journal!.Select(e =>
                            e is { Operation: "hold", Succeeded: true } && e.Key == k.Key
                                ? e with
                                {
                                    Status = 409,
                                    Body = DoctoredHistories.SeatTaken,
                                }
                                : e
                        ),
                    ],
                }
        );

    private static History? OwnSeatsTaken(History h, Random random) =>
        With(
            random,
            h.Journal!.Where(e => e is { Operation: "hold", Succeeded: true }),
            e =>
                h with
                {
                    Journal =
                    [
                        .. h.Journal!,
                        e with
                        {
                            At = e.At.AddSeconds(1),
                            Status = 409,
                            Body = DoctoredHistories.SeatTaken,
                        },
                    ],
                }
        );

    private static History? HalfAHold(History h, Random random) =>
        With(
            random,
            Live(h).Where(r => r.SeatIds.Count > 1),
            r =>
            {
                var seat = h.Seats.First(s => s.Id == r.SeatIds[^1]);
                return h with
                {
                    Seats = Replace(h.Seats, seat, seat with { ReservationId = r.Id + 500_000 }),
                };
            }
        );

    private static History? FewerSeats(History h, Random random) =>
        With(
            random,
            h.Journal!.Where(e => e is { Operation: "hold", Succeeded: true }),
            e =>
                h with
                {
                    Journal = Replace(
                        h.Journal!,
                        e,
                        e with
                        {
                            Request = e.Request.Replace(
                                "\"seatIds\":[",
                                "\"seatIds\":[500000,",
                                StringComparison.Ordinal
                            ),
                        }
                    ),
                }
        );

    private static History? OtherBalance(History h, Random random) =>
        With(
            random,
            h.Wallets,
            w => h with { Wallets = Replace(h.Wallets, w, w with { Balance = w.Balance + 1 }) }
        );

    private static History? UnpaidSale(History h, Random random) =>
        With(
            random,
            h.Reservations.Where(r => r.Status == "CONFIRMED"),
            r =>
                h with
                {
                    Reservations = Replace(h.Reservations, r, r with { PaymentId = 500_000 }),
                }
        );

    private static History? TakenTwice(History h, Random random) =>
        With(
            random,
            h.CardOrders!.Where(o => o.Status == "DONE"),
            o => h with { CardOrders = [.. h.CardOrders!, o] }
        );

    private static History? LowerLimit(History h, Random random) =>
        With(
            random,
            h.Concerts.Where(c => Live(h).Any(r => r.ConcertId == c.Id)),
            c => h with { Concerts = Replace(h.Concerts, c, c with { TicketsPerCustomer = 0 }) }
        );

    /// <summary>Of other seats, so many as the customer may have, and long gone.</summary>
    private static History? OneHoldTooMany(History h, Random random) =>
        With(
            random,
            h.Reservations.Where(r => IsHeldAt(h, r, r.CreatedAt.AddSeconds(5))),
            r =>
            {
                var limit = h.Concerts.Single(c => c.Id == r.ConcertId).TicketsPerCustomer;
                long[] seats = [.. Enumerable.Range(500_000, limit).Select(n => (long)n)];
                return DoctoredHistories.WithEvents(
                    h,
                    Hold(r with { SeatIds = seats }, r.CustomerId)
                );
            }
        );
}
