using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 6. Only legal transitions; each completed payment ends as exactly one sale or one refund; the
/// wallets' sums are conserved.
/// </summary>
internal static class TransitionsAreLegal
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            6,
            "Only legal transitions; money ends as a sale or a refund",
            history
        );
        CheckStories(inspection, history, "reservation-", ReservationStory.Follow);
        CheckStories(inspection, history, "payment-", PaymentStory.Follow);
        MoneyIsConserved.Check(inspection, history);
        return inspection.Done();
    }

    private static void CheckStories(
        Inspection inspection,
        History history,
        string prefix,
        Func<IEnumerable<TopicEvent>, string?> follow
    )
    {
        var stories = history
            .Events.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal))
            .GroupBy(e => e.Key)
            .ToList();
        inspection.Figure($"stories of a {prefix.TrimEnd('-')}", stories.Count);
        foreach (var story in stories.Where(s => history.OwnKeys.Contains(s.Key)))
        {
            // The event store has what Kafka has dropped: a story without its beginning is lost.
            if (story.Min(e => e.Version) is > 1 and var first)
                inspection.Violated($"{story.Key} begins with version {first}".About(story.Key));
            else if (follow(story) is { } illegal)
                inspection.Violated($"{story.Key}: {illegal}".About(story.Key));
        }
    }

    private static class ReservationStory
    {
        /// <returns>The first illegal step, or null.</returns>
        public static string? Follow(IEnumerable<TopicEvent> story)
        {
            var state = "";
            foreach (var step in story)
            {
                var next = (state, step.Event) switch
                {
                    ("", ReservationCreated) => "HELD",
                    ("HELD", ReservationConfirmed) => "CONFIRMED",
                    ("EXPIRED", ReservationConfirmed) => "CONFIRMED",
                    ("HELD", ReservationExpired) => "EXPIRED",
                    ("HELD", ReservationCancelled { WasConfirmed: false }) => "CANCELLED",
                    ("CONFIRMED", ReservationCancelled { WasConfirmed: true }) => "CANCELLED",
                    (not "", ReservationConfirmationFailed or null) => state,
                    _ => null,
                };
                if (next is null)
                    return $"{step.EventType} while {(state.Length == 0 ? "new" : state)}";
                state = next;
            }

            return null;
        }
    }

    private static class PaymentStory
    {
        public static string? Follow(IEnumerable<TopicEvent> story)
        {
            var state = "";
            foreach (var step in story)
            {
                var next = (state, step.Event) switch
                {
                    ("", PaymentStarted) => "STARTED",
                    ("STARTED", PaymentCompleted) => "COMPLETED",
                    ("STARTED", PaymentFailed) => "FAILED",
                    ("COMPLETED", PaymentRefundRequested) => "REFUND_REQUESTED",
                    ("REFUND_REQUESTED", PaymentRefunded) => "REFUNDED",
                    (not "", null) => state,
                    _ => null,
                };
                if (next is null)
                    return $"{step.EventType} while {(state.Length == 0 ? "new" : state)}";
                state = next;
            }

            return null;
        }
    }
}
