using System.Diagnostics;
using ConcertReservation.Host.Telemetry;

namespace ConcertReservation.Tests.Unit.Telemetry;

/// <summary>What collectors get is kept by others, where nobody can have it erased.</summary>
internal sealed class SpanExceptionsTests
{
    [Test]
    public void a_span_tells_of_an_exception_what_it_is_and_not_what_it_says()
    {
        using var source = new ActivitySource("ConcertReservation.Tests.SpanExceptions");
        using var collector = new ActivityListener
        {
            ShouldListenTo = s => ReferenceEquals(s, source),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(collector);
        using var silence = SpanExceptions.Silence();
        using var span = source.StartActivity("fails")!;

        try
        {
            throw new ArithmeticException("No mail to mina@example.com");
        }
        catch (ArithmeticException e)
        {
            span.AddException(e);
        }

        var told = span.Events.Single().Tags.ToDictionary(t => t.Key, t => $"{t.Value}");
        told["exception.type"].ShouldBe("System.ArithmeticException");
        told["exception.message"].ShouldBeEmpty();
        told["exception.stacktrace"].ShouldContain(nameof(SpanExceptionsTests));
        told.Values.ShouldNotContain(v => v.Contains("mina@", StringComparison.Ordinal));
    }
}
