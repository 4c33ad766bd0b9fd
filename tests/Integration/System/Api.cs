using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration;

/// <summary>The API of one host, as somebody with a token, or nobody, uses it.</summary>
internal sealed record Api(TestHost Host, string? AccessToken = null)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path);

    public Task<Answer> Post(string path, object? body = null, string? key = null) =>
        Send(HttpMethod.Post, path, body, key);

    public Task<Answer> Put(string path, object? body = null) => Send(HttpMethod.Put, path, body);

    public Task<Answer> Delete(string path) => Send(HttpMethod.Delete, path);

    /// <param name="body">An object is sent as JSON, a text as it is, nothing as no body.</param>
    /// <param name="key">The Idempotency-Key.</param>
    public async Task<Answer> Send(
        HttpMethod method,
        string path,
        object? body = null,
        string? key = null,
        string mediaType = "application/json"
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (AccessToken is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (body is not null)
        {
            var text = body as string ?? JsonSerializer.Serialize(body, Web);
            request.Content = new StringContent(text, Encoding.UTF8, mediaType);
        }

        using var response = await Host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
