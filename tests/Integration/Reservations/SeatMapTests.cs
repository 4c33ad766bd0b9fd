using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static ConcertReservation.Tests.Integration.Reservations.ReservationsSystem;

namespace ConcertReservation.Tests.Integration.Reservations;

internal sealed class SeatMapTests
{
    [Test]
    public async Task every_seat_is_shown_with_its_state()
    {
        var concert = await GivenConcert.WithAsync(seats: 5);
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2));
        await GivenReservation.SoldAsync(concert, 4);

        var map = (await HostB.SendAsync(HttpMethod.Get, $"/concerts/{concert.Id}/seats")).Json;

        map["totalSeats"]!.GetValue<int>().ShouldBe(5);
        map["available"]!.GetValue<int>().ShouldBe(3);
        map["sold"]!.GetValue<int>().ShouldBe(1);
        var section = map["sections"]![0]!;
        section["price"]!.GetValue<long>().ShouldBe(50_000);
        section["firstSeatId"]!.GetValue<long>().ShouldBe(concert.Seat(1));
        section["seats"]!.AsArray().Select(r => r!.GetValue<string>()).ShouldBe(["fhfsf"]);
    }

    [Test]
    public async Task rows_follow_the_seating_plan()
    {
        var id = NewConcert();
        await HostA.ReceiveAsync(
            GivenConcert.Scheduled(id) with
            {
                TotalSeats = 10,
                Sections =
                [
                    new SectionPlan
                    {
                        Name = "귀빈석",
                        Price = new(9),
                        Rows = 2,
                        SeatsPerRow = 2,
                    },
                    new SectionPlan
                    {
                        Name = "R",
                        Price = new(5),
                        Rows = 2,
                        SeatsPerRow = 3,
                    },
                ],
            }
        );

        var map = (await HostA.SendAsync(HttpMethod.Get, $"/concerts/{id}/seats")).Json;

        var sections = map["sections"]!.AsArray();
        var first = sections[0]!["firstSeatId"]!.GetValue<long>();
        sections[1]!["firstSeatId"]!.GetValue<long>().ShouldBe(first + 4);
        Text(sections[0]!["name"]).ShouldBe("귀빈석");
        sections[0]!["seats"]!.AsArray().Select(Text).ShouldBe(["ff", "ff"]);
        sections[1]!["seats"]!.AsArray().Select(Text).ShouldBe(["fff", "fff"]);
        (
            await Sql.ScalarAsync<long>(
                """
                SELECT id FROM reservations.seats
                WHERE concert_id = $1 AND section = 2 AND row_number = 2 AND seat_number = 3
                """,
                id
            )
        ).ShouldBe(first + 9);

        static string Text(JsonNode? node) => node!.GetValue<string>();
    }

    [Test]
    public async Task a_lapsed_hold_is_shown_as_free()
    {
        var concert = await GivenConcert.WithAsync(seats: 2, holdSeconds: 10);
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));
        await DatabaseTime.AdvanceAsync(seconds: 10);

        var map = (await HostA.SendAsync(HttpMethod.Get, $"/concerts/{concert.Id}/seats")).Json;

        map["available"]!.GetValue<int>().ShouldBe(2);
    }

    [Test]
    public async Task a_map_that_was_read_before_shows_what_has_changed_since()
    {
        var concert = await GivenConcert.WithAsync(seats: 3, holdSeconds: 10);
        (await SeatsAsync(HostB, concert)).ShouldBe("fff");

        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));
        (await SeatsAsync(HostB, concert)).ShouldBe("hff");

        await DatabaseTime.AdvanceAsync(seconds: 10);
        (await SeatsAsync(HostB, concert)).ShouldBe("fff");

        await GivenReservation.SoldAsync(concert, 2);
        (await SeatsAsync(HostB, concert)).ShouldBe("fsf");
    }

    [Test]
    public async Task what_began_before_a_snapshot_and_is_committed_after_it_is_news()
    {
        await using var late = await DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await OutboxTable.InsertAsync(late, [OutboxRow.From(SignedUp())], CancellationToken.None);
        await using var reader = await DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"SELECT {OutboxChanges.SnapshotSql}", reader);
        var snapshot = (string)(await command.ExecuteScalarAsync())!;

        var before = await IsNewsAsync(Topics.Users);
        await transaction.CommitAsync();
        var after = await IsNewsAsync(Topics.Users);

        before.ShouldBeFalse();
        after.ShouldBeTrue();

        Task<bool> IsNewsAsync(string topic) =>
            OutboxChanges.AnyAsync(reader, topic, snapshot, CancellationToken.None);
    }

    [Test]
    public async Task an_unchanged_map_is_not_sent_again_by_any_host()
    {
        var concert = await GivenConcert.WithAsync(seats: 2);
        var path = $"/api/concerts/{concert.Id}/seats";
        using var first = await HostA.Http.GetAsync(path);
        var tag = first.Headers.ETag!;

        using var unchanged = await GetIfNoneMatch(HostB, path, tag.ToString());
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(1));
        using var changed = await GetIfNoneMatch(HostB, path, tag.ToString());

        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        unchanged.Headers.ETag.ShouldBe(tag);
        (await unchanged.Content.ReadAsStringAsync()).ShouldBeEmpty();
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(tag);
    }

    [Test]
    public async Task an_unknown_concert_has_no_map() =>
        (await HostA.SendAsync(HttpMethod.Get, "/concerts/999999/seats")).ShouldBeRefused(
            404,
            "not-found"
        );

    [Test]
    public async Task other_modules_learn_the_numbers_by_section()
    {
        var concert = await GivenConcert.WithAsync(seats: 5);
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2));
        await GivenReservation.SoldAsync(concert, 4);

        var seats = await HostA.AskAsync<ISeatInventory, SeatSummary?>(i =>
            i.FindAsync(concert.Id, CancellationToken.None)
        );
        var none = await HostA.AskAsync<ISeatInventory, SeatSummary?>(i =>
            i.FindAsync(999_999, CancellationToken.None)
        );

        seats!.Sections.ShouldBe([new SectionSeats("R", Total: 5, Available: 3, Sold: 1)]);
        none.ShouldBeNull();
    }

    [Test]
    public async Task other_modules_learn_what_is_sold_and_whose_it_is()
    {
        var concert = await GivenConcert.WithAsync(seats: 5);
        var unsold = await GivenConcert.WithAsync(seats: 2);
        await HostA.HoldAsync(NewCustomer(), concert.Id, concert.Seats(2));
        var sale = await GivenReservation.SoldAsync(concert, 4, 5);

        var counts = await HostA.AskAsync<ISeatInventory, IReadOnlyDictionary<long, int>>(i =>
            i.CountSoldAsync([concert.Id, unsold.Id, 999_999], CancellationToken.None)
        );
        var sold = await HostB.AskAsync<ISeatInventory, IReadOnlyList<SoldReservation>>(i =>
            i.ListSoldAsync(concert.Id, CancellationToken.None)
        );

        counts.Count.ShouldBe(2);
        counts[concert.Id].ShouldBe(2);
        counts[unsold.Id].ShouldBe(0);
        var version = await Sql.ScalarAsync<long>(
            "SELECT max(version) FROM messaging.outbox WHERE key = $1",
            $"reservation-{sale.Id}"
        );
        sold.ShouldBe([new SoldReservation(sale.Id, version, Seats: 2)]);
    }

    [Test]
    public async Task who_asks_within_a_transaction_needs_no_second_connection()
    {
        var concert = await GivenConcert.WithAsync(seats: 5);
        var id = NewConcert();

        var seats = await HostA.AskAsync<IServiceProvider, SeatSummary?>(services =>
            services
                .GetRequiredService<UnitOfWork>()
                .RunAsync(
                    async stop =>
                    {
                        // What only this transaction can see.
                        var work = services.GetRequiredService<UnitOfWork>();
                        await using var copy = new NpgsqlCommand(
                            $"""
                            INSERT INTO reservations.concerts SELECT (jsonb_populate_record(c,
                                jsonb_build_object('id', {id}, 'first_seat_id', -{id}))).*
                            FROM reservations.concerts c WHERE id = {concert.Id};
                            INSERT INTO reservations.sections
                                SELECT {id}, position, name, price, rows, seats_per_row,
                                    first_seat_id
                                FROM reservations.sections WHERE concert_id = {concert.Id}
                            """,
                            work.Connection
                        );
                        await copy.ExecuteNonQueryAsync(stop);
                        return await services
                            .GetRequiredService<ISeatInventory>()
                            .FindAsync(id, stop);
                    },
                    commits: _ => false,
                    CancellationToken.None
                )
        );

        seats!.Available.ShouldBe(5);
    }

    private static async Task<string> SeatsAsync(ReservationsHost host, GivenConcert concert)
    {
        var map = await host.SendAsync(HttpMethod.Get, $"/concerts/{concert.Id}/seats");
        return map.Json["sections"]![0]!["seats"]![0]!.GetValue<string>();
    }

    private static UserSignedUp SignedUp() =>
        new()
        {
            UserId = NewCustomer(),
            OccurredAt = DateTimeOffset.UtcNow,
            Version = 1,
            Email = "late@example.com",
            Name = "Late",
            Language = Languages.Korean,
        };

    private static async Task<HttpResponseMessage> GetIfNoneMatch(
        ReservationsHost host,
        string path,
        string tag
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("If-None-Match", tag);
        return await host.Http.SendAsync(request);
    }
}
