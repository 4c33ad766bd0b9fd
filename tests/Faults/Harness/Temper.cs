namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What somebody does with the seats that they hold.</summary>
internal enum Deed
{
    GivesBack,

    /// <summary>Nobody comes back: the hold runs out.</summary>
    Leaves,
    PaysByPoints,
    PaysByCard,
}

/// <summary>One of the ways that a hold may end.</summary>
/// <param name="Weight">How often it is drawn, compared with the others.</param>
/// <param name="Card">Which one pays.</param>
/// <param name="IsReturned">What was bought is given back as soon as it is a sale.</param>
internal sealed record Ending(int Weight, Deed Deed, string? Card = null, bool IsReturned = false);

/// <summary>How the customers of a crowd behave.</summary>
/// <param name="Endings">Of their holds.</param>
internal sealed record Temper(IReadOnlyList<Ending> Endings)
{
    /// <summary>Longer than any sale of the tests.</summary>
    private const int UsualHoldSeconds = 300;

    /// <summary>The shortest that an organiser may choose.</summary>
    private const int ShortestHoldSeconds = 10;

    /// <summary>They hold, give back, pay and are declined; no sale comes back.</summary>
    public static readonly Temper Plain = new([
        new(10, Deed.GivesBack),
        new(60, Deed.PaysByPoints),
        new(23, Deed.PaysByCard, Provider.GoodCard),
        new(7, Deed.PaysByCard, Provider.DeclinedCard),
    ]);

    /// <summary>The same, and whatever else takes no time.</summary>
    public static readonly Temper Mild = new([
        new(10, Deed.GivesBack),
        new(55, Deed.PaysByPoints),
        new(5, Deed.PaysByPoints, IsReturned: true),
        new(15, Deed.PaysByCard, Provider.GoodCard),
        new(5, Deed.PaysByCard, Provider.RefundBrokenCard, IsReturned: true),
        new(5, Deed.PaysByCard, Provider.DeclinedCard),
        new(5, Deed.PaysByCard, Provider.BrokenOnceCard),
    ])
    {
        RepeatsOneIn = 10,
        HoldsTwiceOneIn = 10,
    };

    /// <summary>
    /// Holds run out, sales come back, also after the concert was sold out, and every kind of card
    /// is there. A sale takes most of a minute.
    /// </summary>
    public static readonly Temper Wild = new([
        new(10, Deed.GivesBack),
        new(10, Deed.Leaves),
        new(30, Deed.PaysByPoints),
        new(8, Deed.PaysByPoints, IsReturned: true),
        new(12, Deed.PaysByCard, Provider.GoodCard),
        new(5, Deed.PaysByCard, Provider.DeclinedCard),
        new(5, Deed.PaysByCard, Provider.SlowCard),
        new(4, Deed.PaysByCard, Provider.SilentCard),
        new(5, Deed.PaysByCard, Provider.BrokenOnceCard),
        new(5, Deed.PaysByCard, Provider.RefundBrokenCard, IsReturned: true),
        new(3, Deed.PaysByCard, Provider.ToldThriceCard),
        new(3, Deed.PaysByCard, Provider.ToldBackwardsCard, IsReturned: true),
    ])
    {
        HoldSeconds = ShortestHoldSeconds,
        RepeatsOneIn = 5,
        HoldsTwiceOneIn = 5,
        HasEncore = true,
    };

    /// <summary>Of the concert.</summary>
    public int HoldSeconds { get; init; } = UsualHoldSeconds;

    /// <summary>One request in so many is sent again though it was answered; 0: none.</summary>
    public int RepeatsOneIn { get; init; }

    /// <summary>One time in so many they hold twice at once, by two hosts; 0: never.</summary>
    public int HoldsTwiceOneIn { get; init; }

    /// <summary>After the last seat was sold some sales come back, and are sold again.</summary>
    public bool HasEncore { get; init; }

    /// <summary>A hold may be over before its customer comes to pay.</summary>
    public bool IsHurried => HoldSeconds < UsualHoldSeconds;

    public Ending Draw(Random random)
    {
        var drawn = random.Next(Endings.Sum(e => e.Weight));
        foreach (var ending in Endings)
        {
            drawn -= ending.Weight;
            if (drawn < 0)
                return ending;
        }

        throw new InvalidOperationException("There is no ending with a weight.");
    }

    public bool DrawsTwo(Random random) => HoldsTwiceOneIn > 0 && random.Next(HoldsTwiceOneIn) == 0;
}
