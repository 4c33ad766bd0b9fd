// Most of what these tests do is wait for Kafka and for time-outs, so more of them than there are
// processors run at once: fixtures with a system of their own are marked as parallelizable.
[assembly: LevelOfParallelism(5)]
