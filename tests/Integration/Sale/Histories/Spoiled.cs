using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Payments;
using ConcertReservation.Reservations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>Sales as they must not be made: histories have to find each of them out.</summary>
internal static class Spoiled
{
    public static readonly IReadOnlyDictionary<string, Action<IServiceCollection>> Ways =
        new Dictionary<string, Action<IServiceCollection>>(StringComparer.Ordinal)
        {
            ["seats are not pinned"] = services =>
            {
                services.AddScoped<ReservationPayments>();
                services.AddScoped<IReservationPayments, PinsNothing>();
            },
            ["money is not given back"] = services =>
            {
                services.RemoveAll<ConsumerGroup>();
                services.AddSingleton(Reservations);
                services.AddSingleton(
                    new ConsumerGroup("payment-service", [typeof(FailOnReservationEnded)])
                );
                services.AddSingleton(Concerts);
            },
            ["a question put again is a new order"] = services =>
                Gateway(services, provider => new AsksAnew(provider)),
            ["no answer counts as a refusal"] = services =>
                Gateway(services, provider => new Guesses(provider)),
        };

    private static ConsumerGroup Reservations =>
        new(
            "reservation-service",
            [
                typeof(BuildInventoryOnConcertScheduled),
                typeof(StopSaleOnConcertCancelled),
                typeof(ConfirmOnPaymentCompleted),
                typeof(ReleaseOnPaymentFailed),
            ]
        );

    private static ConsumerGroup Concerts =>
        new("concert-service", [typeof(ConcertReservation.Concerts.CountSoldSeats)]);

    private static void Gateway(
        IServiceCollection services,
        Func<IPaymentGateway, IPaymentGateway> around
    )
    {
        var provider = (IPaymentGateway)
            services.Last(s => s.ServiceType == typeof(IPaymentGateway)).ImplementationInstance!;
        services.AddSingleton(around(provider));
    }

    private sealed class PinsNothing(ReservationPayments inner) : IReservationPayments
    {
        public Task<PayableReservation?> FindAsync(
            long reservationId,
            long customerId,
            CancellationToken stop
        ) => inner.FindAsync(reservationId, customerId, stop);

        public Task<IReadOnlyList<PayableReservation>> FindAsync(
            IReadOnlyCollection<long> reservationIds,
            long customerId,
            CancellationToken stop
        ) => inner.FindAsync(reservationIds, customerId, stop);

        public Task<IReadOnlyList<PayableReservation>> FindAsync(
            IReadOnlyCollection<long> reservationIds,
            CancellationToken stop
        ) => inner.FindAsync(reservationIds, stop);

        public Task<PinResult> ExtendAsync(
            long reservationId,
            long paymentId,
            CancellationToken stop
        ) => inner.ExtendAsync(reservationId, paymentId, stop);

        public Task<PinResult> PinAsync(
            long reservationId,
            long paymentId,
            CancellationToken stop
        ) => inner.ExtendAsync(reservationId, paymentId, stop);

        public Task<IReadOnlySet<long>> PinAsync(
            IReadOnlyDictionary<long, long> payments,
            CancellationToken stop
        ) => Task.FromResult<IReadOnlySet<long>>(payments.Keys.ToHashSet());

        public Task ReleaseAsync(long reservationId, long paymentId, CancellationToken stop) =>
            inner.ReleaseAsync(reservationId, paymentId, stop);

        public Task<IReadOnlyList<long>> PinningAsync(int limit, CancellationToken stop) =>
            inner.PinningAsync(limit, stop);
    }

    private sealed class AsksAnew(IPaymentGateway provider) : IPaymentGateway
    {
        private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

        public Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop) =>
            provider.ConfirmAsync(
                _asked.Add(order.OrderId)
                    ? order
                    : order with
                    {
                        OrderId = $"{order.OrderId}-again",
                    },
                stop
            );

        public Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop) =>
            provider.FindAsync(order, stop);

        public Task<Verdict> RefundAsync(
            ProviderOrder order,
            string reason,
            CancellationToken stop
        ) => provider.RefundAsync(order, reason, stop);
    }

    private sealed class Guesses(IPaymentGateway provider) : IPaymentGateway
    {
        public async Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop) =>
            await provider.ConfirmAsync(order, stop) is { Kind: not VerdictKind.Unclear } verdict
                ? verdict
                : new Verdict(VerdictKind.Declined, "It did not answer.");

        public Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop) =>
            provider.FindAsync(order, stop);

        public Task<Verdict> RefundAsync(
            ProviderOrder order,
            string reason,
            CancellationToken stop
        ) => provider.RefundAsync(order, reason, stop);
    }
}
