using ConcertReservation.Contracts;
using ConcertReservation.Ranking;

namespace ConcertReservation.Tests.Unit.Ranking;

internal sealed class WhenToRebuildTests
{
    private static readonly LogPosition Applied = new("one", Topics.Reservations, 2, 100);

    [Test]
    public void whole_rankings_are_left_alone()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", nextOffset: 100), [Applied]).ShouldBeFalse();
    }

    [Test]
    public void redis_may_be_ahead_of_a_commit_that_is_under_way()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", nextOffset: 120), [Applied]).ShouldBeFalse();
    }

    [Test]
    public void a_missing_marker_is_noticed()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("", nextOffset: 100), [Applied]).ShouldBeTrue();
    }

    [Test]
    public void a_lost_second_is_noticed()
    {
        KeepRankingsWhole.NeedsRebuild(Redis("g", nextOffset: 99), [Applied]).ShouldBeTrue();
    }

    [Test]
    public void a_partition_that_redis_never_heard_of_is_noticed()
    {
        var other = Applied with { Partition = 3, NextOffset = 1 };

        KeepRankingsWhole
            .NeedsRebuild(Redis("g", nextOffset: 100), [Applied, other])
            .ShouldBeTrue();
    }

    [Test]
    public void a_rebuild_waits_until_the_history_has_what_the_rankings_had()
    {
        Reaches([Applied with { NextOffset = 99 }], [Applied]).ShouldBeFalse();
        Reaches([], [Applied]).ShouldBeFalse();
        Reaches([Applied with { NextOffset = 101 }], [Applied]).ShouldBeTrue();
        Reaches([], []).ShouldBeTrue();
    }

    [Test]
    public void an_earlier_incarnation_of_kafka_is_not_waited_for()
    {
        var earlier = Applied with { Incarnation = "zero" };

        Reaches([Applied], [Applied, earlier]).ShouldBeTrue();
    }

    [Test]
    public void a_topic_that_was_deleted_and_made_again_is_waited_for_as_far_as_we_are_in_it()
    {
        var again = Applied with { NextOffset = 3 };
        var before = again with { NextOffset = 2 };

        RebuildRankings.Reaches([again], needed: [Applied], own: [again]).ShouldBeTrue();
        RebuildRankings.Reaches([before], needed: [Applied], own: [again]).ShouldBeFalse();
        RebuildRankings.Reaches([], needed: [Applied], own: []).ShouldBeTrue();
    }

    [Test]
    public void what_a_sale_adds_while_a_rebuild_waits_is_not_waited_for_too()
    {
        var first = RebuildMark.None.For("g", [Applied]);
        var later = Applied with { NextOffset = 200 };

        first.For("g", [later]).Needed.ShouldBe([Applied]);
        first.For("h", [later]).Needed.ShouldBe([later]);
        first.For("g", [later with { Incarnation = "two" }]).Needed[0].NextOffset.ShouldBe(200);
        first.Covered.ShouldBe([new RankingPosition(Applied.LogName, 100)]);
    }

    private static bool Reaches(LogPosition[] reached, LogPosition[] needed) =>
        RebuildRankings.Reaches(reached, needed, own: needed);

    private static RankingState Redis(string live, long nextOffset) =>
        new(live, "", new Dictionary<string, long> { [Applied.LogName] = nextOffset });
}
