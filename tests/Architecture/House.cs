using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace ConcertReservation.Tests.Architecture;

/// <summary>The solution as its rules see it: compiled projects and source files.</summary>
internal sealed record House(IReadOnlyList<Room> Rooms, IReadOnlyList<SourceFile> Files)
{
    private const string Prefix = "ConcertReservation.";

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public static House Empty { get; } = new([], []);

    /// <summary>The house that this test was built with.</summary>
    public static House Ours { get; } = Read(Root);

    public IEnumerable<Room> Modules => Rooms.Where(r => r.IsModule);

    public House With(Room room) => this with { Rooms = [.. Rooms, room] };

    public House With(string path, string text) =>
        this with
        {
            Files = [.. Files, SourceFile.Parse(path, text)],
        };

    /// <summary>The files of src.</summary>
    public IEnumerable<SourceFile> Sources => Files.Where(f => f.IsIn("src"));

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "ConcertReservation.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    private static House Read(string root)
    {
        var projects = Directory
            .GetFiles(root, "*.csproj", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(root, p))
            .Where(IsOurs);
        var files = Directory
            .GetFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(root, p))
            .Where(IsOurs)
            .Order(StringComparer.Ordinal)
            .Select(p => SourceFile.Parse(p, File.ReadAllText(Path.Combine(root, p))));
        return new House([.. projects.Select(p => ReadRoom(root, p))], [.. files]);
    }

    /// <summary>Neither built nor a copy, such as that of tests/mutations.</summary>
    private static bool IsOurs(string path) =>
        !path.Split('/').Any(folder => folder is "bin" or "obj" or ".local");

    private static Room ReadRoom(string root, string project)
    {
        var path = Path.GetDirectoryName(project)!;
        var name = Path.GetFileName(path);
        var text = File.ReadAllText(Path.Combine(root, project));
        var declared = Regex
            .Matches(
                text,
                "<ProjectReference Include=\"[^\"]*?(?<name>[A-Za-z*]+)\\.csproj\"",
                RegexOptions.ExplicitCapture,
                Rule.Patience
            )
            .Select(m => m.Groups["name"].Value);
        var packages = Regex
            .Matches(
                text,
                "<PackageReference Include=\"(?<name>[^\"]+)\"",
                RegexOptions.ExplicitCapture,
                Rule.Patience
            )
            .Select(m => m.Groups["name"].Value);
        var room = new Room(path) { DeclaredReferences = [.. declared], Packages = [.. packages] };
        var assembly = Path.Combine(AppContext.BaseDirectory, $"{Prefix}{name}.dll");
        return path.StartsWith("src/", StringComparison.Ordinal)
            ? ReadAssembly(room, assembly)
            : room;
    }

    private static Room ReadAssembly(Room room, string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var references = metadata
            .AssemblyReferences.Select(h => metadata.GetAssemblyReference(h))
            .Select(r => metadata.GetString(r.Name))
            .ToList();
        var uses = metadata
            .TypeReferences.Select(h => metadata.GetTypeReference(h))
            .Where(t => t.ResolutionScope.Kind == HandleKind.AssemblyReference)
            .Select(t => new TypeUse(
                Short(AssemblyName(metadata, t)),
                metadata.GetString(t.Namespace) + "." + metadata.GetString(t.Name)
            ))
            .ToList();
        var types = metadata
            .TypeDefinitions.Select(h => metadata.GetTypeDefinition(h))
            .Where(t => !t.IsNested && !IsGenerated(metadata, t))
            .Select(t => ReadType(metadata, t))
            .ToList();
        return room with
        {
            References =
            [
                .. references
                    .Where(r => r.StartsWith(Prefix, StringComparison.Ordinal))
                    .Select(Short),
            ],
            ForeignReferences =
            [
                .. references.Where(r => !r.StartsWith(Prefix, StringComparison.Ordinal)),
            ],
            Uses = uses,
            Types = types,
        };
    }

    private static string AssemblyName(MetadataReader metadata, TypeReference type)
    {
        var scope = (AssemblyReferenceHandle)type.ResolutionScope;
        return metadata.GetString(metadata.GetAssemblyReference(scope).Name);
    }

    private static bool IsGenerated(MetadataReader metadata, TypeDefinition type)
    {
        var ns = metadata.GetString(type.Namespace);
        return !ns.StartsWith(Prefix, StringComparison.Ordinal)
            || metadata.GetString(type.Name).Contains('<', StringComparison.Ordinal);
    }

    private static TypeFact ReadType(MetadataReader metadata, TypeDefinition type)
    {
        var attributes = type.Attributes;
        return new TypeFact(metadata.GetString(type.Name))
        {
            IsPublic = attributes.HasFlag(TypeAttributes.Public),
            // Static classes are abstract and sealed, structs and enums are sealed; interfaces are
            // abstract.
            IsOpen =
                !attributes.HasFlag(TypeAttributes.Sealed)
                && !attributes.HasFlag(TypeAttributes.Interface),
            Interfaces =
            [
                .. type.GetInterfaceImplementations()
                    .Select(h => metadata.GetInterfaceImplementation(h).Interface)
                    .Where(h => h.Kind == HandleKind.TypeReference)
                    .Select(h => metadata.GetTypeReference((TypeReferenceHandle)h))
                    .Select(t => metadata.GetString(t.Name)),
            ],
        };
    }

    private static string Short(string assembly) =>
        assembly.StartsWith(Prefix, StringComparison.Ordinal)
            ? assembly[Prefix.Length..]
            : assembly;
}

/// <summary>One project.</summary>
/// <param name="Path">
/// Its folder, such as <c>src/Modules/Reservations</c>; the last part is its name.
/// </param>
internal sealed record Room(string Path)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
    public bool IsModule => Path.StartsWith("src/Modules/", StringComparison.Ordinal);
    public bool IsTool => Path.StartsWith("src/Tools/", StringComparison.Ordinal);

    /// <summary>Projects of ours that its project file names.</summary>
    public IReadOnlyList<string> DeclaredReferences { get; init; } = [];

    /// <summary>Assemblies of ours that its compiled code uses.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Assemblies of others that its compiled code uses.</summary>
    public IReadOnlyList<string> ForeignReferences { get; init; } = [];

    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Types of other assemblies that its compiled code uses.</summary>
    public IReadOnlyList<TypeUse> Uses { get; init; } = [];

    /// <summary>Its own types, but for nested and generated ones.</summary>
    public IReadOnlyList<TypeFact> Types { get; init; } = [];

    public IEnumerable<string> AllReferences => DeclaredReferences.Union(References);
}

/// <param name="Assembly">Ours without its prefix.</param>
/// <param name="Type">With its namespace.</param>
internal sealed record TypeUse(string Assembly, string Type);

internal sealed record TypeFact(string Name)
{
    public bool IsPublic { get; init; }

    /// <summary>A class that can be derived from.</summary>
    public bool IsOpen { get; init; }

    public IReadOnlyList<string> Interfaces { get; init; } = [];
}
