using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// What breaks a reader is told from what does not: a change of each kind, made to the contract.
/// </summary>
[Parallelizable]
internal sealed class ContractChangesTests
{
    private const string Schemas = "/components/schemas";
    private const string Created = Schemas + "/ReservationCreated";
    private const string Messages = "/components/messages";

    private static readonly JsonNode Published = Contract.Document();

    private static IEnumerable<TestCaseData> Breaks =>
        [
            Change(
                "an event is gone",
                "event PAYMENT_STARTED is gone",
                c => c.At(Messages).AsObject().Remove("PAYMENT_STARTED")
            ),
            Change(
                "a field is gone",
                "RESERVATION_CREATED.userEmail is gone",
                c => c.At($"{Created}/properties").AsObject().Remove("userEmail")
            ),
            Change(
                "a field inside another is gone",
                "CONCERT_SCHEDULED.sections[].rows is gone",
                c => c.At($"{Schemas}/SectionPlan/properties").AsObject().Remove("rows")
            ),
            Change(
                "a field has another type",
                "RESERVATION_CREATED.seatId: type was \"integer\" and is \"string\"",
                c => c.At($"{Created}/properties/seatId")["type"] = "string"
            ),
            Change(
                "a field may be null",
                "RESERVATION_CREATED.amount: type was \"integer\" and is [\"integer\",\"null\"]",
                c => c.At($"{Created}/properties/amount")["type"] = new JsonArray("integer", "null")
            ),
            Change(
                "elements of a list have another type",
                "RESERVATION_CREATED.seatIds[]: type was \"integer\" and is \"string\"",
                c => c.At($"{Created}/properties/seatIds/items")["type"] = "string"
            ),
            Change(
                "a time is written in another way",
                "RESERVATION_CREATED.heldUntil: pattern was",
                c => c.At($"{Created}/properties/heldUntil").AsObject().Remove("pattern")
            ),
            Change(
                "a new field is required",
                "RESERVATION_CREATED.currency is required",
                c =>
                {
                    c.At($"{Created}/properties")["currency"] = new JsonObject();
                    c.At($"{Created}/required").AsArray().Add("currency");
                }
            ),
            Change(
                "a field that could be absent is required",
                "RESERVATION_CANCELLED.paymentId is required",
                c => c.At($"{Schemas}/ReservationCancelled/required").AsArray().Add("paymentId")
            ),
            Change(
                "a field that was required may be absent",
                "RESERVATION_CREATED.seatIds may be missing",
                c => Remove(c.At($"{Created}/required"), "seatIds")
            ),
            Change(
                "a value is gone",
                "USER_SIGNED_UP.language: enum was [\"ko\",\"en\"] and is [\"ko\"]",
                c => Remove(c.At($"{Schemas}/UserSignedUp/properties/language/enum"), "en")
            ),
            Change(
                "there is a value that readers do not know",
                "PAYMENT_STARTED.paymentMethod: enum was",
                c =>
                    c.At($"{Schemas}/PaymentStarted/properties/paymentMethod/enum")
                        .AsArray()
                        .Add("GIFT_CARD")
            ),
            Change(
                "no other fields are let be",
                "RESERVATION_CREATED: additionalProperties was true and is false",
                c => c.At(Created)["additionalProperties"] = false
            ),
            Change(
                "what an absent field means is another",
                "RESERVATION_CANCELLED.concertCancelled: default was false and is true",
                c =>
                    c.At($"{Schemas}/ReservationCancelled/properties/concertCancelled")["default"] =
                        true
            ),
            Change(
                "an event has another key",
                "RESERVATION_CREATED: key: pattern was",
                c =>
                    c.At($"{Messages}/RESERVATION_CREATED/bindings/kafka/key")["pattern"] =
                        "^concert-[0-9]+$"
            ),
            Change(
                "an event has another source",
                "RESERVATION_CREATED: headers.ce_source: const was",
                c =>
                    c.At($"{Messages}/RESERVATION_CREATED/headers/allOf/1/properties/ce_source")[
                        "const"
                    ] = "/elsewhere"
            ),
            Change(
                "a header is gone",
                "RESERVATION_CREATED: headers.ce_sequence is gone",
                c => c.At($"{Schemas}/EventHeaders/properties").AsObject().Remove("ce_sequence")
            ),
            Change(
                "an event is written in another format",
                "RESERVATION_CREATED: content type was",
                c => c.At($"{Messages}/RESERVATION_CREATED")["contentType"] = "application/avro"
            ),
            Change(
                "an event moves to another topic",
                "topic user-events: USER_SIGNED_UP is not published there any more",
                c =>
                {
                    c.At("/channels/user-events/messages").AsObject().Remove("USER_SIGNED_UP");
                    c.At("/channels/concert-events/messages")["USER_SIGNED_UP"] = new JsonObject();
                }
            ),
            Change(
                "a topic is gone",
                "topic user-events is gone",
                c => c.At("/channels").AsObject().Remove("user-events")
            ),
            Change(
                "a topic has another name",
                "topic user-events: address was \"user-events\" and is \"customer-events\"",
                c => c.At("/channels/user-events")["address"] = "customer-events"
            ),
            Change(
                "a topic has other partitions",
                "topic user-events: partitions was 3 and is 6",
                c => c.At("/channels/user-events/bindings/kafka")["partitions"] = 6
            ),
            Change(
                "records are kept for less time",
                "topic user-events: retention.ms was 604800000 and is 3600000",
                c =>
                    c.At("/channels/user-events/bindings/kafka/topicConfiguration")[
                        "retention.ms"
                    ] = 3600000
            ),
        ];

