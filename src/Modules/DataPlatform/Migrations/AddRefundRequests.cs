using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261123_0001_refund_requests")]
internal sealed class AddRefundRequests : Migration
{
    /// <remarks>
    /// What is in the store already is counted by a rebuild, which begins by itself; one that runs
    /// begins again, with the new column.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE data_platform.payments ADD COLUMN refund_requested_at timestamptz;

            INSERT INTO data_platform.rebuild (requested_by, started_at)
            SELECT 'migration refund requests', clock.now()
            WHERE EXISTS (SELECT FROM data_platform.events)
            ON CONFLICT (only_row) DO UPDATE
            SET requested_by = excluded.requested_by, started_at = excluded.started_at,
                events = 0, read = 0, safe_seq = NULL, finished_at = NULL;
            """
        );
}
