using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Verification.Loading;
using Confluent.Kafka;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What the verifier takes for an event, and what for poison: never an accident.</summary>
internal sealed class RecordReaderTests
{
    private static readonly ReservationCreated Hold = Created(101, Mina, [1], atSecond: 1);

    [Test]
    public void an_event_is_read_from_headers_and_body()
    {
        var (e, type, _) = RecordReader.Read(
            Hold.Topic,
            Record("RESERVATION_CREATED", "0000000007")
        );

        e.ShouldNotBeNull().EventId.ShouldBe(Hold.EventId);
        e.Version.ShouldBe(7);
        e.Event.ShouldBeOfType<ReservationCreated>().SeatIds.ShouldBe([1]);
        type.ShouldBe("RESERVATION_CREATED");
    }

    [Test]
    public void a_stranger_need_not_know_our_headers()
    {
        var (e, _, _) = RecordReader.Read(Hold.Topic, Record(type: null, sequence: null));

        e.ShouldNotBeNull().EventType.ShouldBe("RESERVATION_CREATED");
        e.Version.ShouldBe(0);
    }

    [Test]
    public void a_header_without_a_value_counts_as_absent()
    {
        var record = Record(type: null, sequence: null);
        record.Headers.Add("ce_type", null);
        record.Headers.Add("ce_id", null);

        RecordReader.Read(Hold.Topic, record).Event.ShouldNotBeNull();
    }

    [Test]
    public void what_is_no_event_is_kept_with_its_type_where_one_is_named()
    {
        Message<byte[]?, byte[]?>[] poison =
        [
            Record("RESERVATION_CREATED", "1", body: null),
            Record("RESERVATION_CREATED", "1", body: "{"),
            Record("RESERVATION_CREATED", "1", body: "null"),
            Record("RESERVATION_CREATED", "1", body: "{}"),
            Record("RESERVATION_CREATED", "one"),
            Record("RESERVATION_EXPIRED", "1"),
        ];

        foreach (var record in poison)
        {
            var (e, type, why) = RecordReader.Read(Hold.Topic, record);

            e.ShouldBeNull();
            type.ShouldNotBeNull().ShouldStartWith("RESERVATION_");
            why.ShouldNotBeEmpty();
        }
    }

    [TestCase("{\"mood\":\"\\ud800\",", false)]
    [TestCase("{\"mood\":[{\"a\":\"\\uDC00\"}],", false)]
    [TestCase("{\"\\uDC00\":[1],", false)]
    [TestCase("{\"mood\":\"\\ud83d\\uDE00\",", true)]
    public void half_a_character_makes_it_none_wherever_it_is(string start, bool isEvent)
    {
        var body = Encoding.UTF8.GetString(EventCatalogue.Serialize(Hold));

        var (e, type, _) = RecordReader.Read(
            Hold.Topic,
            Record(Hold.EventType, "1", start + body[1..])
        );

        (e is not null).ShouldBe(isEvent);
        type.ShouldBe(Hold.EventType);
    }

    private static Message<byte[]?, byte[]?> Record(string? type, string? sequence) =>
        Record(type, sequence, Encoding.UTF8.GetString(EventCatalogue.Serialize(Hold)));

    private static Message<byte[]?, byte[]?> Record(string? type, string? sequence, string? body)
    {
        var headers = new Headers();
        if (type is not null)
            headers.Add("ce_type", Encoding.UTF8.GetBytes(type));
        if (sequence is not null)
            headers.Add("ce_sequence", Encoding.UTF8.GetBytes(sequence));
        return new()
        {
            Key = Encoding.UTF8.GetBytes(Hold.Key),
            Value = body is null ? null : Encoding.UTF8.GetBytes(body),
            Headers = headers,
        };
    }
}
