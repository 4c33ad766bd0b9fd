using System.Net.Sockets;
using System.Text;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>What no client library sends is refused by a problem document, too.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RawRequestTests
{
    private const string Hold = """{"concertId":1,"seatIds":[1,2]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task a_body_that_comes_too_slowly_is_told_so()
    {
        var answer = await SendAsync(
            "POST /api/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n\r\n{"
        );

        answer.ShouldStartWith("HTTP/1.1 408 ");
        answer.ShouldContain("/problems/timeout");
    }

    /// <summary>Who reads a header says what is wrong with it; the others do not matter.</summary>
    [TestCase("User-Agent: M\xfcller")]
    [TestCase("Authorization: Bearer \xff")]
    public async Task a_header_in_another_encoding_is_nobodys_trouble(string header)
    {
        var answer = await SendAsync(HoldWith(header));

        answer.ShouldStartWith("HTTP/1.1 401 ");
        answer.ShouldContain("/problems/not-signed-in");
    }

    [Test]
    public async Task a_key_in_another_encoding_is_named()
    {
        var mina = await Given.ACustomer();

        var answer = await SendAsync(
            HoldWith($"Authorization: Bearer {mina.AccessToken}\r\nIdempotency-Key: caf\xe9")
        );

        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("\"Idempotency-Key\"");
    }

    [Test]
    public async Task a_field_of_the_query_that_is_much_too_long_is_named()
    {
        var query = new string('x', 20_000);

        var answer = await SendAsync(
            $"GET /api/concerts?query={query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("\"query\"");
    }

    [Test]
    public async Task a_key_that_is_much_too_long_is_named()
    {
        var mina = await Given.ACustomer();
        var key = new string('k', 50_000);

        var answer = await SendAsync(
            HoldWith($"Authorization: Bearer {mina.AccessToken}\r\nIdempotency-Key: {key}")
        );

        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("\"Idempotency-Key\"");
    }

    private static string HoldWith(string headers) =>
        $"POST /api/reservations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
        + $"Content-Type: application/json\r\nContent-Length: {Hold.Length}\r\n\r\n{Hold}";

    /// <returns>All that comes until the host closes the connection.</returns>
    private static async Task<string> SendAsync(string request)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        var address = SharedSystem.System.HostA.Http.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
