using System.Text.Json;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace ConcertReservation.Concerts;

internal sealed class ConcertsDb(DbContextOptions<ConcertsDb> options) : DbContext(options)
{
    public DbSet<Concert> Concerts => Set<Concert>();

    /// <summary>The concert, locked until the unit of work ends.</summary>
    public async Task<Concert?> LockAsync(long concertId, CancellationToken stop)
    {
        var found = await Concerts
            .FromSql($"SELECT * FROM concerts.concerts WHERE id = {concertId} FOR UPDATE")
            .ToListAsync(stop);
        return found.SingleOrDefault();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var concert = modelBuilder.Entity<Concert>();
        concert.ToTable("concerts", "concerts");
        concert.Property(c => c.Id).HasColumnName("id").ValueGeneratedNever();
        concert.Property(c => c.OrganiserId).HasColumnName("organiser_id");
        concert.Property(c => c.Name).HasColumnName("name");
        concert.Property(c => c.Artist).HasColumnName("artist");
        concert.Property(c => c.Venue).HasColumnName("venue");
        concert.Property(c => c.StartsAt).HasColumnName("starts_at");
        concert.Property(c => c.BookingStartTime).HasColumnName("booking_start_time");
        concert.Property(c => c.TicketsPerCustomer).HasColumnName("tickets_per_customer");
        concert.Property(c => c.HoldSeconds).HasColumnName("hold_seconds");
        concert.Property(c => c.TotalSeats).HasColumnName("total_seats");
        concert.Property(c => c.SoldSeats).HasColumnName("sold_seats");
        concert.Property(c => c.SoldOutTime).HasColumnName("sold_out_time");
        concert.Property(c => c.Version).HasColumnName("version");
        concert
            .Property(c => c.Status)
            .HasColumnName("status")
            .HasConversion(s => s.Name(), name => ConcertStatusNames.Find(name)!.Value);
        concert
            .Property(c => c.Sections)
            .HasColumnName("sections")
            .HasColumnType("jsonb")
            .HasConversion(
                sections => JsonSerializer.Serialize(sections, JsonSerializerOptions.Web),
                json =>
                    JsonSerializer.Deserialize<List<SectionPlan>>(json, JsonSerializerOptions.Web)!,
                // The plan never changes: the reference is comparison enough.
                new ValueComparer<IReadOnlyList<SectionPlan>>(
                    (a, b) => ReferenceEquals(a, b),
                    s => s.Count,
                    s => s
                )
            );
    }
}
