using System.Diagnostics;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Concerts;

/// <summary>
/// A confirmed reservation sells its seats; those of a cancelled sale are on sale again.
/// </summary>
internal sealed class CountSoldSeats(SoldSeats soldSeats)
    : IConsumer<ReservationConfirmed>,
        IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationConfirmed> context)
    {
        var confirmed = context.Message;
        soldSeats.Add(
            new ReservationSeats(
                confirmed.ReservationId,
                confirmed.ConcertId,
                context.Version(),
                confirmed.SeatIds.Count,
                confirmed.OccurredAt,
                Activity.Current?.Id
            )
        );
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ReservationCancelled> context)
    {
        var cancelled = context.Message;
        if (cancelled.WasConfirmed)
        {
            soldSeats.Add(
                new ReservationSeats(
                    cancelled.ReservationId,
                    cancelled.ConcertId,
                    context.Version(),
                    Seats: 0,
                    ConfirmedAt: null,
                    Activity.Current?.Id
                )
            );
        }

        return Task.CompletedTask;
    }
}
