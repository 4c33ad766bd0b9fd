using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>Identifiers of customers, a block of a hundred at a time.</summary>
internal sealed class CustomerIds(NpgsqlDataSource dataSource) : IDisposable
{
    private readonly HiLo _ids = new(dataSource, "accounts.customer_ids", blockSize: 100);

    public ValueTask<long> NextAsync(CancellationToken stop) => _ids.NextAsync(stop);

    public void Dispose() => _ids.Dispose();
}
