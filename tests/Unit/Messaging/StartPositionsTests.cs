using ConcertReservation.Messaging;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Unit.Messaging;

public sealed class StartPositionsTests
{
    private const int Unset = -1001;
    private const int Beginning = -2;

    private const int Applied = 200;

    [TestCase(100, 100, 100, TestName = "both_agree")]
    [TestCase(100, 80, 80, TestName = "kafkas_tools_rewound_the_group")]
    [TestCase(100, 120, 100, TestName = "kafka_is_ahead_of_a_restored_database")]
    [TestCase(100, Applied, 100, TestName = "an_operator_set_the_group_back")]
    [TestCase(100, Unset, 100, TestName = "nothing_was_committed_to_kafka_yet")]
    [TestCase(null, 100, Beginning, TestName = "this_database_knows_nothing_of_this_kafka")]
    [TestCase(null, Unset, Beginning, TestName = "a_new_group")]
    public void a_group_goes_on_where_nothing_is_left_out(int? next, int committed, int start)
    {
        var partition = new TopicPartition("payment-events", 3);
        var positions = new Dictionary<TopicPartition, AppliedPosition>();
        if (next is { } known)
            positions[partition] = new AppliedPosition(known, Applied);

        StartPositions
            .Of(positions, [new TopicPartitionOffset(partition, committed)])
            .Single()
            .Offset.Value.ShouldBe(start);
    }
}
