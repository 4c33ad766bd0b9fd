using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class RechecksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void a_payment_that_many_questions_brought_no_outcome_is_told_once()
    {
        var log = new Warnings();
        var rechecks = new Rechecks(
            Options.Create(new PaymentsOptions { WarnAfterChecks = 3 }),
            TimeProvider.System,
            log
        );
        var (payment, _) = Payment.Start(
            1201,
            new PayableReservation(4711, 7, new Money(132_000), "HELD", Noon.AddMinutes(5)),
            PaymentMethod.Card,
            "payment-1201-9f86d081884c7d65",
            Noon,
            abandonAt: Noon.AddMinutes(3)
        );
        payment.MarkAsked("pk_1", Noon);

        Schedule(2);
        log.Told.ShouldBeEmpty();
        Schedule(20);
        log.Told.ShouldHaveSingleItem().ShouldContain("Payment 1201 is UNKNOWN");

        payment.Complete(Noon);
        payment.RequestRefund("gone", Noon);
        Schedule(20);
        log.Told.Count.ShouldBe(2);
        log.Told[1].ShouldContain("Payment 1201 is REFUND_REQUESTED");

        void Schedule(int times)
        {
            for (var i = 0; i < times; i++)
                rechecks.Schedule(payment, claim: null);
        }
    }

    private sealed class Warnings : ILogger<Rechecks>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel >= LogLevel.Warning)
                Told.Add(formatter(state, exception));
        }
    }
}
