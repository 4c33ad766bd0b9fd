using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// What customers do over HTTP. Whoever is told to come again does; other refusals are failures.
/// </summary>
internal sealed class Buyer(HttpClient http)
{
    private const int AtOnce = 64;
    private const int MostAttempts = 20;
    private static readonly TimeSpan ComeAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Many customers at once, each of whom does something.</summary>
    public static Task EachAsync(
        int customers,
        Func<int, CancellationToken, ValueTask> act,
        CancellationToken stop
    ) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, customers),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
            act
        );

    public Task ChargeAsync(Member customer, long won, CancellationToken stop) =>
        PostAsync("wallet/charges", customer, new { amount = won }, stop);

    /// <returns>The reservation's id.</returns>
    public async Task<long> HoldAsync(
        Member customer,
        long concertId,
        long[] seatIds,
        CancellationToken stop
    )
    {
        var held = await PostAsync("reservations", customer, new { concertId, seatIds }, stop);
        return held["reservationId"]!.GetValue<long>();
    }

    public Task PayAsync(Member customer, long reservationId, CancellationToken stop) =>
        PostAsync("payments", customer, new { reservationId, method = "POINT" }, stop);

    private async Task<JsonNode> PostAsync(
        string path,
        Member customer,
        object body,
        CancellationToken stop
    )
    {
        var key = Guid.NewGuid().ToString();
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post,
                new Uri($"/api/{path}", UriKind.Relative)
            )
            {
                Content = JsonContent.Create(body),
                Headers =
                {
                    Authorization = new AuthenticationHeaderValue("Bearer", customer.Token),
                },
            };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await http.SendAsync(request, stop);
            if (answer.IsSuccessStatusCode)
                return (await answer.Content.ReadFromJsonAsync<JsonNode>(stop))!;
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == MostAttempts)
            {
                var text = await answer.Content.ReadAsStringAsync(stop);
                throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
            }

            await Waiting.PauseAsync(ComeAgainAfter, stop);
        }
    }
}
