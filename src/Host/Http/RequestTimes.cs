using System.Text.Json;
using System.Text.Json.Serialization;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Host.Http;

/// <summary>Refuses times in requests that name no offset.</summary>
internal static class RequestTimes
{
    /// <summary>In the address; the framework takes such a time as one of this machine's.</summary>
    /// <remarks>Endpoints that take no time stay as they are: a hold pays nothing for it.</remarks>
    public static EndpointFilterDelegate CheckQuery(
        EndpointFilterFactoryContext endpoint,
        EndpointFilterDelegate next
    )
    {
        string[] times =
        [
            .. endpoint
                .MethodInfo.GetParameters()
                .Where(p => p.ParameterType == typeof(DateTimeOffset?))
                .Select(p => p.Name!),
        ];
        return times.Length == 0 ? next : context => Check(times, context, next);
    }

    private static ValueTask<object?> Check(
        string[] times,
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var errors = new FieldErrors();
        foreach (var time in times)
        {
            if (context.HttpContext.Request.Query[time] is [{ } text])
                errors.Require(RequestTime.HasOffset(text), time, RequestTime.Rule);
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
