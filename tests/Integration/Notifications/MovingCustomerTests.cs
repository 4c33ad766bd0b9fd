using System.Net;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// A mail is written while its customer changes their address, and neither sees the other's
/// transaction: the mail goes to the new one all the same. Nothing is sent here.
/// </summary>
[Parallelizable]
internal sealed class MovingCustomerTests
{
    private const long Concert = 7;
    private const long Mina = 4;
    private const string NewEmail = "mina@example.net";
    private static readonly string[] Kinds = ["seats-held", "refunded", "sold-out"];

    private NotificationsSystem _system = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _system = await NotificationsSystem.StartAsync();
        await _system.HostA.ReceiveAsync(Told.SignedUp(Mina, "Mina"), Told.SignedUp(5, "Jisoo"));
        foreach (var customer in new[] { Mina, 5 })
        {
            using var joined = await _system.HostA.SendAsync(
                HttpMethod.Post,
                $"/concerts/{Concert}/waitlist",
                customer
            );
            joined.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task a_mail_that_is_all_but_written_follows_its_customer(string kind)
    {
        var writing = await HeldBatch.StartAsync(_system.HostA, EventOf(kind));

        var moving = _system.HostB.ReceiveAsync(Moved());
        await IsDoneOrWaitsAsync(moving);
        await writing.CommitAsync();
        await moving;

        await ShouldGoToNewAddressAsync(kind);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task a_mail_that_is_written_while_its_customer_moves_goes_to_the_new_address(
        string kind
    )
    {
        var moving = await HeldBatch.StartAsync(_system.HostA, Moved());

        var writing = _system.HostB.ReceiveAsync(EventOf(kind));
        await IsDoneOrWaitsAsync(writing);
        await moving.CommitAsync();
        await writing;

        await ShouldGoToNewAddressAsync(kind);
    }

    [Test]
    public async Task a_mail_that_is_sent_again_while_its_customer_moves_goes_to_the_new_address()
    {
        await _system.HostA.ReceiveAsync(EventOf("seats-held"));
        await _system.Database.ExecuteAsync("UPDATE notifications.mails SET state = 'failed'");
        var id = await _system.Database.ScalarAsync<long>(
            "SELECT id FROM notifications.mails WHERE kind = 'seats-held'"
        );
        var moving = await HeldBatch.StartAsync(_system.HostA, Moved());

        var resending = _system.HostB.SendAsync(
            HttpMethod.Post,
            $"/ops/mails/{id}/resend",
            customer: 1,
            body: null,
            Roles.Operator
        );
        await IsDoneOrWaitsAsync(resending);
        await moving.CommitAsync();
        using var resent = await resending;

        resent.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await ShouldGoToNewAddressAsync("seats-held");
    }

    private static UserChanged Moved() =>
        Told.Changed(Mina, "Mina") with
        {
            Email = NewEmail,
            PreviousEmail = $"user-{Mina}@example.org",
        };

    private static DomainEvent EventOf(string kind) =>
        kind switch
        {
            "seats-held" => Told.Created(77, Mina, "Night"),
            "refunded" => Told.Refunded(77, Mina),
            "sold-out" => Told.SoldOut(Concert, DateTimeOffset.UtcNow.AddMinutes(1)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    private Task IsDoneOrWaitsAsync(Task other) =>
        Eventually.Until(
            "the other one is done, or waits for the first",
            async () =>
                other.IsCompleted
                || await _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database()
                            AND cardinality(pg_blocking_pids(pid)) > 0)
                    """
                )
        );

    private async Task ShouldGoToNewAddressAsync(string kind)
    {
        var mail = (await _system.MailsAsync(kind)).Where(m => m.UserId == Mina);
        mail.ShouldHaveSingleItem().Recipient.ShouldBe(NewEmail);
    }

    /// <summary>A batch of events that is written to its end and not committed yet.</summary>
    private sealed class HeldBatch(Task batch, TaskCompletionSource released)
    {
        public static async Task<HeldBatch> StartAsync(ModuleHost host, DomainEvent domainEvent)
        {
            var written = new TaskCompletionSource();
            var released = new TaskCompletionSource(
                TaskCreationOptions.RunContinuationsAsynchronously
            );
            var batch = RunAsync(host, domainEvent, written, released.Task);
            await await Task.WhenAny(written.Task, batch);
            return new HeldBatch(batch, released);
        }

        public Task CommitAsync()
        {
            released.TrySetResult();
            return batch;
        }

        private static async Task RunAsync(
            ModuleHost host,
            DomainEvent domainEvent,
            TaskCompletionSource written,
            Task released
        )
        {
            await using var scope = host.Services.CreateAsyncScope();
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            await work.RunAsync(
                async stop =>
                {
                    await Delivery.ConsumeAsync(scope.ServiceProvider, domainEvent, stop);
                    // Behind the one that writes the mails.
                    work.BeforeCommit(_ =>
                    {
                        written.TrySetResult();
                        return released;
                    });
                    return true;
                },
                CancellationToken.None
            );
        }
    }
}
