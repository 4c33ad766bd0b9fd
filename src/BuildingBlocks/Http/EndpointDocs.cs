using Microsoft.AspNetCore.Builder;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>What OpenAPI shows of an endpoint beside its types.</summary>
public static class EndpointDocs
{
    /// <summary>The example of the request's body.</summary>
    public static TBuilder WithRequestExample<TBuilder>(this TBuilder builder, object example)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(example));

    /// <summary>The example of a successful answer's body.</summary>
    public static TBuilder WithResponseExample<TBuilder>(
        this TBuilder builder,
        int status,
        object example
    )
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ResponseExample(status, example));

    /// <summary>A refusal, by its status and problem types, such as 409, "seat-taken".</summary>
    public static RouteHandlerBuilder Refuses(
        this RouteHandlerBuilder builder,
        int status,
        params string[] problemTypes
    ) => builder.WithMetadata(new Refusal(status, problemTypes));

    /// <summary>Works for anybody, and better with a token.</summary>
    public static RouteHandlerBuilder TakesTokenIfAny(this RouteHandlerBuilder builder) =>
        builder.WithMetadata(new OptionalTokenMetadata());

    /// <summary>The operation takes an Idempotency-Key header.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder builder) =>
        builder
            .WithMetadata(new IdempotencyKeyMetadata())
            .Refuses(400, "idempotency-key-missing")
            .Refuses(409, "idempotency-key-in-use")
            .Refuses(422, "idempotency-key-reused");
}

public sealed record RequestExample(object Example);

public sealed record ResponseExample(int Status, object Example);

public sealed record Refusal(int Status, IReadOnlyList<string> ProblemTypes);

public sealed record IdempotencyKeyMetadata;

public sealed record OptionalTokenMetadata;
