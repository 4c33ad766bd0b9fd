using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>An amount of whole won (KRW), never negative; a JSON number on the wire.</summary>
[JsonConverter(typeof(MoneyJsonConverter))]
public readonly record struct Money : IComparable<Money>
{
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    public Money(long won)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(won);
        Won = won;
    }

    public long Won { get; }

    public static Money Zero => default;

    public static Money operator +(Money left, Money right) => new(checked(left.Won + right.Won));

    /// <exception cref="ArgumentOutOfRangeException">The result would be negative.</exception>
    public static Money operator -(Money left, Money right) => new(left.Won - right.Won);

    public static bool operator <(Money left, Money right) => left.Won < right.Won;

    public static bool operator >(Money left, Money right) => left.Won > right.Won;

    public static bool operator <=(Money left, Money right) => left.Won <= right.Won;

    public static bool operator >=(Money left, Money right) => left.Won >= right.Won;

    public int CompareTo(Money other) => Won.CompareTo(other.Won);

    public override string ToString() => Won.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>Reads and writes <see cref="Money"/> as a whole, non-negative JSON number.</summary>
public sealed class MoneyJsonConverter : JsonConverter<Money>
{
    public override Money Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        // Jackson writes a BigDecimal of 50000 as 50000, 50000.0 or 5E+4: all are whole won.
        if (
            reader.TokenType != JsonTokenType.Number
            || !reader.TryGetDecimal(out var amount)
            || amount < 0
            || amount != decimal.Truncate(amount)
            || amount > long.MaxValue
        )
        {
            throw new JsonException("An amount is a whole, non-negative number of won.");
        }

        return new Money((long)amount);
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Won);
}
