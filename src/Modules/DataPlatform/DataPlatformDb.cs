using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Carries the migrations of schema <c>data_platform</c>. Its tables are written set-based, a batch
/// at a time, by <see cref="EventStore"/> and <see cref="Statistics"/>.
/// </summary>
internal sealed class DataPlatformDb(DbContextOptions<DataPlatformDb> options) : DbContext(options);
