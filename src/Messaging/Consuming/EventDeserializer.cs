using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace ConcertReservation.Messaging;

/// <summary>
/// Hands MassTransit the event that Consuming has read already: strictly, once a record rather than
/// once a consumer, and before the transaction, so that a malformed body is told from a consumer
/// that throws.
/// </summary>
internal sealed class EventDeserializer : ISerializerFactory, IMessageDeserializer
{
    private readonly SystemTextJsonRawMessageSerializer _json = new(RawSerializerOptions.All);

    public ContentType ContentType => _json.ContentType;

    public IMessageSerializer CreateSerializer() => _json;

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        receiveContext.TryGetPayload<ReceivedEvent>(out var received)
            ? new BodyConsumeContext(receiveContext, new EventContext(receiveContext, received))
            : _json.Deserialize(receiveContext);

    public SerializerContext Deserialize(
        MessageBody body,
        Headers headers,
        Uri? destinationAddress = null
    ) => _json.Deserialize(body, headers, destinationAddress);

    public MessageBody GetMessageBody(string text) => _json.GetMessageBody(text);

    public void Probe(ProbeContext context) => _json.Probe(context);

    private sealed class EventContext(ReceiveContext receive, ReceivedEvent received)
        : SystemTextJsonRawSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            SystemTextJsonMessageSerializer.Options,
            SystemTextJsonRawMessageSerializer.JsonContentType,
            new RawMessageContext(
                receive.TransportHeaders,
                receive.InputAddress,
                RawSerializerOptions.All
            ),
            [],
            RawSerializerOptions.All,
            default(JsonElement)
        )
    {
        public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
            where T : class
        {
            message = received.Known as T ?? received.Any as T;
            return message is not null;
        }

        public override bool TryGetMessage(
            Type messageType,
            [NotNullWhen(true)] out object? message
        )
        {
            message =
                messageType.IsInstanceOfType(received.Known) ? received.Known
                : messageType.IsInstanceOfType(received.Any) ? received.Any
                : null;
            return message is not null;
        }
    }
}
