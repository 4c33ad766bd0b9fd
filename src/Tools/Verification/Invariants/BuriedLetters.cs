namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// What a group has set aside lies in the topic of dead letters, too, from where people's tools
/// take it; a part of 10.
/// </summary>
internal static class BuriedLetters
{
    /// <summary>
    /// A letter is in its topic before the table has it, by no more than this.
    /// </summary>
    private static readonly TimeSpan Burying = TimeSpan.FromMinutes(1);

    public static void Check(Inspection inspection, History history)
    {
        var buried = history
            .Buried.Select(b => (b.Group, b.Topic, b.Partition, b.Offset))
            .ToHashSet();
        inspection.Figure("records in topics of dead letters", history.Buried.Count);
        var compared = 0;
        var untold = 0;
        foreach (var topic in Ours(history).GroupBy(d => d.Topic))
        {
            // Whoever deletes a topic of dead letters deletes no letter, and it is made again. This
            // one is as old as the oldest letter that is in it.
            var since = topic.Where(IsBuried).Min(d => d.DeadAt) + Burying;
            foreach (var letter in topic)
            {
                if (!history.WholeDeadLetterTopics.Contains(topic.Key) || !(letter.DeadAt > since))
                {
                    untold += IsBuried(letter) ? 0 : 1;
                    continue;
                }

                compared++;
                inspection.Require(
                    IsBuried(letter),
                    () =>
                        (
                            $"{letter.Group} set {topic.Key}/{letter.Partition}@{letter.Offset} "
                            + "aside, and it is in no topic of dead letters"
                        ).About(Subject.Place(letter.Topic, letter.Partition, letter.Offset))
                );
            }
        }

        inspection.Figure("dead letters looked for there", compared);
        if (untold > 0)
        {
            inspection.Note(
                $"{untold} dead letters are in no topic of dead letters that is certainly as old"
            );
        }

        bool IsBuried(DeadLetterRow letter) =>
            buried.Contains((letter.Group, letter.Topic, letter.Partition, letter.Offset));
    }

    /// <summary>Not those of other systems, nor of a Kafka that is gone.</summary>
    private static IEnumerable<DeadLetterRow> Ours(History history) =>
        history.DeadLetters.Where(d => d.IsOfThisLog && ConsumerGroups.Topics.ContainsKey(d.Group));
}
