using ConcertReservation.BuildingBlocks.Data;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <summary>
/// Deletes the session and revokes its access tokens; one that has ended already stays so.
/// </summary>
internal sealed class EndSession(AccountsDb db, UnitOfWork work, Revocations revocations)
{
    public Task RunAsync(Guid sessionId, CancellationToken stop) =>
        work.RunAsync(
            async stop =>
            {
                var revocation = Revocation.OfSession(sessionId);
                work.AfterCommit(() => revocations.Add(revocation));
                var ended = await db
                    .Sessions.Where(s => s.Id == sessionId)
                    .ExecuteDeleteAsync(stop);
                if (ended > 0)
                    db.Revocations.Add(revocation);
                await db.SaveChangesAsync(stop);
                return ended;
            },
            stop
        );
}
