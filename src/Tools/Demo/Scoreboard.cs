using System.Collections.Concurrent;

namespace ConcertReservation.Demo;

/// <summary>Counts what the crowd asked and what it was answered.</summary>
internal sealed class Scoreboard
{
    private readonly ConcurrentDictionary<(string Operation, string Outcome), int> _outcomes =
        new();
    private readonly ConcurrentBag<double> _holdMilliseconds = [];
    private readonly ConcurrentDictionary<string, int> _scenes = new(StringComparer.Ordinal);

    /// <summary>
    /// An answer, by operation and outcome such as <c>201</c> or <c>409 seat-taken</c>.
    /// </summary>
    public void Count(string operation, Answer? answer, TimeSpan elapsed)
    {
        var outcome =
            answer is null ? "no answer"
            : answer.Problem is null ? $"{(int)answer.Status}"
            : $"{(int)answer.Status} {answer.Problem}";
        _outcomes.AddOrUpdate((operation, outcome), 1, (_, count) => count + 1);
        if (operation == "hold" && answer is not null)
            _holdMilliseconds.Add(elapsed.TotalMilliseconds);
    }

    /// <summary>Something that a customer did, in a few words.</summary>
    public void Scene(string what) => _scenes.AddOrUpdate(what, 1, (_, count) => count + 1);

    public int Outcome(string operation, string outcome) =>
        _outcomes.GetValueOrDefault((operation, outcome));

    public IReadOnlyList<(string Operation, string Outcome, int Count)> Outcomes =>
        [
            .. _outcomes
                .Select(o => (o.Key.Operation, o.Key.Outcome, o.Value))
                .OrderBy(o => o.Operation, StringComparer.Ordinal)
                .ThenBy(o => o.Outcome, StringComparer.Ordinal),
        ];

    public IReadOnlyList<(string What, int Count)> Scenes =>
        [.. _scenes.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Value)];

    /// <summary>The time that this share of holds was answered within, in milliseconds.</summary>
    public double HoldPercentile(double share)
    {
        var sorted = _holdMilliseconds.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[(int)(share * (sorted.Count - 1))];
    }
}
