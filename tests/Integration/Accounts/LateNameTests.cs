using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>
/// Other systems tell of somebody long after the account has gone, and a group cannot read it: such
/// a letter names them until they are erased the next time.
/// </summary>
[Parallelizable]
internal sealed class LateNameTests
{
    private const int Hour = 3600;
    private const int Day = 24 * Hour;

    [Test]
    [Category("Long")]
    public async Task whenever_a_letter_names_somebody_there_is_a_next_time()
    {
        await using var system = await StartAsync();
        var name = KoreanName.Random();
        var mina = await DeletedAsync(system, name);

        var times = 1;
        foreach (var seconds in new[] { 2 * Hour, 27 * Hour, 15 * Day, 16 * Day, 16 * Day })
        {
            await NamingLetters.AddAsync(system.Database, mina, name, place: times);
            (await WhoNameAsync(system, mina, name)).ShouldContain("messaging.dead_letters");

            await system.AdvanceAsync(seconds);

            await ErasedAsync(system, mina.Id, ++times);
            // The outbox's days are dropped by themselves.
            (await WhoNameAsync(system, mina, name)).ShouldBe(["messaging.outbox"]);
        }
    }

    /// <summary>As a host of the version before does it, while both run.</summary>
    [Test]
    public async Task who_is_left_without_a_next_time_is_given_one()
    {
        await using var system = await StartAsync();
        var name = KoreanName.Random();
        var mina = await DeletedAsync(system, name);

        await system.Database.ExecuteAsync(
            """
            UPDATE accounts.customers SET erasures = 5, next_erasure_at = NULL
            WHERE deleted_at IS NOT NULL
            """
        );
        await NamingLetters.AddAsync(system.Database, mina, name, place: 1);
        await Eventually.Until(
            "there is a next time within half a month",
            () =>
                system.Database.ScalarAsync<bool>(
                    """
                    SELECT coalesce(next_erasure_at < clock.now() + interval '16 days', false)
                    FROM accounts.customers WHERE id = $1
                    """,
                    mina.Id
                )
        );
        await system.AdvanceAsync(16 * Day);

        await Eventually.Until(
            "nothing but the outbox names her",
            async () => await WhoNameAsync(system, mina, name) is [] or ["messaging.outbox"]
        );
    }

    private static Task<TestSystem> StartAsync() =>
        TestSystem.StartAsync(new TestSystemOptions { Hosts = 1, EmbeddedKafka = true });

    /// <summary>Somebody who has gone, was erased once, and has been told so.</summary>
    private static async Task<Persona> DeletedAsync(TestSystem system, string name)
    {
        var mina = await Persona.SignUp(system, name);
        var deleted = await mina.Api.Send(
            HttpMethod.Delete,
            "/api/accounts/me",
            new { mina.Password }
        );
        deleted.ShouldBe(NoContent);
        await ErasedAsync(system, mina.Id, times: 1);
        await ToldAsync(system);
        return mina;
    }

    private static Task<IReadOnlyList<string>> WhoNameAsync(
        TestSystem system,
        Persona who,
        string name
    ) => NamingTables.FindAsync(system.Database, name, who.Email);

    private static Task ErasedAsync(TestSystem system, long id, int times) =>
        Eventually.Until(
            $"she was erased {times} times",
            async () =>
                await system.Database.ScalarAsync<int>(
                    "SELECT erasures FROM accounts.customers WHERE id = $1",
                    id
                ) >= times
        );

    /// <summary>Until then a mail has to keep her address.</summary>
    private static Task ToldAsync(TestSystem system) =>
        Eventually.Until(
            "she is told",
            () =>
                system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM notifications.mails
                            WHERE kind = 'account-deleted' AND state = 'sent')
                        AND NOT EXISTS (SELECT FROM notifications.mails WHERE state = 'pending')
                    """
                )
        );
}
