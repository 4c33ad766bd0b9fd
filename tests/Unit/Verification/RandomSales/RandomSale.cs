using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>
/// A model of a sale that knows its rules and nothing of how they are kept: what customers ask and
/// hear, what is told by events, and what is left in the tables. No two things happen at once.
/// </summary>
internal sealed partial class RandomSale
{
    private const string KeyReused = """{"type":"/problems/idempotency-key-reused"}""";

    private static readonly TimeSpan StepTakes = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AnswerTakes = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Extension = TimeSpan.FromMinutes(2);

    private readonly List<Person> _people = [];
    private readonly List<Show> _shows = [];
    private readonly List<Booking> _bookings = [];
    private readonly List<Attempt> _attempts = [];
    private readonly List<TopicEvent> _told = [];
    private readonly List<JournalEntry> _journal = [];
    private readonly List<HoldKeyRow> _holdKeys = [];
    private readonly List<MailRow> _mails = [];
    private readonly List<WaitlistRow> _waiting = [];
    private readonly Random _random;
    private DateTimeOffset _now = SmallSale.Start;
    private long _lastId = 1000;

    private RandomSale(int seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < _random.Next(2, 5); i++)
            SignUp(i % 2 == 0 ? "ko" : "en");
        for (var i = 0; i < _random.Next(1, 3); i++)
            Schedule();
    }

    /// <summary>The whole of it, at rest.</summary>
    public static History Of(Sale given)
    {
        var sale = new RandomSale(given.Seed);
        foreach (var step in given.Steps)
            sale.Take(step);
        sale.ComeToRest();
        return sale.Everything();
    }

    private void Take(Step step)
    {
        _now += StepTakes;
        var person = _people[step.Who % _people.Count];
        var show = _shows[step.What % _shows.Count];
        switch (step.Act)
        {
            case Act.Hold:
                Hold(person, show, step.How);
                break;
            case Act.Cancel when Chosen(_bookings, step.What) is { } booking:
                Cancel(booking);
                break;
            case Act.Charge:
                Charge(person, 50 * (1 + (step.How % 10)));
                break;
            case Act.PayByPoints or Act.PayByCard when Chosen(_bookings, step.What) is { } booking:
                Pay(booking, step.Act == Act.PayByPoints ? "POINT" : "CARD");
                break;
            case Act.Confirm when Chosen(Open(), step.What) is { } attempt:
                Confirm(attempt, step.How);
                break;
            case Act.Consume when Chosen(News(), step.What) is { } attempt:
                Consume(attempt);
                break;
            case Act.Reconcile when Chosen(Unknown(), step.What) is { } attempt:
                Reconcile(attempt, hasMoney: step.How % 2 == 0);
                break;
            case Act.Sweep:
                Sweep();
                break;
            case Act.Wait:
                _now += TimeSpan.FromMilliseconds(200 * step.How);
                break;
            case Act.WaitForSeats when !_waiting.Exists(w => IsOf(w, person, show)):
                _waiting.Add(new WaitlistRow(show.Id, person.Id, person.Email, _now));
                break;
            case Act.Move:
                Move(person);
                break;
            case Act.CancelConcert when step.How % 2 == 0 && !show.IsCancelled:
                CancelShow(show);
                break;
        }
    }

    private static bool IsOf(WaitlistRow row, Person person, Show show) =>
        (row.UserId, row.ConcertId) == (person.Id, show.Id);

    private static T? Chosen<T>(IReadOnlyList<T> list, int which)
        where T : class => list.Count == 0 ? null : list[which % list.Count];

    private void SignUp(string language)
    {
        var id = NextId();
        var person = new Person
        {
            Id = id,
            Email = $"{id}@example.com",
            Language = language,
        };
        _people.Add(person);
        var signedUp = new UserSignedUp
        {
            OccurredAt = _now,
            UserId = id,
            Email = person.Email,
            Name = $"name {id}",
            Language = language,
        };
        Mail(Tell(signedUp, 1), person, "welcome");
    }

    private void Schedule()
    {
        var id = NextId();
        var sections = Enumerable.Range(1, _random.Next(1, 3)).ToList();
        var plan = sections
            .Select(s => new SectionPlan
            {
                Name = $"{s}",
                Price = new Money(100 * s),
                Rows = 1,
                SeatsPerRow = _random.Next(1, 4),
            })
            .ToList();
        var show = new Show
        {
            Id = id,
            Limit = _random.Next(1, 4),
            HoldSeconds = _random.Next(10, 61),
            Chairs =
            [
                .. sections.SelectMany(s =>
                    Enumerable
                        .Range(0, plan[s - 1].SeatsPerRow)
                        .Select(_ => new Chair
                        {
                            Id = NextId(),
                            Section = s,
                            Price = 100 * s,
                        })
                ),
            ],
        };
        _shows.Add(show);
        var scheduled = new ConcertScheduled
        {
            OccurredAt = _now,
            ConcertId = id,
            ConcertName = show.Name,
            Artist = "Band",
            Venue = "Hall",
            StartsAt = _now.AddDays(30),
            BookingStartTime = _now,
            TotalSeats = show.Chairs.Count,
            TicketsPerCustomer = show.Limit,
            HoldSeconds = show.HoldSeconds,
            Sections = plan,
        };
        Tell(scheduled, 1);
    }

    /// <summary>The address changes; both hear of it.</summary>
    private void Move(Person person)
    {
        var old = person.Email;
        person.Email = $"{person.Id}-{person.Version}@example.net";
        var moved = new UserChanged
        {
            OccurredAt = _now,
            UserId = person.Id,
            Email = person.Email,
            PreviousEmail = old,
            Name = $"name {person.Id}",
            Language = person.Language,
        };
        var told = Tell(moved, ++person.Version);
        Mail(told, person, "email-changed", old);
        Mail(told, person, "new-email");
    }

    private TopicEvent Tell(DomainEvent happened, long version)
    {
        var told = SmallSale.Event(happened, version);
        _told.Add(told);
        return told;
    }

    private void Mail(TopicEvent told, Person to, string kind, string? address = null) =>
        _mails.Add(
            new MailRow(told.EventId, to.Id, kind, "sent", to.Language, address ?? to.Email)
        );

    private long NextId() => ++_lastId;

    /// <summary>
    /// Some answers are lost, some requests are sent twice, and some keys once more for another
    /// request.
    /// </summary>
    private void Ask(
        Person person,
        string operation,
        string? key,
        string request,
        int status,
        string body,
        long? target = null
    )
    {
        var heard = new JournalEntry(
            _now,
            person.Id,
            operation,
            key,
            target,
            request,
            status,
            body,
            1
        );
        if (_random.Next(4) == 0)
            Hear(heard with { Status = null, Body = null });
        // Somebody who gives up never hears what became of it.
        if (key is not null && _random.Next(20) == 0)
        {
            Hear(heard with { Status = null, Body = null });
            return;
        }

        Hear(heard);
        if (key is not null && _random.Next(4) == 0)
            Hear(heard);
        if (key is not null && status is (< 300 or 402) && _random.Next(8) == 0)
            Hear(heard with { Request = "{}", Status = 422, Body = KeyReused });
    }

    private void Hear(JournalEntry entry)
    {
        _now += AnswerTakes;
        _journal.Add(entry with { At = _now });
    }
}
