using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// Checks documents against JSON Schemas (draft 7) with Python's jsonschema, since no .NET library
/// for it can be restored here: one process for all checks of a test.
/// </summary>
internal static class JsonSchemas
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const string Script = """
        import json, sys
        from jsonschema import Draft7Validator, FormatChecker, RefResolver

        class ByPointer(RefResolver):
            # jsonschema 4.10 takes a property that is called "$id" for the id of its schema, and
            # stumbles over AsyncAPI's. No schema here refers by id.
            def _find_in_subschemas(self, url):
                return None

        work = json.load(sys.stdin)
        faults = []
        for check in work["checks"]:
            schema = work["documents"][check["document"]]
            if check["pointer"]:
                schema = dict(schema, **{"$ref": check["pointer"]})
            validator = Draft7Validator(
                schema, resolver=ByPointer.from_schema(schema), format_checker=FormatChecker())
            for error in validator.iter_errors(check["instance"]):
                path = "/".join(str(step) for step in error.absolute_path)
                faults.append("%s: %s: %s" % (check["name"], path, error.message[:300]))
        json.dump(faults, sys.stdout)
        """;

    /// <returns>A line for each fault, beginning with the name of its check.</returns>
    public static IReadOnlyList<string> Faults(params IEnumerable<SchemaCheck> checks)
    {
        var documents = new List<JsonNode>();
        var work = new JsonArray();
        foreach (var check in checks)
        {
            if (!documents.Contains(check.Document))
                documents.Add(check.Document);
            work.Add(
                new JsonObject
                {
                    ["name"] = check.Name,
                    ["document"] = documents.IndexOf(check.Document),
                    ["pointer"] = check.Pointer,
                    ["instance"] = check.Instance.DeepClone(),
                }
            );
        }

        work.Count.ShouldBeGreaterThan(0, "There is nothing to check.");
        return Run(
            new JsonObject
            {
                ["documents"] = new JsonArray([.. documents.Select(d => d.DeepClone())]),
                ["checks"] = work,
            }
        );
    }

    private static IReadOnlyList<string> Run(JsonNode work)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-c", Script },
        };
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync();
        var errors = python.StandardError.ReadToEndAsync();
        python.StandardInput.Write(work.ToJsonString());
        python.StandardInput.Close();
        if (!python.WaitForExit(Patience))
            python.Kill();
        python.WaitForExit();
        python.ExitCode.ShouldBe(0, errors.Result);
        return JsonSerializer.Deserialize<string[]>(output.Result)!;
    }
}

/// <param name="Document">The schema, or what holds it.</param>
/// <param name="Pointer">Where the schema is within the document; null: it is all of it.</param>
internal sealed record SchemaCheck(
    string Name,
    JsonNode Document,
    string? Pointer,
    JsonNode Instance
);
