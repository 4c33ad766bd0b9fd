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
    public async Task whenever_a_letter_names_somebody_there_is_a_next_time()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions { Hosts = 1, EmbeddedKafka = true }
        );
        var name = KoreanName.Random();
        var mina = await Persona.SignUp(system, name);
        var deleted = await mina.Api.Send(
            HttpMethod.Delete,
            "/api/accounts/me",
            new { mina.Password }
        );
        deleted.ShouldBe(NoContent);
        await ErasedAsync(system, mina.Id, times: 1);
        await ToldAsync(system);

        var times = 1;
        foreach (var seconds in new[] { 2 * Hour, 27 * Hour, 15 * Day, 16 * Day, 16 * Day })
        {
            await NamingLetters.AddAsync(system.Database, mina, name, place: times);
            (await WhoNameAsync()).ShouldContain("messaging.dead_letters");

            await system.AdvanceAsync(seconds);

            await ErasedAsync(system, mina.Id, ++times);
            // The outbox's days are dropped by themselves.
            (await WhoNameAsync()).ShouldBe(["messaging.outbox"]);
        }

        Task<IReadOnlyList<string>> WhoNameAsync() =>
            NamingTables.FindAsync(system.Database, name, mina.Email);
    }

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
