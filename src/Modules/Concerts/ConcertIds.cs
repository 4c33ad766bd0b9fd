using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Concerts;

/// <summary>Identifiers of concerts, a block of twenty at a time.</summary>
internal sealed class ConcertIds(NpgsqlDataSource dataSource) : IDisposable
{
    private readonly HiLo _ids = new(dataSource, "concerts.concert_ids", blockSize: 20);

    public ValueTask<long> NextAsync(CancellationToken stop) => _ids.NextAsync(stop);

    public void Dispose() => _ids.Dispose();
}
