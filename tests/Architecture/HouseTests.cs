namespace ConcertReservation.Tests.Architecture;

/// <summary>
/// Every rule holds for our house, and none would hold for a house that breaks it.
/// </summary>
internal sealed class HouseTests
{
    private static IEnumerable<Rule> Rules =>
        [.. Arrows.All, .. OneWayThrough.All, .. KafkaClients.All, .. Style.All];

    private static IEnumerable<TestCaseData> EachRule =>
        Rules.Select(r => new TestCaseData(r).SetName(r.Sentence));

    private static IEnumerable<TestCaseData> EachCounterExample =>
        Rules.SelectMany(r =>
            r.CounterExamples.Select(
                (house, i) =>
                    new TestCaseData(r, house).SetName($"{r.Sentence}: counter_example_{i + 1}")
            )
        );

    [TestCaseSource(nameof(EachRule))]
    public void the_house_keeps(Rule rule) => rule.Violations(House.Ours).ShouldBeEmpty();

    [TestCaseSource(nameof(EachCounterExample))]
    public void the_check_catches(Rule rule, House counterExample) =>
        rule.Violations(counterExample).ShouldNotBeEmpty();

    [Test]
    public void every_rule_has_a_counter_example() =>
        Rules.Where(r => r.CounterExamples.Length == 0).ShouldBeEmpty();

    [Test]
    public void the_rules_see_the_whole_house()
    {
        House.Ours.Modules.Count().ShouldBe(7);
        House.Ours.Files.Count(f => f.IsIn("src")).ShouldBeGreaterThan(50);
        House.Ours.Rooms.ShouldContain(r => r.Path == "src/Messaging" && r.Types.Count > 10);
        House.Ours.Rooms.ShouldContain(r =>
            r.Path == "src/Host" && r.References.Contains("Reservations")
        );
        House.Ours.Rooms.ShouldContain(r =>
            r.Path == "src/Messaging" && r.ForeignReferences.Contains("Confluent.Kafka")
        );
    }

    [Test]
    public void strings_and_comments_are_told_from_code()
    {
        const string text = """
            var a = "b // c"; // d "e"
            var f = @"g""h"; /* i */ var j = '"';
            """;

        var file = SourceFile.Parse("x.cs", text + "\nvar k = \"\"\"\n  l \"m\"\n  \"\"\";\n");

        Words(file.Code)
            .ShouldBe([
                "var",
                "a",
                "=",
                ";",
                "var",
                "f",
                "=",
                ";",
                "var",
                "j",
                "=",
                ";",
                "var",
                "k",
                "=",
                ";",
            ]);
        file.Strings.ShouldContain("b // c");
        file.Strings.ShouldContain("l \"m\"");
        file.Strings.ShouldNotContain("d \"e\"");
        file.Strings.Length.ShouldBe(file.Text.Length);
    }

    [Test]
    public void every_aggregate_that_a_rule_names_is_there() =>
        OneWayThrough.Stateful.Except(House.Ours.Files.Select(f => f.Path)).ShouldBeEmpty();

    private static string[] Words(string code) =>
        code.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
