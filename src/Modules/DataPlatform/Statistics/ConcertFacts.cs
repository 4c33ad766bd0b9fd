using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>What is known of one concert: of each text and time, the newest version's.</summary>
internal sealed class ConcertFacts(long concertId)
{
    public long ConcertId { get; } = concertId;
    public Versioned<string> Name { get; set; } = new("", 0);
    public Versioned<string?> Artist { get; set; }
    public Versioned<DateTimeOffset?> BookingStartTime { get; set; }
    public int? TotalSeats { get; set; }

    /// <summary>The first time it sold out.</summary>
    public Fact? SoldOut { get; set; }
    public DateTimeOffset? CancelledAt { get; set; }

    public void Learn(ConcertEvent happened, long version)
    {
        Name = Name.Or(happened.ConcertName, version);
        switch (happened)
        {
            case ConcertScheduled e:
                Artist = Artist.Or(e.Artist, version);
                BookingStartTime = BookingStartTime.Or(e.BookingStartTime, version);
                TotalSeats = e.TotalSeats;
                break;
            case ConcertChanged e:
                if (e.Artist is not null)
                    Artist = Artist.Or(e.Artist, version);
                if (e.BookingStartTime is not null)
                    BookingStartTime = BookingStartTime.Or(e.BookingStartTime, version);
                break;
            case ConcertSoldOut e when SoldOut is not { } known || version < known.Version:
                SoldOut = new Fact(version, e.SoldOutTime);
                break;
            case ConcertCancelled e:
                CancelledAt = e.OccurredAt;
                break;
        }
    }
}

/// <summary>
/// A value and the version of the aggregate that it is from; 0 where nothing is known yet.
/// </summary>
internal readonly record struct Versioned<T>(T Value, long Version)
{
    public Versioned<T> Or(T value, long version) =>
        version > Version ? new Versioned<T>(value, version) : this;
}
