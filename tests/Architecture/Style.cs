namespace ConcertReservation.Tests.Architecture;

/// <summary>What the project's style asks of every file.</summary>
internal static class Style
{
    private const int MaxFileLines = 300;
    private const int MaxFunctionLines = 70;
    private const int MaxColumns = 100;

    /// <summary>Folders are named for capabilities, never for kinds.</summary>
    private static readonly string[] KindFolders =
    [
        "Commands",
        "Queries",
        "Handlers",
        "Dtos",
        "Models",
        "Services",
        "Repositories",
        "Interfaces",
        "Helpers",
        "Utils",
        "Managers",
    ];

    private static readonly string[] KindNames = ["Helper", "Manager", "Utils", "Util"];

    /// <summary>Public though outside Contracts, BuildingBlocks and Messaging; why.</summary>
    private static readonly Dictionary<string, string> PublicTypes = new(StringComparer.Ordinal)
    {
        ["HostApplication"] = "tests build whole hosts in their process",
        ["InvalidConfigurationException"] = "tests see why a host does not start",
    };

    /// <summary>Open for a derived class; why.</summary>
    private static readonly Dictionary<string, string> OpenTypes = new(StringComparer.Ordinal)
    {
        ["DomainEvent"] = "every event derives from it",
        ["ConcertEvent"] = "events of a topic share its key",
        ["PaymentEvent"] = "events of a topic share its key",
        ["ReservationEvent"] = "events of a topic share its key",
        ["UserEvent"] = "events of a topic share its key",
        ["HoldAnswer"] = "a closed set: its cases are nested in it",
        ["Signal"] = "each purpose has its own, by which the container knows it",
        ["BatchWriter`2"] = "what gathers holds and what gathers payments derive from it",
        ["RepeatedWork"] = "each work in the background derives from it",
    };

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "types_are_internal",
            house =>
                Guarded(house)
                    .SelectMany(r =>
                        r.Types.Where(t => t.IsPublic && !PublicTypes.ContainsKey(t.Name))
                            .Where(t => !(r.IsModule && t.Name == $"{r.Name}Module"))
                            .Select(t => $"{r.Path}: {t.Name} is public")
                    ),
            House.Empty.With(
                new Room("src/Modules/Payments") { Types = [new("Wallet") { IsPublic = true }] }
            ),
            House.Empty.With(
                new Room("src/Tools/Demo") { Types = [new("DemoModule") { IsPublic = true }] }
            )
        ),
        new(
            "classes_are_sealed",
            house =>
                house
                    .Rooms.Where(r => r.Path.StartsWith("src/", StringComparison.Ordinal))
                    .SelectMany(r =>
                        r.Types.Where(t => t.IsOpen && !OpenTypes.ContainsKey(t.Name))
                            .Select(t => $"{r.Path}: {t.Name} is not sealed")
                    ),
            House.Empty.With(
                new Room("src/Modules/Payments") { Types = [new("Wallet") { IsOpen = true }] }
            )
        ),
        new(
            "files_have_at_most_300_lines",
            house =>
                house
                    .Files.Select(f => (f.Path, Lines: f.Text.TrimEnd('\n').Split('\n').Length))
                    .Where(f => f.Lines > MaxFileLines)
                    .Select(f => $"{f.Path} has {f.Lines} lines"),
            House.Empty.With("src/Host/Long.cs", new string('\n', MaxFileLines) + "// 301")
        ),
        new(
            "lines_have_at_most_100_columns",
            house => house.Files.SelectMany(WideLines),
            House.Empty.With("src/Host/Wide.cs", "// " + new string('x', MaxColumns))
        ),
        new(
            "functions_have_at_most_70_lines",
            house => house.Files.SelectMany(LongFunctions),
            House.Empty.With("src/Host/Long.cs", Function(lines: MaxFunctionLines + 1))
        ),
        new(
            "folders_are_named_for_capabilities",
            house =>
                house
                    .Files.Where(f => f.Path.Split('/').SkipLast(1).Intersect(KindFolders).Any())
                    .Select(f => f.Path),
            House.Empty.With("src/Modules/Payments/Handlers/Pay.cs", ""),
            House.Empty.With("tests/Unit/Helpers/Pay.cs", "")
        ),
        new(
            "nothing_is_called_helper_or_manager",
            house =>
                house
                    .Files.Where(f =>
                        KindNames.Any(n =>
                            Path.GetFileNameWithoutExtension(f.Path)
                                .EndsWith(n, StringComparison.Ordinal)
                        )
                    )
                    .Select(f => f.Path),
            House.Empty.With("src/Modules/Payments/PaymentManager.cs", "")
        ),
        new(
            "tests_wait_for_conditions_and_never_sleep",
            house =>
                house
                    .Files.Where(f => f.IsIn("tests"))
                    .SelectMany(f =>
                        Rule.Occurrences(f, s => s.Code, @"\b(Thread\.Sleep|Task\.Delay)\(")
                    ),
            House.Empty.With("tests/Unit/PayTests.cs", "await Task.Delay(100);"),
            House.Empty.With("tests/Faults/Kill.cs", "Thread.Sleep(1);")
        ),
        new(
            "nothing_is_left_to_do",
            house =>
                house.Files.SelectMany(f =>
                    Rule.Occurrences(f, s => s.Text, @"//.*\b(TO[D]O|FI[X]ME|HA[C]K)\b")
                ),
            House.Empty.With("src/Host/Half.cs", "// TO" + "DO: the other half")
        ),
        new(
            "names_of_tests_are_sentences",
            house =>
                house
                    .Files.Where(f => f.IsIn("tests"))
                    .SelectMany(f =>
                        Rule.Occurrences(
                            f,
                            s => s.Code,
                            @"\[(Test|TestCase|Property)\b[^\n]*\]\s+public (async )?\w+ [A-Z]\w*\("
                        )
                    ),
            House.Empty.With("tests/Unit/PayTests.cs", "[Test]\n    public void PaysTwice() { }")
        ),
    ];

    /// <summary>Rooms whose types are theirs alone.</summary>
    private static IEnumerable<Room> Guarded(House house) =>
        house.Rooms.Where(r =>
            r.Path.StartsWith("src/", StringComparison.Ordinal)
            && r.Name is not ("Contracts" or "BuildingBlocks" or "Messaging")
        );

    private static IEnumerable<string> WideLines(SourceFile file) =>
        file
            .Lines.Select((line, i) => (line.Length, Number: i + 1))
            .Where(l => l.Length > MaxColumns)
            .Select(l => $"{file.Path}:{l.Number} has {l.Length} columns");

    /// <summary>
    /// Blocks whose brace stands alone on its line, as the formatter leaves every function's; types
    /// are none.
    /// </summary>
    private static IEnumerable<string> LongFunctions(SourceFile file)
    {
        var lines = file.Code.Split('\n');
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "{" || IsTypeHeader(lines, i))
                continue;

            var indent = lines[i].IndexOf('{', StringComparison.Ordinal);
            var end = Array.FindIndex(lines, i, l => l.IndexOf('}') == indent);
            var length = end - i + 1;
            if (length > MaxFunctionLines)
                yield return $"{file.Path}:{i} has a function of {length} lines";
        }
    }

    private static bool IsTypeHeader(string[] lines, int brace)
    {
        // The header may be spread over lines; it begins after the last statement or block.
        for (var i = brace - 1; i >= 0; i--)
        {
            var line = lines[i].TrimEnd();
            if (line.EndsWith(';') || line.EndsWith('}') || line.EndsWith('{'))
                return false;
            if (
                line.Split([' ', '('], StringSplitOptions.RemoveEmptyEntries)
                    .Any(w => w is "class" or "record" or "struct" or "interface" or "enum")
            )
                return true;
        }

        return false;
    }

    private static string Function(int lines) =>
        "class Long\n{\n    void Function()\n    {\n"
        + string.Concat(Enumerable.Repeat("        Work();\n", lines - 2))
        + "    }\n}\n";
}
