using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>An export is read as fast as its reader likes, and nobody waits for that.</summary>
internal sealed class PersonalRowsTests
{
    private const string Sql = """
        SELECT n, n::int FROM generate_series(0::bigint, 1234) AS numbers (n)
        WHERE n > $2 AND $1 = 7 ORDER BY 1 LIMIT $3
        """;

    [Test]
    public async Task every_row_comes_once_and_in_order()
    {
        var records = await Read(SharedSystem.System.Database.DataSource).ToListAsync();

        records.Select(r => r.Value).ShouldBe(Enumerable.Range(0, 1235).Cast<object>());
        records.ShouldAllBe(r => r.Kind == "numbers");
    }

    [Test]
    public async Task while_somebody_takes_a_row_no_connection_is_kept()
    {
        var one = new NpgsqlConnectionStringBuilder(SharedSystem.System.Database.ConnectionString)
        {
            MaxPoolSize = 1,
            Timeout = 1,
        };
        await using var dataSource = NpgsqlDataSource.Create(one);
        await using var rows = Read(dataSource).GetAsyncEnumerator();
        (await rows.MoveNextAsync()).ShouldBeTrue();

        await using var another = await dataSource.OpenConnectionAsync();

        another.State.ShouldBe(System.Data.ConnectionState.Open);
    }

    private static IAsyncEnumerable<PersonalRecord> Read(NpgsqlDataSource dataSource) =>
        dataSource.ReadPersonalAsync(
            "numbers",
            Sql,
            customerId: 7,
            row => row.GetInt32(1),
            CancellationToken.None
        );
}
