using ConcertReservation.Host.Database;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>Mails to waitlists that the version before the turns has left in the queue.</summary>
[Parallelizable]
internal sealed class QueuedBeforeTurnsTests
{
    private const string UndoTurns = """
        UPDATE notifications.mails SET state = 'sent' WHERE kind = 'reopened';
        DROP INDEX notifications.mails_to_waitlists;
        DROP INDEX notifications.mails_due;
        ALTER TABLE notifications.mails DROP COLUMN waitlist_concert_id;
        CREATE INDEX mails_due ON notifications.mails (next_attempt_at) WHERE state = 'pending';
        DROP TABLE notifications.waitlist_turns;
        DELETE FROM notifications.migrations WHERE "MigrationId" LIKE '%waitlist_turns';
        """;

    [Test]
    public async Task they_leave_in_the_order_of_joining_as_one_list()
    {
        await using var system = await NotificationsSystem.StartAsync();
        await system.HostA.ReceiveAsync(Told.SignedUp(4, "Kim"));
        await system.Database.ExecuteAsync(
            "INSERT INTO notifications.waitlist VALUES (7, 4, 'user-4@example.org', $1)",
            Told.Now.UtcDateTime
        );
        var later = Told.Now.AddMinutes(1);
        await system.HostA.ReceiveAsync(Told.SoldOut(7, later), Told.Reopened(7, later));
        await system.Database.ExecuteAsync(UndoTurns);

        await system.HostA.Services.GetRequiredService<Migrator>().RunAsync(CancellationToken.None);

        var lists = await system.Database.ReadAsync<string>(
            "SELECT kind || coalesce(' ' || waitlist_concert_id, '') FROM notifications.mails"
        );
        lists.ShouldBe(["welcome", "sold-out 0", "reopened"], ignoreOrder: true);
    }
}
