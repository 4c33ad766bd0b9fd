using System.Text.Json;
using System.Text.Json.Serialization;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConcertReservation.Host.Http;

/// <summary>Refuses times in requests that name no offset.</summary>
internal static class RequestTimes
{
    /// <summary>In the address; the framework takes such a time as one of this machine's.</summary>
    public static ValueTask<object?> CheckQuery(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var times = http.GetEndpoint()!
            .Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Where(p => p.ParameterInfo.ParameterType == typeof(DateTimeOffset?));
        var errors = new FieldErrors();
        foreach (var time in times)
        {
            if (http.Request.Query[time.Name] is [{ } text])
                errors.Require(RequestTime.HasOffset(text), time.Name, RequestTime.Rule);
        }

        return errors.ToProblem() is { } problem ? new(problem) : next(context);
    }

    /// <summary>In a body.</summary>
    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        private static readonly UtcTimeJsonConverter Utc = new();

        public override DateTimeOffset Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) =>
            reader.TokenType == JsonTokenType.String
            && RequestTime.HasOffset(reader.GetString()!)
            && UtcTimeJsonConverter.TryRead(ref reader, out var time)
                ? time
                : throw new JsonException(RequestTime.Rule);

        public override void Write(
            Utf8JsonWriter writer,
            DateTimeOffset value,
            JsonSerializerOptions options
        ) => Utc.Write(writer, value, options);
    }
}
