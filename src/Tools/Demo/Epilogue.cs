using System.Globalization;
using System.Text.Json.Nodes;
using ConcertReservation.Verification;
using Spectre.Console;

namespace ConcertReservation.Demo;

/// <summary>What became of the sale, wherever it can be seen.</summary>
internal sealed class Epilogue(IAnsiConsole console, Sale sale, DemoSettings settings)
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private static readonly Dictionary<string, string> Operations = new(StringComparer.Ordinal)
    {
        ["hold"] = "hold seats",
        ["cancel"] = "give a hold back",
        ["charge"] = "top up the wallet",
        ["pay"] = "start a payment",
        ["confirm"] = "confirm a card payment",
    };

    public void TellSale()
    {
        Title($"The sale: sold out {sale.SoldOutAfter.TotalSeconds:F1} s after booking started");
        var board = sale.Scoreboard;
        var requests = Table("Request", "Outcome", "#Times");
        foreach (var (operation, outcome, count) in board.Outcomes)
            requests.AddRow(Operations[operation], outcome, Number(count));

        var scenes = Table("Customers who", "#");
        foreach (var (what, count) in board.Scenes)
            scenes.AddRow(what, Number(count));
        console.Write(new Columns(requests, scenes).Collapse());
        var (half, most) = (board.HoldPercentile(0.5), board.HoldPercentile(0.99));
        console.MarkupLineInterpolated(
            Culture,
            $"[grey]half of the holds were answered within {half:F0} ms, 99% within {most:F0} ms[/]"
        );
    }

    public async Task TellRankingsAsync(CancellationToken stop)
    {
        Title("Rankings, from Redis");
        var bookings = Table("#Rank", "Booked most", "#Seats");
        foreach (var entry in await EntriesAsync("api/rankings/bookings?limit=5", stop))
            bookings.AddRow(Field(entry, "rank"), ConcertOf(entry), Field(entry, "seats"));

        var soldOut = Table("#Rank", "Sold out fastest", "#Seconds");
        foreach (var entry in await EntriesAsync("api/rankings/sold-out?limit=5", stop))
            soldOut.AddRow(Field(entry, "rank"), ConcertOf(entry), Field(entry, "seconds"));
        console.Write(new Columns(bookings, soldOut).Collapse());
    }

    public async Task TellStatisticsAsync(CancellationToken stop)
    {
        Title("Statistics by hour, from the event store");
        var hourly = Api.Require(await sale.Organiser.GetAsync("api/analytics/hourly", stop));
        var hours = Table(
            "Hour (UTC)",
            "#Bookings",
            "#Seats booked",
            "#Confirmed",
            "#Seats sold",
            "#Revenue ₩",
            "#Expired",
            "#Cancelled"
        );
        foreach (var hour in hourly.Body!["hours"]!.AsArray())
        {
            var sums = hour!["sums"]!;
            if (sums["bookings"]!.GetValue<long>() == 0)
                continue;

            hours.AddRow(
                hour["start"]!.GetValue<DateTimeOffset>().ToString("yyyy-MM-dd HH:00", Culture),
                Field(sums, "bookings"),
                Field(sums, "seatsBooked"),
                Field(sums, "confirmations"),
                Field(sums, "seatsSold"),
                Field(sums, "revenue"),
                Field(sums, "expiries"),
                Field(sums, "cancellations")
            );
        }

        console.Write(hours);
    }

    public void TellKafka(History history)
    {
        Title("Events in Kafka, read back from offset 0");
        var events = Table("Topic", "Type", "#Records", "#Keys");
        var groups = history
            .Log.GroupBy(r => (r.Event.Topic, r.Event.EventType))
            .OrderBy(g => g.Key.Topic, StringComparer.Ordinal)
            .ThenByDescending(g => g.Count());
        foreach (var group in groups)
        {
            var keys = group.Select(r => r.Event.Key).Distinct(StringComparer.Ordinal).Count();
            var (topic, type) = group.Key;
            events.AddRow(topic, type, Number(group.Count()), Number(keys));
        }

        console.Write(events);
    }

    public void TellMails(History history)
    {
        Title("Mails");
        var mails = Table("Kind", "#Sent", "#Not sent");
        foreach (var kind in history.Mails.GroupBy(m => m.Kind).OrderByDescending(k => k.Count()))
        {
            var sent = kind.Count(m => m.State == "sent");
            mails.AddRow(kind.Key, Number(sent), Number(kind.Count() - sent));
        }

        if (MailFile.Newest(settings.MailFolder, "confirmed") is not { } mail)
        {
            console.Write(mails);
            return;
        }

        var shown = new Panel(new Text($"{mail.Subject}\n\n{mail.Text}"))
        {
            Header = new PanelHeader($" to {Markup.Escape(mail.To)} "),
            Border = BoxBorder.Rounded,
        };
        console.Write(new Columns(mails, shown).Collapse());
    }

    public void TellInvariants(IReadOnlyList<Finding> findings)
    {
        Title("Invariants, checked from outside");
        Report.Write(console, findings);
    }

    private async Task<JsonArray> EntriesAsync(string path, CancellationToken stop) =>
        Api.Require(await sale.Organiser.GetAsync(path, stop)).Body!["entries"]!.AsArray();

    private string ConcertOf(JsonNode? entry)
    {
        var isThis = entry!["concertId"]!.GetValue<long>() == sale.Concert.Id;
        var name = Markup.Escape(entry["name"]!.GetValue<string>());
        return isThis ? $"[bold]{name}[/]" : name;
    }

    private static string Field(JsonNode? node, string name) =>
        node![name]!.GetValue<decimal>().ToString("#,0.###", Culture);

    private static string Number(long number) => number.ToString("N0", Culture);

    private void Title(string title)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified());
    }

    /// <param name="columns">One that begins with # is a number's.</param>
    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            var isNumber = column.StartsWith('#');
            var header = new TableColumn(Markup.Escape(isNumber ? column[1..] : column)).NoWrap();
            table.AddColumn(isNumber ? header.RightAligned() : header);
        }

        return table;
    }
}
