using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ConcertReservation.Notifications;

/// <summary>
/// A mail as HTML: tables and inline styles, since that is all that mail programs agree on. Every
/// text passes the encoder.
/// </summary>
internal static class HtmlMail
{
    private const string Font =
        "font-family:'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR',"
        + "'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Render(MailContent mail)
    {
        var (accent, tint) = Colours(mail.Kind);
        // Mail programs show it behind the subject in their list.
        var preview = Encode(mail.Paragraphs[0]);
        var paragraphs = mail.Paragraphs.Prepend(mail.Greeting).Select(Paragraph);
        var body = string.Concat(paragraphs) + Details(mail) + Notice(mail, accent, tint);
        var html = $"""
            <!DOCTYPE html>
            <html lang="{mail.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light">
            <title>{Encode(mail.Subject)}</title>
            </head>
            <body style="margin:0;padding:0;background-color:#f1f2f6;">
            <div style="display:none;max-height:0;overflow:hidden;">{preview}</div>
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
              style="background-color:#f1f2f6;">
            <tr><td align="center" style="padding:32px 12px;">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
              style="max-width:560px;{Font}">
            <tr><td style="padding:0 4px 16px;font-size:15px;font-weight:700;color:#1d2033;">
              <span style="color:{accent};">&#9835;</span>&nbsp;ConcertReservation
            </td></tr>
            <tr><td style="background-color:#ffffff;border-radius:12px;
              border-top:5px solid {accent};padding:32px 32px 28px;">
              <span style="display:inline-block;padding:4px 12px;border-radius:999px;font-size:12px;
                font-weight:700;color:{accent};background-color:{tint};">{Encode(mail.Badge)}</span>
              <h1 style="margin:14px 0 18px;font-size:24px;line-height:1.35;font-weight:700;
                color:#1d2033;word-break:keep-all;">{Encode(mail.Title)}</h1>
            {body}
            </td></tr>
            <tr><td style="padding:18px 8px 0;font-size:12px;line-height:1.6;color:#6b7085;
              text-align:center;word-break:keep-all;">{Encode(mail.Footer)}</td></tr>
            </table>
            </td></tr>
            </table>
            </body>
            </html>

            """;
        return html.ReplaceLineEndings("\r\n");
    }

    private static string Paragraph(string text) =>
        $"""
              <p style="margin:0 0 12px;font-size:16px;line-height:1.65;color:#3b3f55;
                word-break:keep-all;overflow-wrap:anywhere;">{Encode(text)}</p>

            """;

    private static string Details(MailContent mail)
    {
        if (mail.Details.Count == 0)
            return "";

        var rows = string.Concat(mail.Details.Select(Detail));
        return $"""
              <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
                style="margin:20px 0 8px;border-top:1px solid #e6e8ef;">
            {rows}  </table>

            """;
    }

    private static string Detail(MailDetail detail)
    {
        var (label, value) = (Encode(detail.Label), Encode(detail.Value));
        var weight = detail.IsStrong ? 700 : 400;
        return $"""
              <tr>
                <td style="padding:11px 12px 11px 0;border-bottom:1px solid #e6e8ef;font-size:14px;
                  line-height:1.5;color:#6b7085;white-space:nowrap;vertical-align:top;">{label}</td>
                <td align="right" style="padding:11px 0;border-bottom:1px solid #e6e8ef;
                  font-size:15px;line-height:1.5;color:#1d2033;overflow-wrap:anywhere;
                  font-weight:{weight};">{value}</td>
              </tr>

            """;
    }

    private static string Notice(MailContent mail, string accent, string tint) =>
        mail.Notice is { } notice
            ? $"""
                  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
                    style="margin-top:20px;"><tr>
                    <td style="padding:14px 16px;border-left:4px solid {accent};border-radius:4px;
                      background-color:{tint};font-size:14px;line-height:1.6;color:#3b3f55;
                      word-break:keep-all;">{Encode(notice)}</td>
                  </tr></table>
                """
            : "";

    /// <summary>
    /// What calls for attention, what is good news, and what is over, each look alike.
    /// </summary>
    private static (string Accent, string Tint) Colours(MailKind kind) =>
        kind switch
        {
            MailKind.SeatsHeld => ("#b45309", "#fef5e5"),
            MailKind.Confirmed or MailKind.Reopened => ("#0f7b52", "#e7f6ef"),
            MailKind.Expired or MailKind.Cancelled => ("#5b6078", "#eff0f4"),
            MailKind.Refunded => ("#1f5fbf", "#e8f0fc"),
            MailKind.SoldOut => ("#b3263b", "#fcebee"),
            _ => ("#5a3fd6", "#efecfc"),
        };

    private static string Encode(string text) => Encoder.Encode(text);
}
