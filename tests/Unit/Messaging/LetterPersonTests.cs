using System.Text;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>Whom a record is about that nobody could read.</summary>
internal sealed class LetterPersonTests
{
    [TestCase("loyalty-5", """{"userId":7,"email":"a@b.example","name":""")]
    [TestCase("loyalty-5", """{"email":a@b.example,"userId" : "7"}""")]
    [TestCase("loyalty-5", """{"userId":7,"email":"a@b.example"} and more""")]
    [TestCase("loyalty-5", """{"email":"a@b.example","userId":7""")]
    [TestCase("user-7", "a@b.example")]
    [TestCase("user-7", """{"email":"a@b.example"}""")]
    public void it_is_told_as_far_as_the_record_tells_and_only_the_id_stays(string key, string body)
    {
        Person(key, body).ShouldBe(7);

        Erased(body).ShouldBe("""{"userId":7}""");
        Erased("""{"userId":7}""").ShouldBeNull();
    }

    [TestCase("loyalty-5", "")]
    [TestCase("loyalty-5", "a@b.example")]
    [TestCase("loyalty-5", """{"userId":""")]
    [TestCase("loyalty-5", """{"inside":{"userId":7}}""")]
    [TestCase("user-7b", "{")]
    [TestCase("user-", "{")]
    public void what_names_no_account_is_about_nobody(string key, string body) =>
        Person(key, body).ShouldBeNull();

    [Test]
    public void of_a_whole_event_all_but_the_names_stays() =>
        Erased("""{"userId":7,"email":"a@b.example","seats":2}""")
            .ShouldBe("""{"userId":7,"email":"erased@erased.invalid","seats":2}""");

    [Test]
    public void bytes_that_are_no_text_are_erased_too()
    {
        byte[] body = [.. """{"userId":7,"name":"""u8, (byte)'"', 0xff, (byte)'"', (byte)'}'];

        LetterPerson.Of([], body).ShouldBe(7);
        Encoding.UTF8.GetString(LetterPerson.Erase(7, body)!).ShouldBe("""{"userId":7}""");
    }

    private static long? Person(string key, string body) =>
        LetterPerson.Of(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(body));

    private static string? Erased(string body) =>
        LetterPerson.Erase(7, Encoding.UTF8.GetBytes(body)) is { } erased
            ? Encoding.UTF8.GetString(erased)
            : null;
}
