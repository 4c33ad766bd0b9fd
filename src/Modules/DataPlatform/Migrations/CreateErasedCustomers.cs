using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261121_0014_erased_customers")]
internal sealed class CreateErasedCustomers : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE data_platform.erased_customers (
                customer_id bigint PRIMARY KEY,
                erased_at   timestamptz NOT NULL DEFAULT clock.now()
            );
            COMMENT ON TABLE data_platform.erased_customers IS
                'whose events are stored without what names them, however late they come';
            """
        );
}
