namespace ConcertReservation.Notifications.Mails;

/// <summary>Facts and a language become a mail.</summary>
internal static class MailWriter
{
    public const string Korean = "ko";
    public const string English = "en";

    public static IReadOnlyList<string> Languages { get; } = [Korean, English];

    private const int MaxSubjectLength = 150;

    private static readonly KoreanMails InKorean = new();
    private static readonly EnglishMails InEnglish = new();

    /// <summary>
    /// One of our languages; Korean where the customer's is not known or not ours.
    /// </summary>
    public static string LanguageOf(string? language) => language == English ? English : Korean;

    public static WrittenMail Write(MailFacts facts, string language)
    {
        var content = MailLayout.Compose(
            Clean(facts),
            LanguageOf(language) == English ? InEnglish : InKorean
        );
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

    private static MailFacts Clean(MailFacts facts) =>
        facts with
        {
            CustomerName = OneLine(facts.CustomerName) ?? "",
            Email = OneLine(facts.Email),
            ConcertName = OneLine(facts.ConcertName),
            Venue = OneLine(facts.Venue),
        };

    private static string Shorten(string subject)
    {
        if (subject.Length <= MaxSubjectLength)
            return subject;

        var cut = char.IsHighSurrogate(subject[MaxSubjectLength - 2]) ? 2 : 1;
        return subject[..(MaxSubjectLength - cut)] + "…";
    }
}
