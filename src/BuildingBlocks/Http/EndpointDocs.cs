using Microsoft.AspNetCore.Builder;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>What OpenAPI shows of an endpoint beside its types.</summary>
public static class EndpointDocs
{
    /// <summary>The example of the request's body.</summary>
    public static TBuilder WithRequestExample<TBuilder>(this TBuilder builder, object example)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(example));

    /// <summary>A body that the endpoint reads itself, for it is no JSON.</summary>
    public static RouteHandlerBuilder WithRequestBody(
        this RouteHandlerBuilder builder,
        string mediaType,
        string description,
        string example
    ) => builder.WithMetadata(new RequestBodyDoc(mediaType, description, example));

    /// <summary>The example of a successful answer's body.</summary>
    public static TBuilder WithResponseExample<TBuilder>(
        this TBuilder builder,
        int status,
        object example
    )
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ResponseExample(status, example));

    /// <summary>A parameter of the path or the query.</summary>
    /// <param name="values">All that it may be, where it is one of a few.</param>
    public static RouteHandlerBuilder WithParameter(
        this RouteHandlerBuilder builder,
        string name,
        string description,
        object example,
        params string[] values
    ) => builder.WithMetadata(new ParameterDoc(name, description, example, values));

    /// <summary>A header that the endpoint reads where it is sent.</summary>
    public static RouteHandlerBuilder WithRequestHeader(
        this RouteHandlerBuilder builder,
        string name,
        string description,
        string example
    ) => builder.WithMetadata(new RequestHeaderDoc(name, description, example));

    /// <summary>A header of the answer with this status.</summary>
    public static RouteHandlerBuilder WithResponseHeader(
        this RouteHandlerBuilder builder,
        int status,
        string name,
        string description,
        string example
    ) => builder.WithMetadata(new ResponseHeaderDoc(status, name, description, example));

    /// <summary>The header of a 201 that says where the new thing is.</summary>
    public static RouteHandlerBuilder WithLocation(
        this RouteHandlerBuilder builder,
        string example
    ) => builder.WithResponseHeader(201, "Location", "Where to look at it.", example);

    /// <summary>Answers as CSV to who prefers that.</summary>
    /// <param name="example">Its header and a row.</param>
    public static RouteHandlerBuilder WithCsv(this RouteHandlerBuilder builder, string example) =>
        builder
            .WithMetadata(new CsvExample(example))
            .WithRequestHeader(
                "Accept",
                "`application/json`, or `text/csv` for a table (RFC 4180, UTF-8).",
                "text/csv"
            )
            .Refuses(Problems.NotAcceptable());

    /// <summary>
    /// What the endpoint itself refuses, as it would say so. What the host refuses in front of
    /// every endpoint (no token, no role, a value that cannot be read, …) is shown without that.
    /// </summary>
    public static RouteHandlerBuilder Refuses(
        this RouteHandlerBuilder builder,
        params Problem[] examples
    ) => builder.WithMetadata([.. examples.Select(e => new Refusal(e))]);

    /// <summary>Works for anybody, and better with a token.</summary>
    public static RouteHandlerBuilder TakesTokenIfAny(this RouteHandlerBuilder builder) =>
        builder.WithMetadata(new OptionalTokenMetadata());

    /// <summary>The operation takes an Idempotency-Key header.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder builder) =>
        builder
            .WithMetadata(new IdempotencyKeyMetadata())
            .Refuses(
                Problems.IdempotencyKeyMissing(),
                Problems.IdempotencyKeyInUse(),
                Problems.IdempotencyKeyReused()
            );
}

public sealed record RequestExample(object Example);

public sealed record RequestBodyDoc(string MediaType, string Description, string Example);

public sealed record ResponseExample(int Status, object Example);

public sealed record CsvExample(string Example);

public sealed record ParameterDoc(
    string Name,
    string Description,
    object Example,
    IReadOnlyList<string> Values
);

public sealed record RequestHeaderDoc(string Name, string Description, string Example);

public sealed record ResponseHeaderDoc(int Status, string Name, string Description, string Example);

public sealed record Refusal(Problem Example);

public sealed record IdempotencyKeyMetadata;

public sealed record OptionalTokenMetadata;
