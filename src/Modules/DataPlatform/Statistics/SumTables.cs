using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>The sums by hour, concert and customer, changed by adding to them.</summary>
internal static class SumTables
{
    /// <summary>
    /// One upsert a table, tables and rows always in the same order, as the last thing before the
    /// commit: batches of other partitions wait here for one another, shortly, and never in a
    /// circle.
    /// </summary>
    public static async Task ChangeAsync(
        UnitOfWork work,
        string schema,
        StatisticsChange change,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        batch.BatchCommands.Add(Customers(schema, change));
        batch.BatchCommands.Add(CustomerHours(schema, change));
        batch.BatchCommands.Add(Concerts(schema, change));
        batch.BatchCommands.Add(Hours(schema, change));
        await batch.ExecuteNonQueryAsync(stop);
    }

    private static NpgsqlBatchCommand Hours(string schema, StatisticsChange change) =>
        new Addition<(DateTimeOffset Hour, long ConcertId), HourSums>(
            $"{schema}.hours",
            change.Hours
        )
            .Key("hour", "timestamptz", k => k.Hour.UtcDateTime)
            .Key("concert_id", "bigint", k => k.ConcertId)
            .Sum("bookings", s => s.Bookings)
            .Sum("seats_booked", s => s.SeatsBooked)
            .Sum("confirmations", s => s.Confirmations)
            .Sum("seats_sold", s => s.SeatsSold)
            .Sum("revenue", s => s.Revenue)
            .Sum("expiries", s => s.Expiries)
            .Sum("cancellations", s => s.Cancellations)
            .Sum("seats_returned", s => s.SeatsReturned)
            .Sum("refunds", s => s.Refunds)
            .ToCommand();

    private static NpgsqlBatchCommand Concerts(string schema, StatisticsChange change) =>
        new Addition<long, ConcertSums>($"{schema}.concert_totals", change.Concerts)
            .Key("concert_id", "bigint", k => k)
            .Sum("bookings", s => s.Bookings)
            .Sum("confirmations", s => s.Confirmations)
            .Sum("expiries", s => s.Expiries)
            .Sum("cancellations", s => s.Cancellations)
            .Sum("held_seats", s => s.HeldSeats)
            .Sum("sold_seats", s => s.SoldSeats)
            .Sum("revenue", s => s.Revenue)
            .ToCommand();

    private static NpgsqlBatchCommand Customers(string schema, StatisticsChange change) =>
        new Addition<(long CustomerId, long ConcertId), CustomerSums>(
            $"{schema}.customer_totals",
            change.Customers
        )
            .Key("customer_id", "bigint", k => k.CustomerId)
            .Key("concert_id", "bigint", k => k.ConcertId)
            .Sum("bookings", s => s.Bookings)
            .Sum("confirmations", s => s.Confirmations)
            .Sum("seats", s => s.Seats)
            .Sum("spend", s => s.Spend)
            .ToCommand();

    private static NpgsqlBatchCommand CustomerHours(string schema, StatisticsChange change) =>
        new Addition<(long CustomerId, int HourOfDay), long>(
            $"{schema}.customer_hours",
            change.CustomerHours
        )
            .Key("customer_id", "bigint", k => k.CustomerId)
            .Key("hour_of_day", "int", k => k.HourOfDay)
            .Sum("bookings", s => s)
            .ToCommand();

    /// <summary>Adds the changed sums to the rows of a table, which begin at zero.</summary>
    private sealed class Addition<TKey, TSums>(string table, Dictionary<TKey, TSums> changes)
        where TKey : notnull
        where TSums : struct, IEquatable<TSums>
    {
        private readonly KeyValuePair<TKey, TSums>[] _rows =
        [
            .. changes.Where(c => !c.Value.Equals(default)).OrderBy(c => c.Key),
        ];
        private readonly NpgsqlBatchCommand _command = new();
        private readonly List<string> _keys = [];
        private readonly List<string> _sums = [];
        private readonly List<string> _arrays = [];

        public Addition<TKey, TSums> Key<T>(string column, string type, Func<TKey, T> value)
        {
            _keys.Add(column);
            AddArray(type, _rows.Select(r => value(r.Key)));
            return this;
        }

        public Addition<TKey, TSums> Sum(string column, Func<TSums, long> value)
        {
            _sums.Add(column);
            AddArray("bigint", _rows.Select(r => value(r.Value)));
            return this;
        }

        public NpgsqlBatchCommand ToCommand()
        {
            _command.CommandText = $"""
                INSERT INTO {table} AS known ({string.Join(
                    ", ",
                    _keys.Concat(_sums)
                )})
                SELECT * FROM unnest({string.Join(", ", _arrays)})
                ON CONFLICT ({string.Join(", ", _keys)}) DO UPDATE SET
                    {string.Join(", ", _sums.Select(s => $"{s} = known.{s} + excluded.{s}"))}
                """;
            return _command;
        }

        private void AddArray<T>(string type, IEnumerable<T> values)
        {
            _command.Parameters.AddArray(values);
            _arrays.Add($"${_command.Parameters.Count}::{type}[]");
        }
    }
}
