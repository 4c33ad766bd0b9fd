using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Reservations;

/// <summary>
/// Carries the schema's migrations. Rows are locked, read and written in sets by statements of this
/// module's own, which an object-relational mapper cannot express.
/// </summary>
internal sealed class ReservationsDb(DbContextOptions<ReservationsDb> options) : DbContext(options);
