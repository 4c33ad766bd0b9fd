using System.Text;
using ConcertReservation.BuildingBlocks.Http;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>
/// Which open dead letters an operator decides about: some by their ids, those of a filter, or all.
/// </summary>
/// <param name="DeadLetterIds">1 to 1,000.</param>
/// <param name="Group">Those of this group; may be joined with topic and key.</param>
/// <param name="All">true for all there are.</param>
internal sealed record LetterSelection(
    IReadOnlyList<long>? DeadLetterIds = null,
    string? Group = null,
    string? Topic = null,
    string? Key = null,
    bool? All = null
)
{
    public const int MaxIds = 1_000;
    public const string Rule = "send either deadLetterIds, or group, topic or key, or all";

    /// <summary>
    /// A condition on <c>messaging.dead_letters</c>, with the first five parameters.
    /// </summary>
    public const string IsSelected = """
        status IN ('waiting', 'parked')
            AND ($1::bigint[] IS NULL OR dead_letter_id = ANY ($1))
            AND ($2::text IS NULL OR consumer_group = $2)
            AND ($3::text IS NULL OR topic = $3)
            AND ($4::bytea IS NULL OR (sha256(key) = sha256($4) AND key = $4))
            AND ($5::text[] IS NULL OR consumer_group = ANY ($5))
        """;

    private bool HasFilter => Group is not null || Topic is not null || Key is not null;

    public Problem? ToProblem()
    {
        var ways = (DeadLetterIds is null ? 0 : 1) + (HasFilter ? 1 : 0) + (All is null ? 0 : 1);
        return new FieldErrors()
            .Require(ways == 1, "deadLetterIds", Rule)
            .Require(
                DeadLetterIds is null or { Count: >= 1 and <= MaxIds },
                "deadLetterIds",
                $"must be 1 to {MaxIds} ids"
            )
            .Require(All is null or true, "all", "must be true where it is sent")
            .RequireName("group", Group)
            .RequireName("topic", Topic)
            .Require(Key is null or { Length: > 0 }, "key", "must not be empty")
            .ToProblem();
    }

    /// <param name="groups">Only these; null for any.</param>
    public void AddParameters(
        NpgsqlParameterCollection parameters,
        IReadOnlyCollection<string>? groups
    )
    {
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, DeadLetterIds?.ToArray());
        Add(NpgsqlDbType.Text, Group);
        Add(NpgsqlDbType.Text, Topic);
        Add(NpgsqlDbType.Bytea, Key is null ? null : Encoding.UTF8.GetBytes(Key));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, groups?.ToArray());

        void Add(NpgsqlDbType type, object? value) =>
            parameters.Add(
                new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value }
            );
    }
}

internal static class NameChecks
{
    /// <summary>Kafka's own limit for the name of a topic, and ours for a group's.</summary>
    private const int MaxLength = 249;

    public static FieldErrors RequireName(this FieldErrors errors, string field, string? name) =>
        errors.Require(
            name is null
                || (
                    name.Length is >= 1 and <= MaxLength
                    && !name.Contains('\0', StringComparison.Ordinal)
                ),
            field,
            $"must have 1 to {MaxLength} characters"
        );
}
