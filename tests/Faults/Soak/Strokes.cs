using ConcertReservation.Tests.Faults.Harness;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>
/// What a person does to a system in the midst of it all: to its database, or as its operator.
/// </summary>
internal sealed class Strokes(FaultSystem stage, Tally tally)
{
    private const int TenMinutes = 600;

    /// <summary>So many letters are tried again at once, the newest ones.</summary>
    private const int MaxLetters = 20;

    /// <summary>They tell how wild it was.</summary>
    private static readonly string[] Ends =
    [
        "RESERVATION_EXPIRED",
        "RESERVATION_CANCELLED",
        "RESERVATION_CONFIRMED",
        "PAYMENT_FAILED",
        "PAYMENT_REFUNDED",
        "CONCERT_SOLD_OUT",
        "CONCERT_REOPENED",
    ];

    /// <summary>Until poison has come through a group that is in trouble.</summary>
    private static readonly TimeSpan LetterPatience = TimeSpan.FromMinutes(2);

    private const string NewestLettersSql = """
        SELECT dead_letter_id FROM messaging.dead_letters
        WHERE status IN ('waiting', 'parked') AND dead_letter_id > $1
        ORDER BY dead_letter_id DESC LIMIT $2
        """;

    public async Task TerminateSessionsAsync()
    {
        var terminated = await stage.Database.ScalarAsync<long>(
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        );
        terminated.ShouldBePositive();
        tally.Count("sessions terminated", terminated);
        // Some were the test's own.
        stage.Database.DataSource.Clear();
    }

    /// <summary>Until it is disposed of.</summary>
    public async Task<NpgsqlConnection> OpenTransactionAsync()
    {
        var stranger = new NpgsqlConnection($"{stage.Database.ConnectionString};Pooling=false");
        await stranger.OpenAsync();
        await stranger.BeginTransactionAsync();
        await using var begin = new NpgsqlCommand("SELECT pg_current_xact_id()", stranger);
        await begin.ExecuteNonQueryAsync();
        return stranger;
    }

    /// <summary>Sets a group back to the start of its topics.</summary>
    public async Task RewindAsync(string group)
    {
        await OperateAsync($"/api/ops/consumers/{group}/reset", new { to = "start" });
        tally.Count(
            "records to be read again",
            await stage.Database.ScalarAsync<long>(
                """
                SELECT coalesce(sum(to_offset - from_offset), 0)::bigint
                FROM messaging.consumer_rereads WHERE consumer_group = $1
                """,
                group
            )
        );
    }

    /// <summary>They are poison, and become letters again.</summary>
    public async Task ReplayLettersAsync()
    {
        var last = await stage.Database.ScalarAsync<long>(
            "SELECT coalesce(max(dead_letter_id), 0) FROM messaging.dead_letters"
        );
        await Poison.PourAsync(stage.Kafka);
        var letters = await Eventually.Becomes(
            "poison has become dead letters",
            () => stage.Database.ReadAsync<long>(NewestLettersSql, last, MaxLetters),
            ids => ids.Count > 0,
            LetterPatience
        );
        await OperateAsync("/api/ops/dead-letters/replay", new { deadLetterIds = letters });
        tally.Count("dead letters tried again", letters.Count);
    }

    public async Task PassTenMinutesAsync()
    {
        await stage.AdvanceAsync(TenMinutes);
        tally.Count("minutes that passed at once", TenMinutes / 60);
    }

    /// <summary>How sales and payments ended, and who relayed.</summary>
    public async Task NoteEndsAsync()
    {
        foreach (var type in Ends)
        {
            var count = await stage.Database.ScalarAsync<long>(
                "SELECT count(*) FROM data_platform.events WHERE event_type = $1",
                type
            );
            tally.Note($"event {type}", count);
        }

        tally.Note(
            "relay takeovers",
            await stage.Database.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position")
        );
    }

    private async Task OperateAsync(string path, object body)
    {
        var person = new Client(stage, 0);
        await person.SignInAsOperatorAsync();
        (await person.PostAsync(path, body)).ShouldSucceed();
    }
}
