using ConcertReservation.Contracts;
using ConcertReservation.Notifications;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// Two hosts of the module on one database, sending into one folder or to one server.
/// </summary>
internal sealed class NotificationsSystem : IAsyncDisposable
{
    private NotificationsSystem(TestDatabase database, ModuleHost hostA, ModuleHost hostB) =>
        (Database, HostA, HostB) = (database, hostA, hostB);

    public TestDatabase Database { get; }
    public ModuleHost HostA { get; }
    public ModuleHost HostB { get; }

    /// <summary>Of both hosts.</summary>
    public required LogLines Log { get; init; }

    /// <param name="settings">Where mails go, and how patiently.</param>
    public static async Task<NotificationsSystem> StartAsync(
        params IReadOnlyList<(string Key, string Value)> settings
    )
    {
        var database = await TestDatabase.CreateAsync("notifications");
        var log = new LogLines();
        return new NotificationsSystem(
            database,
            await StartHostAsync(database, log, settings),
            await StartHostAsync(database, log, settings)
        )
        {
            Log = log,
        };
    }

    public async Task<IReadOnlyList<QueuedMail>> MailsAsync(string? kind = null)
    {
        await using var command = Database.DataSource.CreateCommand(
            $"""
            SELECT user_id, kind, recipient, recipient_name, state, attempts, reason,
                {StoredMail.Columns}
            FROM notifications.mails WHERE $1 IS NULL OR kind = $1 ORDER BY id
            """
        );
        command.Parameters.AddWithValue(
            NpgsqlTypes.NpgsqlDbType.Text,
            (object?)kind ?? DBNull.Value
        );
        await using var row = await command.ExecuteReaderAsync();
        var mails = new List<QueuedMail>();
        while (await row.ReadAsync())
        {
            mails.Add(
                new QueuedMail(
                    row.GetInt64(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetString(4),
                    row.GetInt32(5),
                    row.IsDBNull(6) ? null : row.GetString(6),
                    StoredMail.Read(row, first: 7)
                )
            );
        }

        return mails;
    }

    public Task<IReadOnlyList<QueuedMail>> AllSentAsync(int count) =>
        Eventually.Becomes(
            $"{count} mails are sent",
            () => MailsAsync(),
            mails => mails.Count == count && mails.All(m => m.State == "sent")
        );

    public async ValueTask DisposeAsync()
    {
        await HostA.DisposeAsync();
        await HostB.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static Task<ModuleHost> StartHostAsync(
        TestDatabase database,
        LogLines log,
        IReadOnlyList<(string Key, string Value)> settings
    ) =>
        ModuleHost.StartAsync(
            database.ConnectionString,
            [new NotificationsModule()],
            services =>
                services
                    .AddSingleton<IConcertCatalogue>(new KnownConcerts())
                    .AddSingleton<ILoggerProvider>(log),
            settings
        );
}

internal sealed record QueuedMail(
    long UserId,
    string Kind,
    string Recipient,
    string RecipientName,
    string State,
    int Attempts,
    string? Reason,
    WrittenMail Written
)
{
    public string Language => Written.Language;
    public string Subject => Written.Subject;
    public string Text => Written.Text;
}

/// <summary>
/// In the place of Concerts: concerts 1 to 1000, of which 13 is cancelled and 14 has begun.
/// </summary>
internal sealed class KnownConcerts : IConcertCatalogue
{
    public const long Cancelled = 13;
    public const long Begun = 14;

    public Task<ConcertSummary?> FindAsync(long concertId, CancellationToken stop)
    {
        var time = DateTimeOffset.UnixEpoch;
        var startsAt = concertId == Begun ? time : DateTimeOffset.MaxValue;
        var status = concertId == Cancelled ? "CANCELLED" : "SCHEDULED";
        return Task.FromResult(
            concertId is >= 1 and <= 1000
                ? new ConcertSummary(concertId, "Night", status, time, startsAt)
                : null
        );
    }
}

/// <summary>Events as their modules would publish them.</summary>
internal static class Told
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    public static UserSignedUp SignedUp(long userId, string name, string language = "ko") =>
        new()
        {
            OccurredAt = Now,
            Version = 1,
            UserId = userId,
            Email = $"user-{userId}@example.org",
            Name = name,
            Language = language,
        };

    public static UserChanged Changed(long userId, string name, string language = "ko") =>
        new()
        {
            OccurredAt = Now,
            Version = 2,
            UserId = userId,
            Email = $"user-{userId}@example.org",
            Name = name,
            Language = language,
        };

    public static ConcertScheduled Scheduled(long concertId, string name) =>
        new()
        {
            OccurredAt = Now,
            Version = 1,
            ConcertId = concertId,
            ConcertName = name,
            Artist = "The Band",
            Venue = "Olympic Hall",
            StartsAt = Now.AddDays(30),
            BookingStartTime = Now,
            TotalSeats = 10,
            TicketsPerCustomer = 4,
            HoldSeconds = 300,
            Sections = [],
        };

    public static ReservationCreated Created(long reservationId, long userId, string concert) =>
        new()
        {
            OccurredAt = Now,
            Version = 1,
            ReservationId = reservationId,
            UserId = userId,
            ConcertId = 7,
            SeatId = 1,
            SeatIds = [1, 2],
            Amount = new Money(50_000),
            UserEmail = $"user-{userId}@example.org",
            Language = "ko",
            ConcertName = concert,
            HeldUntil = Now.AddMinutes(5),
        };

    public static ReservationConfirmed Confirmed(ReservationCreated created) =>
        new()
        {
            OccurredAt = Now,
            Version = 2,
            ReservationId = created.ReservationId,
            UserId = created.UserId,
            ConcertId = created.ConcertId,
            SeatIds = created.SeatIds,
            Amount = created.Amount,
            PaymentId = 5,
            UserEmail = created.UserEmail,
            Language = created.Language,
            ConcertName = created.ConcertName,
        };

    public static ReservationExpired Expired(ReservationCreated created) =>
        new()
        {
            OccurredAt = Now,
            Version = 2,
            ReservationId = created.ReservationId,
            UserId = created.UserId,
            ConcertId = created.ConcertId,
            SeatIds = created.SeatIds,
            UserEmail = created.UserEmail,
            Language = created.Language,
            ConcertName = created.ConcertName,
        };

    public static ReservationCancelled Cancelled(ReservationCreated created) =>
        new()
        {
            OccurredAt = Now,
            Version = 3,
            ReservationId = created.ReservationId,
            UserId = created.UserId,
            ConcertId = created.ConcertId,
            SeatIds = created.SeatIds,
            Amount = created.Amount,
            PaymentId = 5,
            WasConfirmed = true,
            Reason = "by the customer",
            UserEmail = created.UserEmail,
            Language = created.Language,
            ConcertName = created.ConcertName,
        };

    public static PaymentRefunded Refunded(long reservationId, long userId) =>
        new()
        {
            OccurredAt = Now,
            Version = 3,
            PaymentId = 5,
            ReservationId = reservationId,
            UserId = userId,
            Amount = new Money(50_000),
            PaymentMethod = "CARD",
            Reason = "cancelled",
        };

    public static ConcertSoldOut SoldOut(long concertId, DateTimeOffset occurredAt) =>
        new()
        {
            OccurredAt = occurredAt,
            Version = 2,
            ConcertId = concertId,
            ConcertName = "Night",
            SoldOutTime = Now,
            BookingStartTime = Now,
            TotalSeats = 10,
        };

    public static ConcertReopened Reopened(long concertId, DateTimeOffset occurredAt) =>
        new()
        {
            OccurredAt = occurredAt,
            Version = 3,
            ConcertId = concertId,
            ConcertName = "Night",
            AvailableSeats = 1,
        };
}