    private static IEnumerable<TestCaseData> Additions =>
        [
            Change(
                "an event is new",
                "event USER_MERGED is new",
                c => c.At(Messages)["USER_MERGED"] = c.At($"{Messages}/USER_SIGNED_UP").DeepClone()
            ),
            Change(
                "an optional field is new",
                "RESERVATION_CREATED.currency is new",
                c => c.At($"{Created}/properties")["currency"] = new JsonObject()
            ),
            Change(
                "a topic is new",
                "topic coupon-events is new",
                c => c.At("/channels")["coupon-events"] = c.At("/channels/user-events").DeepClone()
            ),
        ];

    [TestCaseSource(nameof(Breaks))]
    public void a_break_is_caught(string what, Action<JsonNode> change)
    {
        var changes = ContractChanges.Between(Published, After(change));

        changes.Breaks.ShouldContain(b => b.StartsWith(what, StringComparison.Ordinal));
    }

    [TestCaseSource(nameof(Additions))]
    public void an_addition_breaks_nothing(string what, Action<JsonNode> change)
    {
        var changes = ContractChanges.Between(Published, After(change));

        changes.Breaks.ShouldBeEmpty();
        changes.Additions.ShouldHaveSingleItem().ShouldBe(what);
    }

    [Test]
    public void words_and_examples_may_change()
    {
        var later = After(c =>
        {
            c.At($"{Created}/properties/seatId")["description"] = "Another word.";
            c.At($"{Messages}/RESERVATION_CREATED").AsObject().Remove("examples");
            c.At("/info")["version"] = "1.0.1";
        });

        var changes = ContractChanges.Between(Published, later);

        changes.Breaks.ShouldBeEmpty();
        changes.Additions.ShouldBeEmpty();
    }

    private static TestCaseData Change(string name, string what, Action<JsonNode> change) =>
        new TestCaseData(what, change).SetArgDisplayNames(name);

    private static JsonNode After(Action<JsonNode> change)
    {
        var later = Published.DeepClone();
        change(later);
        return later;
    }

    private static void Remove(JsonNode list, string value) =>
        list.AsArray().RemoveAll(n => n!.GetValue<string>() == value);
}
