using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Every endpoint that names what is one person's, called by another with the real id: it is
/// neither told nor changed.
/// </summary>
[Parallelizable]
internal sealed class OwnershipTests
{
    private const string Nobodys = "987654321";

    private TestSystem _system = null!;
    private Persona _organiser = null!;
    private JsonElement _document;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Payments:AbandonAfterSeconds"] = "3600",
                },
            }
        );
        _organiser = await Given.AnOrganiser(_system);
        _document = (await _organiser.Api.Get("/openapi/v1.json")).Json;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.OfOwners))]
    public async Task what_is_anothers_is_neither_told_nor_changed(object row)
    {
        var endpoint = (Endpoint)row;
        var scene = await Scene.SetAsync(_system);
        var nobodys = scene.Known.ToDictionary(
            k => k.Key,
            k => long.TryParse(k.Value, CultureInfo.InvariantCulture, out _) ? Nobodys : k.Value
        );
        var before = await Tables.SettledAsync(_system);
        foreach (var stranger in Strangers(scene, endpoint.Names))
        {
            var answer = await CallAsync(endpoint, stranger, scene.Known);
            ShouldTellNothingOf(scene, answer);
            if (endpoint.Names == Names.Concert)
            {
                answer.ShouldBe(Forbidden, "forbidden");
                continue;
            }

            // Whether it is another's or nobody's, not even that.
            var nothing = await CallAsync(endpoint, stranger, nobodys);
            answer.ShouldBe(NotFound);
            answer.Problem.ShouldBe("not-found");
            var id = scene.Known[ThingOf(endpoint.Names)];
            Without(id, answer).ShouldBe(Without(Nobodys, nothing));
        }

        (await Tables.EverythingAsync(_system)).ShouldBe(before);
        var own = await CallAsync(endpoint, OwnerIn(scene, endpoint.Names), scene.Known);
        (own.Status is Unauthorized or Forbidden or NotFound).ShouldBeFalse(own.Body);
    }

    [Test]
    public async Task what_names_nothing_tells_each_customer_of_their_own()
    {
        var scene = await Scene.SetAsync(_system);
        await Tables.SettledAsync(_system);
        string[] marks =
        [
            $"email={scene.Customer.Email}",
            $"reservationId={scene.Known["reservationId"]}",
            $"orderId={scene.Known["orderId"].Trim('"')}",
        ];
        var ownLists = Endpoint.All.Where(e =>
            e is { Method: "GET", Names: Names.Nothing, Who: Who.SignedIn or Who.Customer }
        );
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in ownLists)
        {
            told.UnionWith(MembersOf(await scene.Customer.Api.Get(endpoint.Path)));
            MembersOf(await scene.Bystander.Api.Get(endpoint.Path))
                .Intersect(marks)
                .ShouldBeEmpty($"{endpoint}");
        }

        // Else it would prove nothing.
        told.Intersect(marks).Count().ShouldBeGreaterThan(1);
    }

    private Task<Answer> CallAsync(
        Endpoint endpoint,
        Persona caller,
        IReadOnlyDictionary<string, string> known
    )
    {
        var example = Call.Of(_document, $"{endpoint}", caller.Api).Example;
        return caller.Api.Send(
            new HttpMethod(endpoint.Method),
            endpoint.PathTo(known),
            example is null ? null : Scene.FilledIn(example, known).ToJsonString(),
            Persona.NewKey()
        );
    }

    /// <summary>With every role that the endpoint asks for.</summary>
    private Persona[] Strangers(Scene scene, Names names) =>
        names switch
        {
            Names.Concert => [_organiser],
            Names.Customer => [scene.Bystander],
            _ => [scene.Bystander, scene.Operator],
        };

    private static Persona OwnerIn(Scene scene, Names names) =>
        names == Names.Concert ? scene.Operator : scene.Customer;

    private static string ThingOf(Names names) =>
        names switch
        {
            Names.Reservation => "reservations",
            Names.Payment => "payments",
            Names.Customer => "customers",
            _ => throw new ArgumentOutOfRangeException(nameof(names), names, null),
        };

    private static void ShouldTellNothingOf(Scene scene, Answer answer)
    {
        foreach (var name in new[] { "email", "orderId", "paymentKey" })
            answer.Body.ShouldNotContain(scene.Known[name].Trim('"'));
    }

    /// <summary>What is told of any id.</summary>
    private static string Without(string id, Answer answer)
    {
        var told = JsonNode.Parse(answer.Body)!.AsObject();
        told.Remove("traceId");
        return Regex.Replace(
            told.ToJsonString(),
            $@"\b{id}\b",
            "#",
            RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
    }

    private static IEnumerable<string> MembersOf(Answer answer)
    {
        var told = JsonNode.Parse(answer.ShouldBe(OK).Body)!;
        return Call.Below(told)
            .Prepend(told)
            .OfType<JsonObject>()
            .SelectMany(o => o.Select(m => $"{m.Key}={m.Value}"));
    }
}
