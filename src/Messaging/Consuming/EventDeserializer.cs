using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace ConcertReservation.Messaging;

/// <summary>
/// Hands MassTransit what Consuming has read already: strictly, once a record rather than once a
/// consumer, and before the transaction, so that a malformed body is told from a consumer that
/// throws.
/// </summary>
internal sealed class EventDeserializer : ISerializerFactory, IMessageDeserializer
{
    private readonly SystemTextJsonRawMessageSerializer _json = new(RawSerializerOptions.All);

    public ContentType ContentType => _json.ContentType;

    public IMessageSerializer CreateSerializer() => _json;

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        object? read =
            receiveContext.TryGetPayload<EventBatch>(out var batch) ? batch
            : receiveContext.TryGetPayload<AnyEvent>(out var one) ? one.Known
            : null;
        return read is null
            ? _json.Deserialize(receiveContext)
            : new BodyConsumeContext(receiveContext, new ReadContext(receiveContext, read));
    }

    public SerializerContext Deserialize(
        MessageBody body,
        Headers headers,
        Uri? destinationAddress = null
    ) => _json.Deserialize(body, headers, destinationAddress);

    public MessageBody GetMessageBody(string text) => _json.GetMessageBody(text);

    public void Probe(ProbeContext context) => _json.Probe(context);

    private sealed class ReadContext(ReceiveContext receive, object read)
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
            message = read as T;
            return message is not null;
        }

        public override bool TryGetMessage(
            Type messageType,
            [NotNullWhen(true)] out object? message
        )
        {
            message = messageType.IsInstanceOfType(read) ? read : null;
            return message is not null;
        }
    }
}
