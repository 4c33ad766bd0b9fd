// Every fixture has its own database, Redis database, topics and processes, and waits for time-outs
// for much of its time: two at once take little longer than one.
[assembly: LevelOfParallelism(2)]
[assembly: Parallelizable(ParallelScope.Fixtures)]
