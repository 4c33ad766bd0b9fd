using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Concerts;

/// <summary>
/// Compares the count of every concert on sale with the owner of its seats. Where both stand still
/// and apart, an event has been lost: its dead letter was dropped, or Kafka had dropped it before
/// it was read. Then the owner is right, or a concert would be sold out for ever with seats free.
/// </summary>
internal sealed partial class CompareSoldSeats(
    IServiceScopeFactory scopes,
    SeatDoubts doubts,
    TimeProvider clock,
    DatabaseReady databaseReady,
    IOptions<ConcertsOptions> options,
    ILogger<CompareSoldSeats> logger
) : RepeatedWork(databaseReady, logger)
{
    private const int PageSize = 50;

    private readonly ILogger _logger = logger;

    protected override TimeSpan Interval =>
        TimeSpan.FromMilliseconds(options.Value.SeatComparisonMilliseconds);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        if (!await doubts.TryTakeTurnAsync(Interval, stop))
            return;

        long? last = 0;
        while (last is { } after)
            last = await ComparePageAsync(after, stop);
    }

    /// <returns>The last concert of the page; null where none follows.</returns>
    private async Task<long?> ComparePageAsync(long after, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcertsDb>();
        var inventory = scope.ServiceProvider.GetRequiredService<ISeatInventory>();
        var now = clock.GetUtcNow();
        var page = await db
            .Concerts.AsNoTracking()
            .Where(c => c.Status != ConcertStatus.Cancelled && c.Id > after)
            .Where(c => c.BookingStartTime <= now && c.StartsAt > now)
            .OrderBy(c => c.Id)
            .Take(PageSize)
            .ToListAsync(stop);
        var sold = await inventory.CountSoldAsync([.. page.Select(c => c.Id)], stop);
        var agreeing = new List<long>();
        foreach (var concert in page)
        {
            if (!sold.TryGetValue(concert.Id, out var owned))
                continue;
            if (owned == concert.SoldSeats)
                agreeing.Add(concert.Id);
            else
                await DoubtAsync(concert, owned, stop);
        }

        await doubts.ForgetAsync(agreeing, stop);
        return page.Count == PageSize ? page[^1].Id : null;
    }

    private async Task DoubtAsync(Concert concert, int owned, CancellationToken stop)
    {
        var longEnough = TimeSpan.FromSeconds(options.Value.SeatDoubtSeconds);
        if (!await doubts.NoteAsync(concert.Id, concert.SoldSeats, owned, longEnough, stop))
            return;

        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var correction = scope.ServiceProvider.GetRequiredService<CorrectSoldSeats>();
        var isCorrected = await work.RunAsync(
            stop => correction.RunAsync(concert.Id, concert.SoldSeats, owned, stop),
            stop
        );
        if (isCorrected)
            LogCorrected(concert.Id, concert.SoldSeats, owned);
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Of concert {ConcertId} {Counted} sold seats were counted, and its inventory has {Owned}: "
            + "an event was lost, and the inventory is believed"
    )]
    private partial void LogCorrected(long concertId, int counted, int owned);
}
