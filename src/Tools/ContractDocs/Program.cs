using ConcertReservation.ContractDocs;

const string Usage = """
    ./run contract            writes docs/asyncapi.yaml, and says what is not published yet
    ./run contract publish    the same, and keeps it in docs/asyncapi/ as a published version
    """;

if (args is not ([] or ["publish"]))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

var files = ContractFiles.Around(Environment.CurrentDirectory);
var contract = Contract.Document();
var text = ContractFiles.Text(contract);
File.WriteAllText(files.Current, text);
Console.WriteLine($"{Relative(files.Current)} is written.");

var breaks = 0;
foreach (var published in files.AllPublished())
{
    var changes = ContractChanges.Between(published.Document, contract);
    foreach (var addition in changes.Additions)
        Console.WriteLine($"Since {published}: {addition}");
    foreach (var change in changes.Breaks)
        Console.Error.WriteLine($"Breaks {published}: {change}");
    breaks += changes.Breaks.Count;
}

if (breaks > 0)
{
    Console.Error.WriteLine(
        "What is published stays: publish a new event type beside the old one."
    );
    return 1;
}

if (args is [])
    return 0;

if (File.Exists(files.Published))
{
    Console.Error.WriteLine(
        $"{Relative(files.Published)} is published already: raise the version in Contract.cs."
    );
    return 1;
}

Directory.CreateDirectory(Path.GetDirectoryName(files.Published)!);
File.WriteAllText(files.Published, text);
Console.WriteLine($"{Relative(files.Published)} is published.");
return 0;

static string Relative(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path);
