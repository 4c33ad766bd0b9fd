using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Two hosts that believe in one number: Kafka fences the older one, which takes another number and
/// goes on.
/// </summary>
[Parallelizable]
internal sealed class FencedHostTests
{
    /// <summary>The class of the advisory locks that hold hosts' numbers.</summary>
    private const int LockClass = 0x534C4F54;

    [Test]
    public async Task a_host_whose_number_another_has_got_goes_on_with_a_new_one()
    {
        await using var system = await ConsumingSystem.StartAsync();
        if (system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka knows no static members.");

        var first = await system.StartHostAsync();
        await system.PaidAsync(1..100);
        await system.AppliedAsync(100);
        var number = await first.SlotAsync();

        await LoseNumberAsync(system, first, number);
        var second = await system.StartHostAsync();
        (await second.SlotAsync()).ShouldBe(number);
        await system.PaidAsync(101..500);

        await Eventually.Until(
            "both have partitions",
            () => first.Partitions.Count > 0 && second.Partitions.Count > 0,
            TimeSpan.FromSeconds(60)
        );
        await system.PaidAsync(501..1000);
        await system.AppliedAsync(1000);
        await system.EffectsShouldBeAsync(1..1000);
        first.Partitions.Intersect(second.Partitions).ShouldBeEmpty();
        first
            .Partitions.Union(second.Partitions)
            .Count()
            .ShouldBe(Topics.Partitions[Topics.Payments]);
    }

    /// <summary>
    /// The database ends the session that holds the host's number, and for a moment somebody else
    /// has it; the host's member in Kafka does not know.
    /// </summary>
    private static async Task LoseNumberAsync(
        ConsumingSystem system,
        ConsumingHost host,
        int number
    )
    {
        await using var thief = await system.Database.OpenConnectionAsync();
        await Eventually.Until(
            "somebody else has the number",
            async () =>
            {
                await using var steal = new NpgsqlCommand(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE locktype = 'advisory' AND classid = $1 AND objid = $2
                        AND pid <> pg_backend_pid()
                        AND database = (
                            SELECT oid FROM pg_database WHERE datname = current_database());
                    """,
                    thief
                );
                steal.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Oid, (uint)LockClass);
                steal.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Oid, (uint)number);
                await steal.ExecuteNonQueryAsync();
                await using var take = new NpgsqlCommand(
                    "SELECT pg_try_advisory_lock($1, $2)",
                    thief
                );
                take.Parameters.AddWithValue(LockClass);
                take.Parameters.AddWithValue(number);
                return (bool)(await take.ExecuteScalarAsync())!;
            }
        );
        await Eventually.Until(
            "the host has another number",
            async () => await host.SlotAsync() != number
        );
        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", thief);
        await release.ExecuteNonQueryAsync();
    }
}
