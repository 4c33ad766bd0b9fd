using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

/// <summary>Facts and a language become a mail.</summary>
internal static class MailComposer
{
    private const int MaxSubjectLength = 150;

    private static readonly KoreanMails InKorean = new();
    private static readonly EnglishMails InEnglish = new();

    /// <summary>
    /// One of our languages: the default where the customer's is not known or not ours.
    /// </summary>
    public static string LanguageOf(string? language) =>
        language is not null && Languages.All.Contains(language) ? language : Languages.Default;

    public static string SubjectOf(MailFacts facts, string language) =>
        Shorten(MailLayout.SubjectOf(Clean(facts), WordingOf(language)));

    public static WrittenMail Compose(MailFacts facts, string language)
    {
        var content = MailLayout.Arrange(Clean(facts), WordingOf(language));
        return new WrittenMail(
            content.Language,
            Shorten(content.Subject),
            TextMail.Render(content),
            HtmlMail.Render(content)
        );
    }

    /// <summary>
    /// A name with a line break in it could start a header, or forge a line of the text.
    /// </summary>
    public static string? OneLine(string? text) =>
        text is null
            ? null
            : new string([
                .. text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c),
            ]).Trim();

    private static IMailWording WordingOf(string language) =>
        LanguageOf(language) == Languages.English ? InEnglish : InKorean;

    private static MailFacts Clean(MailFacts facts) =>
        facts with
        {
            CustomerName = OneLine(facts.CustomerName) ?? "",
            Email = OneLine(facts.Email),
            ConcertName = OneLine(facts.ConcertName),
            Venue = OneLine(facts.Venue),
            Reason = OneLine(facts.Reason),
        };

    private static string Shorten(string subject)
    {
        if (subject.Length <= MaxSubjectLength)
            return subject;

        var cut = char.IsHighSurrogate(subject[MaxSubjectLength - 2]) ? 2 : 1;
        return subject[..(MaxSubjectLength - cut)] + "…";
    }
}
