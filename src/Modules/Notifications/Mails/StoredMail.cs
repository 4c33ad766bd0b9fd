using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>
/// A mail in the database: the facts that it tells, which become words when it is sent.
/// </summary>
internal static class StoredMail
{
    /// <summary>What <see cref="Read"/> wants.</summary>
    public const string Columns = "language, facts, subject, text, html";

    public static string FactsOf(MailFacts facts) =>
        JsonSerializer.Serialize(facts, MailFactsJson.Default.MailFacts);

    /// <param name="first">The ordinal of the first of <see cref="Columns"/>.</param>
    public static WrittenMail Read(NpgsqlDataReader row, int first)
    {
        var language = row.GetString(first);
        if (!row.IsDBNull(first + 1))
        {
            var facts = JsonSerializer.Deserialize(
                row.GetString(first + 1),
                MailFactsJson.Default.MailFacts
            )!;
            return MailComposer.Compose(facts, language);
        }

        // Written before facts were kept, or erased.
        return new(language, row.GetString(first + 2), TextOf(first + 3), TextOf(first + 4));

        string TextOf(int column) => row.IsDBNull(column) ? "" : row.GetString(column);
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(MailFacts))]
internal sealed partial class MailFactsJson : JsonSerializerContext;
