using System.Globalization;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using ConcertReservation.Verification;
using ConcertReservation.Verification.Invariants;
using ConcertReservation.Verification.Loading;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>
/// Two hosts, a database with everybody's tables, a provider and the time, for one history after
/// the other.
/// </summary>
internal sealed class HistorySystem : IAsyncDisposable
{
    private readonly List<HistoryHost> _hosts = [];
    private long _lastCustomer = SaleHistory.Organiser;

    private HistorySystem(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public ScriptedProvider Provider { get; } = new();

    /// <summary>How much later it is than it would be by itself.</summary>
    public long AheadSeconds { get; private set; }

    /// <summary>Reservations whose pin was taken away by hand.</summary>
    public List<long> LostPins { get; } = [];

    /// <summary>How often what happened, over all histories.</summary>
    public SortedDictionary<string, int> Tally { get; } = new(StringComparer.Ordinal);

    /// <param name="spoil">What is made wrong on purpose.</param>
    public static async Task<HistorySystem> StartAsync(
        Speech speech = Speech.Verdicts,
        Action<IServiceCollection>? spoil = null
    )
    {
        var system = new HistorySystem(await TestDatabase.CreateAsync("histories"));
        var addProvider = AdderOf(speech, system.Provider);
        for (var i = 0; i < 2; i++)
        {
            system._hosts.Add(
                await HistoryHost.StartAsync(
                    system.Database.ConnectionString,
                    addProvider,
                    gathersPoints: i == 0,
                    spoil
                )
            );
        }

        return system;
    }

    public HistoryHost Host(int number) => _hosts[number % _hosts.Count];

    public long NewCustomer() => ++_lastCustomer;

    public void Count(string what) => Tally[what] = Tally.GetValueOrDefault(what) + 1;

    /// <summary>The time of database and hosts goes on by so much.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        AheadSeconds += seconds;
        await Database.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql VOLATILE
                PARALLEL SAFE AS 'SELECT clock_timestamp() + interval ''{AheadSeconds} seconds'''
                """
            )
        );
        foreach (var host in _hosts)
            await host.MeasureClockAsync();
    }

    /// <summary>What a history that failed has left would be in the way of the next one.</summary>
    public async Task BuryAsync()
    {
        Provider.Next = Manner.Answers;
        await Database.ExecuteAsync(
            """
            UPDATE payments.payments SET next_check_at = NULL, claimed_until = NULL;
            UPDATE reservations.reservations SET status = 'EXPIRED'
            WHERE status IN ('HELD', 'PAYING');
            UPDATE reservations.concerts SET is_settled = true;
            """
        );
    }

    /// <summary>
    /// What is said of seats and money, over all histories at once. There are no clients who wrote
    /// down their answers (3), no relay (8, 12), no statistics and mails (9), and each history has
    /// come to rest before (11).
    /// </summary>
    public async Task<IReadOnlyList<Finding>> VerifyAsync()
    {
        Provider.BeginBooks();
        var read = await PostgresSnapshot.ReadAsync(Database.DataSource, CancellationToken.None);
        var history = read with
        {
            Log =
            [
                .. read.Outbox.Select(row => new LogRecord(
                    Partitions.Of(row.Event.Key),
                    row.Seq,
                    row.Event
                )),
            ],
            CardOrders =
            [
                .. Provider.Archive.Select(b => new CardOrder(
                    b.Key,
                    b.Value.Amount,
                    b.Value.Status
                )),
            ],
            DrainedAfter = TimeSpan.Zero,
        };
        var unpinned = WithoutLostPins(history);
        return
        [
            OneOwnerPerSeat.Check(unpinned),
            SeatsAgree.Check(history),
            KeysHaveOneEffect.Check(history),
            HoldsAreWhole.Check(history),
            TransitionsAreLegal.Check(history),
            StateHasItsEvents.Check(history),
            EveryMessageIsDealtWith.Check(history),
            LimitsHold.Check(unpinned),
        ];
    }

    /// <summary>
    /// Money that comes in time keeps its seats, unless somebody took them away by hand. Then their
    /// reservation's payments prove nothing of whose they were.
    /// </summary>
    private History WithoutLostPins(History history) =>
        history with
        {
            Log =
            [
                .. history.Log.Where(r =>
                    r.Event.Event is not PaymentEvent e || !LostPins.Contains(e.ReservationId)
                ),
            ],
            Stored = [],
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static Action<IServiceCollection> AdderOf(Speech speech, ScriptedProvider provider)
    {
        ScriptedWire? wire = speech switch
        {
            Speech.Toss => new TossWire(provider),
            Speech.Stripe => new StripeWire(provider),
            _ => null,
        };
        return services =>
        {
            if (wire is null)
                services.AddSingleton<IPaymentGateway>(provider);
            else
                services.AddSingleton(wire.GatewayOf);
        };
    }
}
