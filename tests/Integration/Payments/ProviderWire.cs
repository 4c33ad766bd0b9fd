namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>The line between our hosts and the provider, which a test can cut.</summary>
internal sealed class ProviderWire : IDisposable
{
    private readonly HttpMessageInvoker _line = new(new SocketsHttpHandler());

    /// <summary>What happens instead of sending; null: nothing unusual.</summary>
    public Func<
        HttpRequestMessage,
        Func<Task<HttpResponseMessage>>,
        Task<HttpResponseMessage>
    >? Fault
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var send = () => _line.SendAsync(request, stop);
        return Fault is { } fault ? fault(request, send) : send();
    }

    public void Dispose() => _line.Dispose();
}

/// <summary>One handler of a client's own; the wire behind it outlives it.</summary>
internal sealed class SharedWire(ProviderWire wire) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) => wire.SendAsync(request, cancellationToken);
}
