using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Messaging;

/// <summary>Schema <c>messaging</c>: its migrations; the statements are written by hand.</summary>
internal sealed class MessagingDb(DbContextOptions<MessagingDb> options) : DbContext(options);
