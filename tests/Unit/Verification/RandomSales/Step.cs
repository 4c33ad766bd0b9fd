using FsCheck;
using FsCheck.Fluent;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

internal enum Act
{
    Hold,
    Cancel,
    Charge,
    PayByPoints,
    PayByCard,
    Confirm,
    Consume,
    Reconcile,
    Sweep,
    Wait,
    WaitForSeats,
    Move,
    CancelConcert,
}

/// <summary>A sale's steps, and a number from which everything else is chosen.</summary>
internal sealed record Sale(IReadOnlyList<Step> Steps, int Seed)
{
    public override string ToString() => $"seed {Seed}: {string.Join(", ", Steps)}";
}

/// <summary>A step of a sale; which of what there is it is about, the numbers choose.</summary>
internal sealed record Step(Act Act, int Who, int What, int How)
{
    private const int Most = 997;

    /// <summary>How often each act is chosen, of the sum of all.</summary>
    private static readonly (int Weight, Act Act)[] Weights =
    [
        (10, Act.Hold),
        (2, Act.Cancel),
        (2, Act.Charge),
        (4, Act.PayByPoints),
        (4, Act.PayByCard),
        (5, Act.Confirm),
        (5, Act.Consume),
        (1, Act.Reconcile),
        (2, Act.Sweep),
        (4, Act.Wait),
        (1, Act.WaitForSeats),
        (1, Act.Move),
        (1, Act.CancelConcert),
    ];

    private static readonly Gen<Step> Any =
        from act in Gen.Frequency(Weights.Select(w => (w.Weight, Gen.Constant(w.Act))))
        from who in Gen.Choose(0, Most)
        from what in Gen.Choose(0, Most)
        from how in Gen.Choose(0, Most)
        select new Step(act, who, what, how);

    private static readonly Gen<Sale> AnySale =
        from steps in Any.ListOf()
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select new Sale([.. steps], seed);

    /// <summary>Sales, and shorter ones of each: it is told by its shortest.</summary>
    public static Arbitrary<Sale> Sales { get; } = Arb.From(AnySale, Shorter);

    private static IEnumerable<Sale> Shorter(Sale sale)
    {
        for (var length = sale.Steps.Count; length > 0; length /= 2)
        {
            for (var from = 0; from + length <= sale.Steps.Count; from += length)
            {
                yield return sale with
                {
                    Steps = [.. sale.Steps.Take(from), .. sale.Steps.Skip(from + length)],
                };
            }
        }
    }
}
