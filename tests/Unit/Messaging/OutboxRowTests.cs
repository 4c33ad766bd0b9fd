using System.Diagnostics;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class OutboxRowTests
{
    [Test]
    public void an_event_without_a_version_is_refused() =>
        Should.Throw<ArgumentException>(() => OutboxRow.From(SignUp("Mina", version: 0)));

    [Test]
    public void an_event_of_the_limit_is_taken_and_one_byte_more_is_refused()
    {
        var overhead = OutboxRow.From(SignUp("")).Body.Length;
        var longest = new string('n', OutboxRow.MaxBodyBytes - overhead);

        OutboxRow.From(SignUp(longest)).Body.Length.ShouldBe(OutboxRow.MaxBodyBytes);
        Should.Throw<ArgumentException>(() => OutboxRow.From(SignUp(longest + "n")));
    }

    [Test]
    public void an_event_carries_the_trace_of_the_request_that_caused_it()
    {
        using var request = new Activity("request").Start();

        OutboxRow.From(SignUp("Mina")).TraceParent.ShouldBe(request.Id);
    }

    [Test]
    public void an_event_that_no_request_caused_begins_a_trace_of_its_own()
    {
        Activity.Current = null;

        var traceParent = OutboxRow.From(SignUp("Mina")).TraceParent;

        ActivityContext.TryParse(traceParent, null, out var context).ShouldBeTrue();
        context.TraceId.ShouldNotBe(default);
    }

    [Test]
    public void who_records_traces_records_that_one_too()
    {
        Activity.Current = null;
        using var recorder = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessagingTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(recorder);

        var traceParent = OutboxRow.From(SignUp("Mina")).TraceParent;

        ActivityContext.Parse(traceParent!, null).TraceFlags.ShouldBe(ActivityTraceFlags.Recorded);
        Activity.Current.ShouldBeNull();
    }

    private static UserSignedUp SignUp(string name, long version = 1) =>
        new()
        {
            UserId = 1,
            Email = "mina@example.com",
            Name = name,
            Language = "ko",
            OccurredAt = TimeProvider.System.GetUtcNow(),
            Version = version,
        };
}
