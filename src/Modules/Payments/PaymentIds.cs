using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Payments;

internal sealed class PaymentIds(NpgsqlDataSource dataSource) : IDisposable
{
    /// <summary>The increment of the sequence.</summary>
    private const int BlockSize = 100;

    private readonly HiLo _ids = new(dataSource, "payments.payment_ids", BlockSize);

    public ValueTask<long> NextAsync(CancellationToken stop) => _ids.NextAsync(stop);

    public void Dispose() => _ids.Dispose();
}
