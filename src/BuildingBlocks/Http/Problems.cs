using ConcertReservation.Contracts;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>Every refusal that the API knows.</summary>
public static class Problems
{
    public static Problem Validation(IReadOnlyDictionary<string, string[]> errors) =>
        new(
            "validation",
            "The request is not valid",
            400,
            string.Join(" ", errors.SelectMany(e => e.Value.Select(m => $"{e.Key}: {m}")))
        )
        {
            Errors = errors,
        };

    public static Problem Validation(string field, string message) =>
        Validation(Naming(field, message));

    public static Problem NotSignedIn() =>
        NotSignedIn("Sign in and send the access token as Bearer.");

    public static Problem NotSignedIn(string detail) =>
        new("not-signed-in", "Not signed in", 401, detail);

    /// <summary>A token lives some seconds longer than its account.</summary>
    public static Problem AccountDeleted() => NotSignedIn("The account was deleted.");

    public static Problem Forbidden(string detail) => new("forbidden", "Not allowed", 403, detail);

    /// <summary>The id is in the address.</summary>
    public static Problem NotFound(string what, long id) => NotFound(what, id, field: "id");

    /// <param name="field">Of the request, which names it.</param>
    public static Problem NotFound(string what, long id, string field) =>
        new("not-found", "Not found", 404, $"There is no {what} {id}.")
        {
            Errors = Naming(field, $"names no {what}"),
        };

    /// <param name="field">Of the request, which names what there is not.</param>
    public static Problem NotFound(string detail, string field, string why) =>
        new("not-found", "Not found", 404, detail) { Errors = Naming(field, why) };

    public static Problem NoSuchSeats(long concertId, IReadOnlyList<long> seatIds) =>
        new(
            "not-found",
            "Not found",
            404,
            $"Concert {concertId} has no seat {string.Join(", ", seatIds)}."
        )
        {
            SeatIds = seatIds,
            Errors = Naming("seatIds", "names a seat that the concert does not have"),
        };

    public static Problem NotFound(string detail) => new("not-found", "Not found", 404, detail);

    public static Problem SeatTaken(IReadOnlyList<long> seatIds) =>
        new("seat-taken", "A seat is taken", 409, $"Taken: {string.Join(", ", seatIds)}.")
        {
            SeatIds = seatIds,
        };

    public static Problem BookingNotOpen(DateTimeOffset bookingStartTime) =>
        new(
            "booking-not-open",
            "Booking has not started",
            409,
            $"Booking starts at {bookingStartTime.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}."
        )
        {
            BookingStartTime = bookingStartTime,
        };

    public static Problem TicketLimit(int limit, int held) =>
        new(
            "ticket-limit",
            "Too many tickets",
            409,
            $"A customer may have {limit} tickets for this concert; you have {held}."
        )
        {
            TicketsPerCustomer = limit,
            TicketsHeld = held,
        };

    public static Problem ReservationExpired(long id) =>
        new("reservation-expired", "The hold has run out", 409, $"Reservation {id} has expired.");

    public static Problem AccountInUse(IReadOnlyList<Obstacle> obstacles) =>
        new(
            "account-in-use",
            "The account is in use",
            409,
            string.Join(" ", obstacles.Select(o => $"{o.About}: {o.Reason}"))
        )
        {
            Obstacles = obstacles,
        };

    public static Problem IllegalState(string detail) =>
        new("illegal-state", "Not possible in this state", 409, detail);

    public static Problem IdempotencyKeyMissing() =>
        new(
            "idempotency-key-missing",
            "Idempotency-Key is missing",
            400,
            $"Send one {IdempotencyKey.HeaderName} header, new for each order, "
                + $"of 1 to {IdempotencyKey.MaxLength} visible characters."
        )
        {
            Errors = new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                [IdempotencyKey.HeaderName] =
                [
                    $"must be one header of 1 to {IdempotencyKey.MaxLength} visible characters",
                ],
            },
        };

    public static Problem IdempotencyKeyInUse() =>
        new(
            "idempotency-key-in-use",
            "The first request with this key still runs",
            409,
            "Wait for its answer, then send the same request again."
        )
        {
            RetryAfterSeconds = 1,
        };

    public static Problem IdempotencyKeyReused() =>
        new(
            "idempotency-key-reused",
            "The key was used for another request",
            422,
            "An Idempotency-Key belongs to one request body; take a new one."
        )
        {
            Errors = Naming(IdempotencyKey.HeaderName, "belongs to another request body"),
        };

    /// <param name="header">The one that does not prove where the webhook comes from.</param>
    public static Problem WebhookNotVerified(string header, string why) =>
        new("webhook-not-verified", "The webhook is not verified", 400, $"{header} {why}.")
        {
            Errors = Naming(header, why),
        };

    public static Problem PaymentDeclined(string reason) =>
        new("payment-declined", "The payment was declined", 402, reason);

    public static Problem InsufficientBalance(long balanceWon, long amountWon) =>
        new(
            "insufficient-balance",
            "The wallet's balance is too low",
            402,
            $"The balance is {balanceWon} won, the price {amountWon} won."
        );

    public static Problem TooManyRequests(int retryAfterSeconds) =>
        new("too-many-requests", "Too many requests", 429, "Slow down and try again.")
        {
            RetryAfterSeconds = retryAfterSeconds,
        };

    public static Problem TooManyAtOnce() =>
        Overloaded("Too many customers at once; try again.", retryAfterSeconds: 1);

    public static Problem Overloaded(string detail, int retryAfterSeconds) =>
        new("overloaded", "Not possible right now", 503, detail)
        {
            RetryAfterSeconds = retryAfterSeconds,
        };

    /// <summary>To an endpoint that answers as JSON or CSV.</summary>
    public static Problem NotAcceptable() =>
        new(
            "not-acceptable",
            "There is no such format",
            406,
            "The answer is application/json or text/csv, in UTF-8."
        )
        {
            Errors = Naming("Accept", "must allow application/json or text/csv"),
        };

    public static Problem MethodNotAllowed() =>
        new("method-not-allowed", "Not possible here", 405, "See Allow for what is.");

    public static Problem Timeout() =>
        new("timeout", "The request came too slowly", 408, "Send it again, all of it at once.");

    /// <summary>The server refused the request before the application could say why.</summary>
    /// <param name="status">400 to 499.</param>
    public static Problem BadRequest(int status) =>
        new("bad-request", "The request cannot be served", status, "Check its headers and form.");

    public static Problem TooLarge(int maxBytes) =>
        new("too-large", "The body is too large", 413, $"A body has at most {maxBytes} bytes.")
        {
            Errors = Naming("body", $"must have at most {maxBytes} bytes"),
        };

    public static Problem UnsupportedMediaType() =>
        UnsupportedMediaType("Not JSON", "application/json", "must be application/json, in UTF-8");

    /// <param name="mediaType">Such as is read here.</param>
    public static Problem UnsupportedMediaType(string mediaType) =>
        UnsupportedMediaType($"Not {mediaType}", mediaType, $"must be {mediaType}");

    public static Problem InternalError() =>
        new(
            "internal-error",
            "Something went wrong here",
            500,
            "It is in the log under this traceId."
        );

    private static Problem UnsupportedMediaType(string title, string mediaType, string why) =>
        new("unsupported-media-type", title, 415, $"Send the body as {mediaType}.")
        {
            Errors = Naming("Content-Type", why),
        };

    private static Dictionary<string, string[]> Naming(string field, string why) =>
        new(StringComparer.Ordinal) { [field] = [why] };
}
