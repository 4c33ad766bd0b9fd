using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>Transaction ids as parameters of type xid8.</summary>
internal static class XidParameters
{
    public static NpgsqlParameter<ulong> Of(ulong xid) =>
        new() { TypedValue = xid, NpgsqlDbType = NpgsqlDbType.Xid8 };

    public static NpgsqlParameter<ulong[]> Of(IReadOnlyList<ulong> xids) =>
        new() { TypedValue = [.. xids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 };
}
