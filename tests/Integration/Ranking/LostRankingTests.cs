using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Ranking;
using ConcertReservation.Tests.Integration.Sale;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>Redis loses rankings while the event store has not got all that they had.</summary>
[Parallelizable]
internal sealed class LostRankingTests
{
    private TestSystem _system = null!;
    private Persona _customer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                    ["Ranking:CheckMilliseconds"] = "100",
                },
            }
        );
        _customer = await Given.ACustomer(_system);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task what_the_event_store_has_as_dead_letters_is_ranked_again_too()
    {
        var concert = await Given.AConcert(system: _system);
        await _system.BeforeStoringAsync(concert, "RAISE EXCEPTION 'Not this one.'");
        await _customer.Reserves(concert.Seats(1, 3));
        await _customer.Ranks(concert, seats: 3);
        await Eventually.Until(
            "the event store has given it up",
            () =>
                _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM messaging.dead_letters
                        WHERE consumer_group = 'data-platform' AND status = 'waiting')
                    """
                )
        );

        await _system.ForgetRankingsAsync();
        await _customer.Ranks(concert, seats: 3);

        await _system.StoreAgainAsync(concert);
        await ReplayOneAsync("data-platform");
        await _system.ForgetRankingsAsync();
        await _customer.Ranks(concert, seats: 3);
    }

    [Test]
    public async Task an_old_letter_that_is_replayed_does_not_end_the_wait_for_the_event_store()
    {
        var old = await Given.AConcert(system: _system);
        var concert = await Given.AConcert(system: _system);
        var held = await _customer.Reserves(old.Seat(1));
        // Else it would be parked behind the letter.
        await _customer.Ranks(old, seats: 1);
        await GivenAnOldLetterAsync(held);
        await using (await _system.StallEventStoreAsync(concert))
        {
            await _customer.Reserves(concert.Seats(1, 3));
            await _customer.Ranks(concert, seats: 3);
            await ReplayOneAsync("ranking-service");

            var before = _system.Waits();
            await _system.ForgetRankingsAsync();
            await _system.RebuildWaitsOrIsDoneAsync(before);
        }

        await _customer.Ranks(concert, seats: 3);
    }

    [Test]
    public async Task what_a_sale_adds_while_a_rebuild_waits_is_not_waited_for_too()
    {
        var first = await Given.AConcert(system: _system);
        var later = await Given.AConcert(system: _system);
        await using var stalled = await _system.StallEventStoreAsync(later);
        await using (await _system.StallEventStoreAsync(first))
        {
            await _customer.Reserves(first.Seats(1, 2));
            await _customer.Ranks(first, seats: 2);
            var before = _system.Waits();
            await _system.ForgetRankingsAsync();
            await Eventually.Until("a rebuild waits", () => _system.Waits() > before);

            var ranked = await RankedAsync();
            await _customer.Reserves(later.Seats(1, 3));
            await Eventually.Until(
                "the rankings have that, too",
                async () => await RankedAsync() > ranked
            );
        }

        await _customer.Ranks(first, seats: 2);
        await _customer.Ranks(later, seats: 3);
    }

    [Test]
    public async Task a_flushed_redis_does_not_wait_for_a_topic_that_is_no_more()
    {
        var concert = await Given.AConcert(system: _system);
        await _customer.Reserves(concert.Seats(1, 3));
        await _customer.Ranks(concert, seats: 3);
        await GivenALongerTopicBeforeAsync(concert);

        await _system.ForgetRankingsAsync();

        await _customer.Ranks(concert, seats: 3);
    }

    [Test]
    public async Task a_second_that_redis_lost_is_missed_in_a_topic_that_was_made_again_too()
    {
        var concert = await Given.AConcert(system: _system);
        await _customer.Reserves(concert.Seat(1));
        await _customer.Ranks(concert, seats: 1);
        await GivenALongerTopicBeforeAsync(concert);
        var copy = await _system.CopyRankingsAsync();
        await _customer.Reserves(concert.Seats(2, 3));
        await _customer.Ranks(concert, seats: 3);

        await _system.GoBackToAsync(copy);

        await _customer.Ranks(concert, seats: 3);
    }

    /// <summary>
    /// In every partition the rankings were at offsets that the topic, made again, has not yet.
    /// </summary>
    private async Task GivenALongerTopicBeforeAsync(ConcertOnSale concert)
    {
        var kafka = await _system.Database.ScalarAsync<string>(
            "SELECT incarnation FROM messaging.relay_position"
        );
        var partitions = Enumerable.Range(0, Topics.Partitions[Topics.Reservations]);
        var known = new RankingUpdate($"{concert.Id}", Version: 0, Name: "Before it had a name");
        await using var scope = _system.HostA.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var batch = scope.ServiceProvider.GetRequiredService<RankingBatch>();
        await work.RunAsync(
            _ =>
            {
                foreach (var partition in partitions)
                    batch.Add(known, RecordAt(kafka, partition, offset: 1_000_000));
                return Task.FromResult(true);
            },
            CancellationToken.None
        );
    }

    private static KafkaRecord RecordAt(string kafka, int partition, long offset) =>
        new(
            kafka,
            Topics.Reservations,
            partition,
            offset,
            Key: "",
            Version: 0,
            DateTimeOffset.UnixEpoch,
            Headers: [],
            Body: default
        );

    /// <summary>The rankings gave the reservation up in a Kafka that is no more.</summary>
    private Task GivenAnOldLetterAsync(long reservation) =>
        Eventually.Until(
            "the event is stored, and a letter made of it",
            () =>
                _system.Database.ScalarAsync<bool>(
                    $"""
                    WITH letter AS (
                        INSERT INTO messaging.dead_letters (consumer_group, topic, partition,
                            incarnation, record_offset, key, event_id, event_type, version,
                            status, exception_type, exception_message, recorded_at, header_names,
                            header_values, body, claimed)
                        SELECT 'ranking-service', topic, partition, 'a Kafka before', "offset",
                            convert_to(key, 'UTF8'), event_id, event_type, version, 'waiting',
                            'Any', 'Why not.', appended_at, header_names, header_values, body, true
                        FROM data_platform.events WHERE key = 'reservation-{reservation}'
                        RETURNING 1)
                    SELECT EXISTS (SELECT FROM letter)
                    """
                )
        );

    private async Task ReplayOneAsync(string group)
    {
        var caller = await Given.TheOperator(_system);
        var replayed = await caller.Api.Post("/api/ops/dead-letters/replay", new { group });
        replayed["replayed"].GetInt32().ShouldBe(1);
    }

    /// <summary>How many records of reservations the rankings have passed.</summary>
    private Task<long> RankedAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
            WHERE consumer_group = 'ranking-service' AND topic = 'reservation-events'
            """
        );
}
