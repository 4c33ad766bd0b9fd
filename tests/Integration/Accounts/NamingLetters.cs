using System.Text;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Accounts;

/// <summary>Dead letters, of a group of ours and of another system, that name somebody.</summary>
internal static class NamingLetters
{
    /// <param name="place">Each must have another one.</param>
    public static Task AddAsync(TestDatabase database, Persona who, string name, long place) =>
        database.ExecuteAsync(
            """
            INSERT INTO messaging.dead_letters (consumer_group, topic, partition, record_offset,
                incarnation, version, status, exception_type, exception_message, recorded_at,
                header_names, header_values, body, claimed, person)
            VALUES ('notification-service', 'user-events', 0, $4, 'another Kafka', 1, 'discarded',
                'None', 'None', clock.now(), '{}', '{}', $1, false, $2),
            ('loyalty', 'user-events', 0, $4, 'another Kafka', 1, 'discarded',
                'java.lang.Exception', 'None for ' || $3, clock.now(), '{ce_type, x-mail, ce_id}',
                ARRAY['SEEN', convert_to($3, 'UTF8'), NULL], NULL, false, $2)
            """,
            Encoding.UTF8.GetBytes(
                $$"""
                {"userId": {{who.Id}}, "email": "{{who.Email}}",
                "name": {{JsonSerializer.Serialize(name)}}}
                """
            ),
            who.Id,
            who.Email,
            place
        );
}
