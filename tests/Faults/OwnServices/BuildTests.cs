using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>How a checkout is built, wherever it lies.</summary>
[Category("Long")]
internal sealed class BuildTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("build-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("src/Host/Host.csproj", "ConcertReservation.Host")]
    [TestCase("tests/Unit/Unit.csproj", "ConcertReservation.Tests.Unit")]
    public void it_may_lie_in_a_folder_of_tests(string project, string assembly)
    {
        var checkout = Path.Combine(_folder, "tests", "house");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(checkout, project))!);
        const string Shared = "Directory.Build.props";
        File.Copy(Checkout.File(Shared), Path.Combine(checkout, Shared));
        File.WriteAllText(
            Path.Combine(checkout, project),
            """<Project Sdk="Microsoft.NET.Sdk" />"""
        );

        NameOf(Path.Combine(checkout, project)).ShouldBe(assembly);
    }

    /// <summary>As MSBuild evaluates it; nothing is built.</summary>
    private static string NameOf(string project)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["msbuild", "-nologo", project, "-getProperty:AssemblyName"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var msbuild = Process.Start(start)!;
        var name = msbuild.StandardOutput.ReadToEnd();
        msbuild.WaitForExit(Patience).ShouldBeTrue("it ends");
        return name.Trim();
    }
}
