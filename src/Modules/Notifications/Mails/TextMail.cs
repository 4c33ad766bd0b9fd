using System.Text;

namespace ConcertReservation.Notifications;

/// <summary>A mail as plain text.</summary>
internal static class TextMail
{
    private const string NewLine = "\r\n";
    private const string Rule = "----------------------------------------";

    public static string Render(MailContent mail)
    {
        var text = new StringBuilder();
        Line(mail.Title);
        Line(Rule);
        Line();
        Line(mail.Greeting);
        Line();
        foreach (var paragraph in mail.Paragraphs)
        {
            Line(paragraph);
            Line();
        }

        foreach (var detail in mail.Details)
            Line($"{detail.Label}: {detail.Value}");
        if (mail.Details.Count > 0)
            Line();
        if (mail.Notice is { } notice)
        {
            Line(notice);
            Line();
        }

        // "-- " starts the signature, which mail programs fold away.
        Line("-- ");
        Line(mail.Footer);
        return text.ToString();

        void Line(string line = "") => text.Append(line).Append(NewLine);
    }
}
