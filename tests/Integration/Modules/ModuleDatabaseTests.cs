using ConcertReservation.BuildingBlocks.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Modules;

/// <summary>A save without a unit of work is one by itself, and leaves none open.</summary>
[Parallelizable]
internal sealed class ModuleDatabaseTests
{
    private TestDatabase _database = null!;
    private ServiceProvider _services = null!;
    private AsyncServiceScope _scope;

    [SetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateEmptyAsync("module_database");
        await _database.ExecuteAsync("CREATE TABLE notes (id bigint PRIMARY KEY)");
        var services = new ServiceCollection();
        services.AddSingleton(_database.DataSource);
        services.AddScoped<UnitOfWork>();
        services.AddModuleDatabase<NotesDb>("public");
        _services = services.BuildServiceProvider();
        _scope = _services.CreateAsyncScope();
    }

    [TearDown]
    public async Task Stop()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task after_a_commit_that_fails_the_next_save_begins_anew()
    {
        var work = _scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var db = _scope.ServiceProvider.GetRequiredService<NotesDb>();
        work.BeforeCommit(_ => throw new TimeoutException("The outbox does not answer."));
        db.Notes.Add(new Note { Id = 1 });
        await Should.ThrowAsync<TimeoutException>(() => db.SaveChangesAsync());

        work.IsActive.ShouldBeFalse();
        db.Notes.Add(new Note { Id = 2 });
        await db.SaveChangesAsync();

        (await _database.ReadAsync<long>("SELECT id FROM notes")).ShouldBe([2]);
    }

    [Test]
    public async Task after_a_save_that_is_cancelled_the_next_one_begins_anew()
    {
        var db = _scope.ServiceProvider.GetRequiredService<NotesDb>();
        using var cancelled = new CancellationTokenSource();
        _scope
            .ServiceProvider.GetRequiredService<UnitOfWork>()
            .BeforeCommit(async stop =>
            {
                await cancelled.CancelAsync();
                stop.ThrowIfCancellationRequested();
            });
        db.Notes.Add(new Note { Id = 1 });
        await Should.ThrowAsync<OperationCanceledException>(() =>
            db.SaveChangesAsync(cancelled.Token)
        );

        db.Notes.Add(new Note { Id = 2 });
        await db.SaveChangesAsync();

        (await _database.ReadAsync<long>("SELECT id FROM notes")).ShouldBe([2]);
    }

    internal sealed class NotesDb(DbContextOptions<NotesDb> options) : DbContext(options)
    {
        public DbSet<Note> Notes => Set<Note>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Note>(note =>
            {
                note.ToTable("notes");
                note.Property(n => n.Id).HasColumnName("id").ValueGeneratedNever();
            });
    }

    internal sealed class Note
    {
        public long Id { get; init; }
    }
}
