namespace ConcertReservation.Tests.Faults.Soak;

/// <summary>What a seed says.</summary>
internal sealed class FaultTests
{
    private const int Seeds = 60;

    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    [Test]
    public void the_same_seed_gives_the_same_faults_and_another_one_others()
    {
        Told(7).ShouldBe(Told(7));
        Told(8).ShouldNotBe(Told(7));
    }

    [Test]
    public void in_an_hour_there_is_every_kind()
    {
        var kinds = Enumerable.Range(1, Seeds).SelectMany(Faults).Select(f => f.Kind).ToHashSet();

        Enum.GetValues<FaultKind>().ShouldBeSubsetOf(kinds);
    }

    [Test]
    public void a_frozen_host_outlasts_its_session()
    {
        var frozen = Enumerable
            .Range(1, Seeds)
            .SelectMany(Faults)
            .Where(f => f.Kind == FaultKind.HostFrozen)
            .ToList();

        frozen.ShouldNotBeEmpty();
        frozen.ShouldAllBe(f => f.Lasts > TimeSpan.FromSeconds(6));
    }

    private static IEnumerable<Fault> Faults(int seed) =>
        Fault.Schedule(seed, Round).SelectMany(lane => lane);

    private static string Told(int seed) => string.Join('\n', Faults(seed));
}
