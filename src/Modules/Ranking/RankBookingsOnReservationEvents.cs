using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Ranking;

/// <summary>Booked seats move a concert up, seats that come back move it down.</summary>
internal sealed class RankBookingsOnReservationEvents(RankingBatch batch)
    : IConsumer<ReservationCreated>,
        IConsumer<ReservationConfirmed>,
        IConsumer<ReservationExpired>,
        IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationCreated> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationConfirmed> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationExpired> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationCancelled> context) => batch.Add(context);
}
