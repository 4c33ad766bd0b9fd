using System.Reflection;
using System.Text;
using System.Text.Json;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>What is erased of an event, and what is not.</summary>
internal sealed class PersonalFieldsTests
{
    /// <summary>Texts of events about customers that name nobody.</summary>
    private static readonly string[] Harmless =
    [
        "eventType",
        "language",
        "concertName",
        "reason",
        "paymentMethod",
    ];

    private static IEnumerable<DomainEvent> OfCustomers =>
        EventSamples.All.Where(e => e.GetType().GetProperty("UserId") is not null);

    /// <summary>A new field is to be looked at: is it somebody's, or not?</summary>
    [Test]
    public void every_text_of_an_event_about_a_customer_is_known_to_name_somebody_or_nobody() =>
        OfCustomers
            .SelectMany(e => e.GetType().GetProperties())
            .Where(p => p.PropertyType == typeof(string) && IsOnTheWire(p))
            .Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))
            .Distinct()
            .ShouldBe(PersonalFields.Replacements.Keys.Concat(Harmless), ignoreOrder: true);

    [TestCaseSource(nameof(OfCustomers))]
    public void an_erased_event_is_read_as_before_and_names_nobody(object sample)
    {
        var happened = (DomainEvent)sample;
        var body = EventCatalogue.Serialize(happened);

        var erased = PersonalFields.Erase(body);

        PersonalFields.PersonOf(body).ShouldBe(42);
        if (happened is PaymentEvent or ReservationConfirmationFailed)
        {
            erased.ShouldBeNull();
            return;
        }

        Encoding.UTF8.GetString(erased!).ShouldNotContain("mina@example");
        PersonalFields.Erase(erased!).ShouldBeNull();
        PersonalFields.PersonOf(erased!).ShouldBe(42);
        var read = EventCatalogue.Deserialize(happened.EventType, erased);
        Json(read).ShouldBe(Json(WithoutNames(happened)));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("""{"userId":"42a","email":"mina@example.com"}""")]
    [TestCase("""{"userId":99999999999999999999,"email":"mina@example.com"}""")]
    [TestCase("""{"concertId":1,"name":"Winter"}""")]
    [TestCase("""{"inside":{"userId":42},"email":"mina@example.com"}""")]
    public void what_is_about_no_customer_stays(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        PersonalFields.PersonOf(bytes).ShouldBeNull();
        PersonalFields.Erase(bytes).ShouldBeNull();
    }

    [Test]
    public void a_strangers_event_about_a_customer_is_erased_too()
    {
        const string Body =
            """{ "eventType": "SEEN", "email": ["a@example.com"], "big": 1e400, "userId": 42 }""";

        var erased = PersonalFields.Erase(Encoding.UTF8.GetBytes(Body))!;

        Encoding
            .UTF8.GetString(erased)
            .ShouldBe(
                """{"eventType":"SEEN","email":"erased@erased.invalid","big":1e400,"userId":42}"""
            );
    }

    [Test]
    public void half_a_character_is_no_reason_to_keep_a_name()
    {
        var body = """{"userId":42,"email":"a@example.com","mood":"\ud83d"}"""u8.ToArray();

        Encoding
            .UTF8.GetString(PersonalFields.Erase(body)!)
            .ShouldBe("""{"userId":42,"email":"erased@erased.invalid","mood":"\ud83d"}""");
    }

    [Test]
    public void half_a_character_in_a_name_hides_nobody()
    {
        var body = """{"\ud83d":"a@example.com","userId":42,"reason":"none"}"""u8.ToArray();

        PersonalFields.PersonOf(body).ShouldBe(42);
        var erased = PersonalFields.Erase(body)!;

        Encoding.UTF8.GetString(erased).ShouldBe("""{"userId":42,"reason":"none"}""");
        PersonalFields.Erase(erased).ShouldBeNull();
    }

    [Test]
    public void an_id_that_is_written_as_a_text_is_one()
    {
        var body = """{"userId":"42","email":"mina@example.com"}"""u8.ToArray();

        PersonalFields.PersonOf(body).ShouldBe(42);
        Encoding
            .UTF8.GetString(PersonalFields.Erase(body)!)
            .ShouldBe("""{"userId":"42","email":"erased@erased.invalid"}""");
    }

    [Test]
    public void of_what_breaks_off_it_is_known_whom_it_is_about_and_that_it_is_not_whole()
    {
        var body = """{"userId":42,"email":"mina@example.com","name":"""u8.ToArray();

        PersonalFields.PersonOf(body).ShouldBe(42);
        PersonalFields.IsWhole(body).ShouldBeFalse();
        PersonalFields.IsWhole("""{"userId":42}"""u8.ToArray()).ShouldBeTrue();
    }

    private static string Json(DomainEvent happened) =>
        Encoding.UTF8.GetString(EventCatalogue.Serialize(happened));

    private static DomainEvent WithoutNames(DomainEvent happened) =>
        happened switch
        {
            UserSignedUp e => e with { Email = ErasedEmail, Name = PersonalFields.ErasedName },
            UserChanged e => e with
            {
                Email = ErasedEmail,
                PreviousEmail = ErasedEmail,
                Name = PersonalFields.ErasedName,
            },
            UserDeleted e => e with { Email = ErasedEmail },
            ReservationCreated e => e with { UserEmail = ErasedEmail },
            ReservationConfirmed e => e with { UserEmail = ErasedEmail },
            ReservationExpired e => e with { UserEmail = ErasedEmail },
            ReservationCancelled e => e with { UserEmail = ErasedEmail },
            _ => happened,
        };

    private const string ErasedEmail = PersonalFields.ErasedEmail;

    private static bool IsOnTheWire(PropertyInfo property) =>
        property.GetCustomAttribute<System.Text.Json.Serialization.JsonIgnoreAttribute>() is null;
}
