using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>What the document says at its top, and what all operations refer to.</summary>
internal static class DocumentDocs
{
    public const string Title = "ConcertReservation";
    public const string BearerScheme = "bearer";

    private const string Introduction = """
        Seats of a concert, held, paid and never sold twice.

        **Book a seat from this page**
        1. *Concerts → List concerts*: Execute, and take a `concertId` from the answer. None there?
           *Accounts → Sign in* as the operator (`./run` says where the password is), **Authorize**
           (right below) with the `accessToken` of the answer, and *Concerts → Create a concert*:
           its example is on sale at once. Then Authorize → Logout.
        2. *Accounts → Sign up*, then *Sign in* (Reset brings its example back after the operator's
           turn). Copy `accessToken`, press **Authorize**, paste it, Authorize, Close.
        3. *Concerts → Show every seat*: in a new concert all are free, and the first one's id is
           `firstSeatId`.
        4. *Reservations → Hold seats*: put `concertId` and the ids of seats into the body. They are
           yours until `heldUntil`.
        5. By points: *Payments → Top up your wallet*, then *Pay for a reservation* with your
           `reservationId`. By card: *Pay for a reservation* with CARD instead of POINT; open
           `checkout.url` in a new tab and click a card; then *Confirm a card payment* with your
           `paymentId` and the payment key that the page shows.
        6. *Reservations → List your reservations*: CONFIRMED, and a mail says so.

        **Idempotency-Key** belongs to one order: the same key and body again give the same answer.
        For another order change the key, if by one letter.

        **Errors** are RFC 9457 problem documents; `errors` names each field. Show `traceId` to an
        operator.
        """;

    private static readonly (string Name, string Description)[] Tags =
    [
        ("Accounts", "Sign up, sign in, roles."),
        ("Concerts", "The calendar, and every seat with its state."),
        ("Waitlist", "Hear of it when a sold-out concert has seats again."),
        ("Reservations", "Hold seats, look, give them back."),
        ("Payments", "A wallet of points; pay by points or card."),
        ("Rankings", "What is booked most, and what sold out fastest."),
        ("Analytics", "Numbers by hour, concert and customer."),
        ("Audit", "What happened, and how anything was at any time."),
        ("Operations", "How events flow, and where they got stuck."),
        ("Health", "For whoever runs the host."),
    ];

    public static Task DescribeAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken stop
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = Title,
            Version = "1.0",
            Description = Introduction,
        };
        // Relative to the document: right behind any proxy and on any port.
        document.Servers = [new OpenApiServer { Url = "/" }];
        var used = document
            .Paths.Values.SelectMany(p => p.Operations?.Values.AsEnumerable() ?? [])
            .SelectMany(o => o.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(t => t.Name)
            .ToHashSet(StringComparer.Ordinal);
        document.Tags = Tags.Where(t => used.Contains(t.Name))
            .Select(t => new OpenApiTag { Name = t.Name, Description = t.Description })
            .ToHashSet();

        var components = document.Components ??= new OpenApiComponents();
        components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        );
        components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The `accessToken` that *Sign in* answers.",
        };
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
        components.Schemas[ProblemDocs.SchemaName] = ProblemDocs.Schema();
        return Task.CompletedTask;
    }
}
