using System.Reflection;
using System.Runtime.InteropServices;

namespace ConcertReservation;

/// <summary>
/// Finds librdkafka under Debian's file name where the package brings none. Messaging and the tools
/// compile this file each for itself: tools see the system from outside and reference none of it.
/// </summary>
internal static class DebianLibrdkafka
{
    public const string Name = "librdkafka";

    private const string DebianName = "librdkafka.so.1";

    /// <summary>The library is on this machine in one of its forms.</summary>
    public static bool IsInstalled =>
        Resolve(Name, typeof(DebianLibrdkafka).Assembly, path: null) != IntPtr.Zero;

    /// <summary>Needed once a process, before the assembly's first call of librdkafka.</summary>
    public static void ResolveFor(Assembly caller)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(caller, Resolve);
        }
        catch (InvalidOperationException)
        {
            // An assembly has one resolver: in a process of tests another copy of this was first.
        }
    }

    private static IntPtr Resolve(string name, Assembly caller, DllImportSearchPath? path)
    {
        if (name != Name)
            return IntPtr.Zero;

        return NativeLibrary.TryLoad(name, caller, path, out var packaged) ? packaged
            : NativeLibrary.TryLoad(DebianName, caller, path, out var system) ? system
            : IntPtr.Zero;
    }
}
