using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Ranking;

/// <summary>Names are kept, the first sell-out is timed, a cancelled concert leaves.</summary>
internal sealed class RankConcertsOnConcertEvents(RankingBatch batch)
    : IConsumer<ConcertScheduled>,
        IConsumer<ConcertChanged>,
        IConsumer<ConcertSoldOut>,
        IConsumer<ConcertCancelled>
{
    public Task Consume(ConsumeContext<ConcertScheduled> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertChanged> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertSoldOut> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertCancelled> context) => batch.Add(context);
}
