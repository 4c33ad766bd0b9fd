using System.Globalization;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>As many digits as a measurement is worth.</summary>
internal static class Numbers
{
    private const double ManyDigits = 100;

    public static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>For people: thousands apart.</summary>
    public static string Short(double value) =>
        value.ToString(Math.Abs(value) < ManyDigits ? "0.##" : "N0", Culture);

    /// <summary>For scripts.</summary>
    public static string Plain(double value) =>
        value.ToString(Math.Abs(value) < ManyDigits ? "0.##" : "0", Culture);
}
