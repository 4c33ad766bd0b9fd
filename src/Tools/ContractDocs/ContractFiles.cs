using System.Text.Json.Nodes;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// The contract in the repository: <c>docs/asyncapi.yaml</c> as it is now, and each version that
/// was published in <c>docs/asyncapi/</c>.
/// </summary>
internal sealed class ContractFiles(string root)
{
    public const string Command = "./run contract";

    public string Root => root;

    private string Folder => Path.Combine(root, "docs", "asyncapi");

    /// <summary>The one that is written by <see cref="Command"/>.</summary>
    public string Current => Folder + ".yaml";

    /// <summary>Of the version as the code says it.</summary>
    public string Published => Path.Combine(Folder, $"{Contract.Version}.yaml");

    /// <exception cref="DirectoryNotFoundException">
    /// The folder lies outside of the repository.
    /// </exception>
    public static ContractFiles Around(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "ConcertReservation.sln")))
            folder = Path.GetDirectoryName(folder);
        return new ContractFiles(
            folder ?? throw new DirectoryNotFoundException("This is not within the repository.")
        );
    }

    public static string Text(JsonNode document) =>
        Yaml.Write(
            document,
            $"Written by {Command} from the events of src/Contracts: change those, and run it."
        );

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PublishedContract> AllPublished() =>
        Directory.Exists(Folder)
            ?
            [
                .. Directory
                    .GetFiles(Folder, "*.yaml")
                    .Select(f => new PublishedContract(
                        System.Version.Parse(Path.GetFileNameWithoutExtension(f)),
                        Yaml.Read(File.ReadAllText(f))
                    ))
                    .OrderBy(p => p.Version),
            ]
            : [];
}

internal sealed record PublishedContract(Version Version, JsonNode Document)
{
    public override string ToString() => Version.ToString();
}
