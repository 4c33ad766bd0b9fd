using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Ranking;

namespace ConcertReservation.Tests.Unit.Ranking;

internal sealed class WhenToRebuildTests
{
    private static readonly RankingChange Changed = new("reservation-events/2", Number: 100);
    private static readonly LogPosition End = new("one", Topics.Reservations, 2, 100);

    [Test]
    public void whole_rankings_are_left_alone()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", number: 100), [Changed]).ShouldBeFalse();
    }

    [Test]
    public void redis_may_be_ahead_of_a_commit_that_is_under_way()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", number: 120), [Changed]).ShouldBeFalse();
    }

    [Test]
    public void a_missing_marker_is_noticed()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("", number: 100), [Changed]).ShouldBeTrue();
    }

    [Test]
    public void a_lost_second_is_noticed()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", number: 99), [Changed]).ShouldBeTrue();
    }

    [Test]
    public void a_partition_that_redis_never_heard_of_is_noticed()
    {
        var other = new RankingChange("reservation-events/3", Number: 1);

        KeepRankingsWhole.NeedsRebuild(Redis("g", number: 100), [Changed, other]).ShouldBeTrue();
    }

    [Test]
    public void a_rebuild_waits_until_the_history_has_come_to_where_kafka_ended()
    {
        Reach(End with { NextOffset = 99 }).ShouldBeFalse();
        Reach().ShouldBeFalse();
        Reach(End).ShouldBeTrue();
        Reach(End with { NextOffset = 101 }).ShouldBeTrue();
    }

    [Test]
    public void how_far_the_history_was_in_another_kafka_does_not_count()
    {
        Reach(End with { Incarnation = "zero", NextOffset = 500 }).ShouldBeFalse();
    }

    [Test]
    public void nothing_is_waited_for_where_kafka_keeps_nothing()
    {
        new RelayedEnds("one", Epoch: 1, []).AreReachedBy([]).ShouldBeTrue();
    }

    private static bool Reach(params LogPosition[] positions) =>
        new RelayedEnds("one", Epoch: 1, [End]).AreReachedBy(positions);

    private static RankingState Redis(string live, long number) =>
        new(live, "", new Dictionary<string, long> { [Changed.Log] = number });
}
