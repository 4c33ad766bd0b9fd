using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Notifications;

/// <summary>
/// The schema and its migrations; the module reads and writes it in sets, by statements.
/// </summary>
internal sealed class NotificationsDb(DbContextOptions<NotificationsDb> options)
    : DbContext(options);
