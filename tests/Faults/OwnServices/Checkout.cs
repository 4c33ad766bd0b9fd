namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>The repository that the tests were built in, and its scripts.</summary>
internal static class Checkout
{
    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Root { get; } = Find();

    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>Writes a script that can be run.</summary>
    public static void Write(string path, string script)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, script);
        System.IO.File.SetUnixFileMode(path, Executable);
    }

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(directory, "ConcertReservation.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
