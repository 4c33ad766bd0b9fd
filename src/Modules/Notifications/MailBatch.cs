using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

/// <summary>
/// Gathers what a batch of events asks for and writes it set-based as the last part of the batch's
/// transaction: first the copies, so that a mail knows what its own batch told, then the mails.
/// </summary>
internal sealed class MailBatch(
    UnitOfWork work,
    KnownFacts knownFacts,
    MailQueueWriter writer,
    MailSignal signal
)
{
    private readonly Dictionary<long, UserCopy> _users = [];
    private readonly Dictionary<long, ConcertCopy> _concerts = [];
    private readonly Dictionary<long, ReservationCopy> _reservations = [];
    private readonly HashSet<long> _moved = [];
    private readonly List<PersonalMail> _mails = [];
    private readonly List<Refund> _refunds = [];
    private readonly List<WaitlistNotice> _notices = [];
    private bool _registered;

    public void Remember(UserCopy user)
    {
        Register();
        if (!_users.TryGetValue(user.UserId, out var known) || known.Version < user.Version)
            _users[user.UserId] = user;
    }

    /// <summary>What waits to be sent goes to the customer's new address.</summary>
    public void Redirect(long userId)
    {
        Register();
        _moved.Add(userId);
    }

    public void Remember(ConcertCopy concert)
    {
        Register();
        _concerts[concert.ConcertId] = _concerts.TryGetValue(concert.ConcertId, out var known)
            ? known.UpdatedBy(concert)
            : concert;
    }

    public void Remember(ReservationCopy reservation)
    {
        Register();
        _reservations[reservation.ReservationId] = reservation;
    }

    public void Add(PersonalMail mail)
    {
        Register();
        _mails.Add(mail);
    }

    public void Add(Refund refund)
    {
        Register();
        _refunds.Add(refund);
    }

    public void Add(WaitlistNotice notice)
    {
        Register();
        _notices.Add(notice);
    }

    private void Register()
    {
        if (_registered)
            return;

        _registered = true;
        work.BeforeCommit(FlushAsync);
        work.AfterCommit(signal.Set);
        work.OnRollback(Clear);
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        await knownFacts.SaveAsync(_users.Values, stop);
        await knownFacts.SaveAsync(_concerts.Values, stop);
        await knownFacts.SaveAsync(_reservations.Values, stop);
        await writer.RedirectAsync(_moved, stop);
        await writer.WriteAsync(_mails, stop);
        await writer.WriteAsync(_refunds, stop);
        foreach (var notice in _notices)
            await writer.WriteAsync(notice, stop);
        Clear();
    }

    private void Clear()
    {
        _registered = false;
        _users.Clear();
        _concerts.Clear();
        _reservations.Clear();
        _moved.Clear();
        _mails.Clear();
        _refunds.Clear();
        _notices.Clear();
    }
}

/// <summary>A customer's mail of one event.</summary>
/// <param name="Email">As the event says; our own copy of the customer knows better.</param>
/// <param name="Language">As the event says; our own copy of the customer knows better.</param>
internal sealed record PersonalMail(
    Guid EventId,
    long UserId,
    string Email,
    string Language,
    long? ConcertId,
    MailFacts Facts
)
{
    /// <summary>The mail is about the address, or the customer has none any more.</summary>
    public bool IsToThisAddress { get; init; }

    /// <summary>Of the event, while it is consumed: the batch's end is no part of it.</summary>
    public string? TraceParent { get; init; } = Activity.Current?.Id;
}

/// <summary>A refund names only the customer: address and concert come from the copies.</summary>
internal sealed record Refund(
    Guid EventId,
    long UserId,
    long ReservationId,
    long PaymentId,
    Money Amount,
    string PaymentMethod
)
{
    /// <summary>Of the event.</summary>
    public string? TraceParent { get; init; } = Activity.Current?.Id;
}

/// <summary>A fact that everyone on a concert's waitlist hears.</summary>
internal sealed record WaitlistNotice(
    Guid EventId,
    DateTimeOffset OccurredAt,
    long ConcertId,
    MailFacts Facts
)
{
    /// <summary>Of the event.</summary>
    public string? TraceParent { get; init; } = Activity.Current?.Id;
}
