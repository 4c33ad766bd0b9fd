using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Ranking;

/// <summary>Carries the migrations of schema <c>ranking</c>.</summary>
internal sealed class RankingDb(DbContextOptions<RankingDb> options) : DbContext(options);
