using System.Text.RegularExpressions;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>Every endpoint by every role; the rows are those of the document.</summary>
internal sealed partial class AccessTests
{
    private Persona _customer = null!;
    private Persona _organiser = null!;
    private Persona _operator = null!;

    [OneTimeSetUp]
    public async Task SignInAsync()
    {
        _customer = await Given.ACustomer();
        _organiser = await SomebodyWithOnly("Organiser");
        _operator = await SomebodyWithOnly("Operator");
    }

    private static async Task<Persona> SomebodyWithOnly(string role)
    {
        var first = await Given.TheOperator();
        var other = await Given.ACustomer();
        (await first.Api.Put($"/api/accounts/{other.Id}/roles/{role}")).ShouldBe(NoContent);
        (await first.Api.Delete($"/api/accounts/{other.Id}/roles/Customer")).ShouldBe(NoContent);
        return await other.SignsInAgain();
    }

    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.All))]
    public async Task only_those_who_may_get_in(object row)
    {
        var endpoint = (Endpoint)row;
        var nobody = await Call(endpoint, new Api(SharedSystem.System.HostA));
        var customer = await Call(endpoint, _customer.Api);
        var organiser = await Call(endpoint, _organiser.Api);
        var op = await Call(endpoint, _operator.Api);

        if (endpoint.Who != Who.Anyone)
            nobody.ShouldBe(Unauthorized, "not-signed-in");
        ShouldLetIn(customer, endpoint.Who is Who.Anyone or Who.SignedIn or Who.Customer);
        ShouldLetIn(organiser, endpoint.Who is not (Who.Operator or Who.Customer));
        ShouldLetIn(op, endpoint.Who is not (Who.Organiser or Who.Customer));
    }

    /// <summary>A new endpoint has to say whose it is what it names.</summary>
    [TestCaseSource(typeof(Endpoint), nameof(Endpoint.All))]
    public async Task what_an_endpoint_names_is_somebodys_or_said_to_be_not(object row)
    {
        var endpoint = (Endpoint)row;
        var document = await ApiDocument.ReadAsync();
        var call = Integration.Http.Call.Of(document, $"{endpoint}", _customer.Api);
        var named = call
            .Operation.Parameters()
            .Where(p => p.GetProperty("in").GetString() is "path" or "query")
            .Select(p => p.GetProperty("name").GetString()!)
            .Concat(call.Example?.Select(field => field.Key) ?? [])
            .Where(name =>
                endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal)
                || EndsAsId().IsMatch(name)
            )
            .ToList();

        if (named.Count > 0)
            endpoint.Names.ShouldNotBe(Names.Nothing, string.Join(", ", named));
        if (endpoint.Names == Names.Anybodys)
            (endpoint.Who is Who.Operator or Who.OrganiserOrOperator).ShouldBeTrue();
        if (Endpoint.OfOwners.Contains(endpoint))
            (endpoint.Who is Who.Anyone or Who.Operator).ShouldBeFalse();
    }

    [GeneratedRegex("(^i|I)ds?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EndsAsId();

    private static void ShouldLetIn(Answer answer, bool may)
    {
        ((int)answer.Status).ShouldBeLessThan(500, answer.Body);
        if (!may)
            answer.ShouldBe(Forbidden, "forbidden");
        else if (answer.Status is Unauthorized)
            // What a sign-in without a password is told; the endpoint was reached.
            answer["instance"].GetString().ShouldStartWith("/api/accounts/");
        else
            answer.Status.ShouldNotBe(Forbidden, answer.Body);
    }

    private static Task<Answer> Call(Endpoint endpoint, Api api)
    {
        // Nothing there, so that nobody's call changes anything for the next one.
        var path = endpoint.Path.Replace("{id}", "987654321").Replace("{role}", "Organiser");
        var isWrite = endpoint.Method is "POST" or "PUT";
        var signsOut = endpoint.Path.EndsWith("/logout", StringComparison.Ordinal);
        return api.Send(
            new HttpMethod(endpoint.Method),
            path,
            isWrite
                ? signsOut
                    ? "[]"
                    : "{}"
                : null,
            Persona.NewKey()
        );
    }
}
