using FsCheck;
using FsCheck.Fluent;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>What can happen next in a history.</summary>
internal enum Act
{
    Hold,
    GiveBack,
    Charge,
    PayByPoints,
    PayByCard,
    Confirm,

    /// <summary>A provider that was asked and has not answered yet does so.</summary>
    ProviderAnswers,

    /// <summary>Whoever waits for the provider dies instead of hearing it.</summary>
    AskerDies,

    /// <summary>The provider's webhook: at any time, and as often as it likes.</summary>
    ProviderTells,

    /// <summary>A group gets the next records of a partition.</summary>
    Deliver,

    /// <summary>A group gets a partition from its start again.</summary>
    Rewind,
    Sweep,

    /// <summary>A host takes up a payment that is due.</summary>
    Finish,
    Wait,
    CancelConcert,

    /// <summary>By an operator's hand: the pin of a payment under way is gone.</summary>
    LosePin,
}

/// <summary>How the provider takes the next question.</summary>
internal enum Manner
{
    Answers,
    Declines,

    /// <summary>It does what it is told, and the answer is lost.</summary>
    Silent,

    /// <summary>It does nothing, and says nothing.</summary>
    Deaf,

    /// <summary>It refuses this try, and may still do what an earlier one told it.</summary>
    Refuses,

    /// <summary>The answer takes its time: it comes when the history says so.</summary>
    Waits,
}

/// <summary>One step, which means something in any state or is passed over.</summary>
/// <param name="Host">Which of the hosts takes it.</param>
/// <param name="Which">Customer, seat, payment, partition: of as many as there are.</param>
/// <param name="Dies">At so many fault points of the step its process dies; 0: at none.</param>
internal sealed record Step(Act Act, int Host, int Which, Manner Manner, int Dies)
{
    private const int MaxChoice = 59;

    /// <summary>How often each act is chosen, of the sum of all.</summary>
    private static readonly (int Weight, Act Act)[] Weights =
    [
        (12, Act.Hold),
        (4, Act.GiveBack),
        (2, Act.Charge),
        (8, Act.PayByPoints),
        (12, Act.PayByCard),
        (20, Act.Confirm),
        (8, Act.ProviderAnswers),
        (3, Act.AskerDies),
        (3, Act.ProviderTells),
        (28, Act.Deliver),
        (2, Act.Rewind),
        (6, Act.Sweep),
        (8, Act.Finish),
        (6, Act.Wait),
        (2, Act.CancelConcert),
        (2, Act.LosePin),
    ];

    private static readonly Gen<Step> Any =
        from act in Gen.Frequency(Weights.Select(w => (w.Weight, Gen.Constant(w.Act))))
        from host in Gen.Choose(0, 1)
        from which in Gen.Choose(0, MaxChoice)
        from manner in Gen.Frequency(
            (10, Gen.Constant(Manner.Answers)),
            (2, Gen.Constant(Manner.Declines)),
            (3, Gen.Constant(Manner.Silent)),
            (2, Gen.Constant(Manner.Deaf)),
            (2, Gen.Constant(Manner.Refuses)),
            (4, Gen.Constant(Manner.Waits))
        )
        from dies in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, MostPoints(act))))
        select new Step(act, host, which, manner, dies);

    /// <summary>
    /// How many fault points the act may come by: of a later one nobody would die, and of the last
    /// one as many shall as of the first.
    /// </summary>
    private static int MostPoints(Act act) =>
        act switch
        {
            // The pin, the provider's answer, and what is written of it.
            Act.Confirm => 5,
            // The claim, the provider's answer, and what is written of it.
            Act.Finish => 4,
            // A card payment that gives way, and the points.
            Act.PayByPoints => 4,
            _ => 2,
        };

    /// <summary>Histories, and shorter ones of each: it is told by its shortest.</summary>
    public static Arbitrary<IReadOnlyList<Step>> Histories { get; } =
        Arb.From(Any.ListOf().Select(steps => (IReadOnlyList<Step>)[.. steps]), Shorter);

    private static IEnumerable<IReadOnlyList<Step>> Shorter(IReadOnlyList<Step> steps)
    {
        for (var length = steps.Count / 2; length > 0; length /= 2)
        {
            for (var from = 0; from + length <= steps.Count; from += length)
                yield return [.. steps.Take(from), .. steps.Skip(from + length)];
        }

        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Dies > 0)
                yield return [.. steps.Take(i), steps[i] with { Dies = 0 }, .. steps.Skip(i + 1)];
        }
    }
}
