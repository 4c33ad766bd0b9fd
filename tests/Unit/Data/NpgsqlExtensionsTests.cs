using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Tests.Unit.Data;

internal sealed class NpgsqlExtensionsTests
{
    [Test]
    public void an_array_keeps_its_elements_type_where_its_values_tell_none()
    {
        using var command = new NpgsqlCommand();

        command.Parameters.AddArray(NpgsqlDbType.Text, new string?[] { null });

        command.Parameters[0].NpgsqlDbType.ShouldBe(NpgsqlDbType.Array | NpgsqlDbType.Text);
    }
}
