using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// An operator looks at all that is on record of one thing, and at how it was at any time.
/// </summary>
internal static class ShowAuditTrails
{
    private static readonly PageSize Size = new(Default: 50, Max: 500);

    /// <param name="Name">As the path has it.</param>
    /// <param name="Caveat">What the state of it cannot tell.</param>
    private sealed record Kind<TState>(
        string Name,
        Func<long, string> KeyOf,
        Fold<TState> Fold,
        long ExampleId,
        TState Example,
        DomainEvent ExampleEvent,
        string Caveat = ""
    )
        where TState : class;

    public static void Map(IEndpointRouteBuilder api)
    {
        Map(
            api,
            new Kind<ReservationState>(
                "reservation",
                ReservationState.KeyOf,
                ReservationState.Fold,
                Examples.ReservationId,
                ReservationState.Example,
                AuditExamples.Created,
                " It is HELD while a payment is under way, and after its time until it is EXPIRED."
            )
        );
        Map(
            api,
            new Kind<PaymentState>(
                "payment",
                PaymentState.KeyOf,
                PaymentState.Fold,
                Examples.PaymentId,
                PaymentState.Example,
                AuditExamples.Started,
                " It is STARTED while a provider's answer is UNKNOWN."
            )
        );
        Map(
            api,
            new Kind<ConcertState>(
                "concert",
                ConcertState.KeyOf,
                ConcertState.Fold,
                Examples.ConcertId,
                ConcertState.Example,
                AuditExamples.Scheduled
            )
        );
        Map(
            api,
            new Kind<CustomerState>(
                "customer",
                CustomerState.KeyOf,
                CustomerState.Fold,
                Examples.CustomerId,
                CustomerState.Example,
                AuditExamples.SignedUp
            )
        );
    }

    private static void Map<TState>(IEndpointRouteBuilder api, Kind<TState> kind)
        where TState : class =>
        api.MapGet(
                $"/audit/{kind.Name}/{{id}}",
                (
                    long id,
                    DateTimeOffset? asOf,
                    string? cursor,
                    int? limit,
                    NpgsqlDataSource dataSource,
                    TimeProvider clock,
                    CancellationToken stop
                ) =>
                    AnswerAsync(
                        kind,
                        id,
                        new Question(asOf, cursor, limit, clock.GetUtcNow()),
                        dataSource,
                        stop
                    )
            )
            .RequireAuthorization(Roles.Operator)
            .WithName($"AuditOf{char.ToUpperInvariant(kind.Name[0])}{kind.Name[1..]}")
            .WithTags("Audit")
            .WithSummary($"Audit trail of a {kind.Name}")
            .WithDescription(
                "Its events as they were received, in the order of their versions, and the state "
                    + "that they tell; with `asOf` those that had happened by then. From the event "
                    + "store: what has not reached it yet is missing, and may change the answer."
                    + kind.Caveat
            )
            .Produces<AuditTrail<TState>>()
            .WithResponseExample(
                200,
                new AuditTrail<TState>(
                    kind.ExampleEvent.OccurredAt.AddSeconds(1),
                    kind.Example,
                    Version: 1,
                    IsComplete: true,
                    [AuditedEvent.ExampleOf(kind.ExampleEvent)],
                    NextCursor: null
                )
            )
            .WithParameter("id", $"The {kind.Name}'s id.", kind.ExampleId)
            .WithParameter(
                "asOf",
                "How it was at this time; now where it is missing.",
                kind.ExampleEvent.OccurredAt.AddSeconds(1)
            )
            .WithPaging(Size, "Events", 1, 4_711)
            .Refuses(
                Problems.Validation("asOf", TimeRange.NotYet),
                Problems.NotFound(kind.Name, kind.ExampleId)
            );

    private const int CursorKeys = 2;

    private sealed record Question(
        DateTimeOffset? AsOf,
        string? Behind,
        int? Limit,
        DateTimeOffset Now
    )
    {
        public Problem? Check(long id) =>
            new FieldErrors()
                .Require(id > 0, "id", "must be positive")
                .Require(TimeRange.HasBeen(AsOf, Now), "asOf", TimeRange.NotYet)
                .Require(Limit is null || (Limit >= 1 && Limit <= Size.Max), "limit", Size.Rule)
                .Require(
                    Behind is null || Cursor.Parse(Behind, CursorKeys) is not null,
                    "cursor",
                    Cursor.Rule
                )
                .ToProblem();
    }

    private static async Task<IResult> AnswerAsync<TState>(
        Kind<TState> kind,
        long id,
        Question question,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
        where TState : class
    {
        if (question.Check(id) is { } problem)
            return problem;

        var key = kind.KeyOf(id);
        var all = await KeptEvents.OfKeyAsync(dataSource, key, stop);
        var told = AsOf.Of(all, key, question.AsOf, kind.Fold);
        if (told.State is null)
            return NotThere(kind.Name, id, question.AsOf, AsOf.Of(all, key, null, kind.Fold));

        var (items, next) = Page(told.Events, question);
        return TypedResults.Ok(
            new AuditTrail<TState>(
                question.AsOf,
                told.State,
                told.Version,
                told.IsComplete,
                items,
                next
            )
        );
    }

    private static Problem NotThere<TState>(
        string name,
        long id,
        DateTimeOffset? asOf,
        Told<TState> now
    )
        where TState : class =>
        asOf is null || now.State is null
            ? Problems.NotFound(name, id)
            : Problems.NotFound(
                $"There was no {name} {id} at that time yet.",
                "asOf",
                "is before its first event"
            );

    private static (IReadOnlyList<AuditedEvent> Items, string? Next) Page(
        IReadOnlyList<KeptEvent> events,
        Question question
    )
    {
        var behind = question.Behind is { } cursor ? Cursor.Parse(cursor, CursorKeys)! : [-1, -1];
        var count = question.Limit ?? Size.Default;
        var page = events
            .Where(e => (e.Version, e.Seq).CompareTo((behind[0], behind[1])) > 0)
            .Take(count + 1)
            .ToList();
        var hasMore = page.Count > count;
        if (hasMore)
            page.RemoveAt(count);
        return (
            [.. page.Select(AuditedEvent.Of)],
            hasMore ? Cursor.Of(page[^1].Version, page[^1].Seq) : null
        );
    }
}
