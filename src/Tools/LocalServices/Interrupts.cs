using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>
/// A shell without job control starts its background commands with SIGINT ignored, and .NET leaves
/// what is ignored alone: <c>./run &amp;</c> in a script could not be interrupted.
/// </summary>
internal static partial class Interrupts
{
    private const int SigInt = 2;
    private const nint Default = 0;

    /// <summary>Before the first registration for the signal.</summary>
    public static void Accept() => _ = signal(SigInt, Default);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
