using Npgsql;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// 64-bit identifiers from a PostgreSQL sequence whose INCREMENT is the block size: one round trip
/// a block. A block that a dying host had left over is a gap, nothing more.
/// </summary>
/// <param name="sequence">Schema and name, such as <c>reservations.reservation_ids</c>.</param>
/// <param name="blockSize">The sequence's INCREMENT BY, in identifiers.</param>
public sealed class HiLo(NpgsqlDataSource dataSource, string sequence, int blockSize) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private long _next;
    private long _end;

    /// <summary>The next identifier.</summary>
    public async ValueTask<long> NextAsync(CancellationToken stop) => await NextAsync(1, stop);

    /// <summary>The first of <paramref name="count"/> identifiers in a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than a block at once.</exception>
    public async ValueTask<long> NextAsync(int count, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, blockSize);
        await _gate.WaitAsync(stop);
        try
        {
            if (_end - _next < count)
            {
                await using var command = dataSource.CreateCommand("SELECT nextval($1::regclass)");
                command.Parameters.AddWithValue(sequence);
                _next = (long)(await command.ExecuteScalarAsync(stop))!;
                _end = _next + blockSize;
            }

            var first = _next;
            _next += count;
            return first;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
