using System.Globalization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

/// <summary>Every mail's wording in English.</summary>
internal sealed class EnglishMails : IMailWording
{
    public string Language => Languages.English;

    public string Footer =>
        "Sent by ConcertReservation; replies are not read. All times are Korea Standard Time.";

    public MailLabels Labels { get; } =
        new(
            Account: "Account",
            NewAddress: "New address",
            Concert: "Concert",
            StartsAt: "Date",
            Venue: "Venue",
            Reason: "Reason",
            Seats: "Seats",
            AvailableSeats: "Available seats",
            SoldOutTime: "Sold out at",
            Amount: "Amount",
            Refund: "Refund",
            HeldUntil: "Pay before",
            ReservationId: "Booking number"
        );

    public string Greeting(string name) => name.Length > 0 ? $"Hello {name}," : "Hello,";

    public string Seats(int count) => $"{count:N0}";

    /// <summary>Such as KRW 50,000.</summary>
    public string Amount(Money amount) => $"KRW {amount}";

    /// <summary>Such as Sat, 21 Nov 2026, 20:05 KST.</summary>
    public string Time(DateTimeOffset koreanTime) => Date(koreanTime, "HH:mm");

    /// <summary>Such as Sat, 21 Nov 2026, 20:05:30 KST.</summary>
    public string Deadline(DateTimeOffset koreanTime) => Date(koreanTime, "HH:mm:ss");

    public MailText Welcome(MailFacts facts) =>
        new(
            "Welcome to ConcertReservation",
            "Account ready",
            "Good to have you here",
            [
                "Your account is ready.",
                "Find a concert, choose your seats and book them. Even in the second "
                    + "that booking starts, each seat goes to exactly one person.",
            ],
            "Sign in before booking starts. When a concert is sold out, join its "
                + "waitlist: we write to you as soon as seats come back."
        );

    public MailText SeatsHeld(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] Your seats are held: please pay now",
            "Seats held",
            facts.Seats == 1 ? "Your seat is held" : $"Your {facts.Seats} seats are held",
            ["Pay before the time below and the booking is yours."],
            "After that time the seats are released by themselves and others can book them."
        );

    public MailText Confirmed(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] Your booking is confirmed",
            "Confirmed",
            "Your booking is confirmed",
            ["We have received your payment and the seats are yours. See you at the concert!"],
            "Please keep the booking number. You can see your bookings at any time "
                + "after signing in."
        );

    public MailText Expired(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] Your hold has run out",
            "Expired",
            "Your seats have been released",
            ["They were not paid for in time, so they were released. You have not been charged."],
            "If seats are left you can book again. Should a payment still arrive, the "
                + "booking is confirmed if the seats are free, and the money is returned in "
                + "full if they are not."
        );

    public MailText Cancelled(MailFacts facts) =>
        new(
            facts.ConcertCancelled
                ? $"[{facts.ConcertName}] Your booking is cancelled: the concert is called off"
                : $"[{facts.ConcertName}] Your booking is cancelled",
            "Cancelled",
            facts.ConcertCancelled
                ? "The concert does not take place"
                : "Your booking is cancelled",
            [
                .. facts.ConcertCancelled
                    ? ["We are sorry: the concert has been called off by its organiser."]
                    : Array.Empty<string>(),
                facts.WasPaid
                    ? "The booking is cancelled and your refund is on its way."
                    : "The booking is cancelled and the seats are released. You have "
                        + "not been charged.",
            ],
            facts.WasPaid ? "We will write again when the refund is complete." : null
        );

    public MailText Refunded(MailFacts facts) =>
        new(
            facts.ConcertName is null
                ? "Your refund is complete"
                : $"[{facts.ConcertName}] Your refund is complete",
            "Refunded",
            "Your refund is complete",
            [
                facts.PaidByPoint
                    ? "The amount is back in your points wallet."
                    : "The amount has been returned to the card that you paid with.",
            ],
            facts.PaidByPoint
                ? null
                : "It can take 3 to 5 working days to appear on your card statement."
        );

    public MailText SoldOut(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] Sold out",
            "Sold out",
            "This concert is sold out",
            ["Every seat has been sold. You are still on the waitlist of this concert."],
            "If seats come back, we will write to you at once."
        );

    public MailText Reopened(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] Seats are available again",
            "Booking reopened",
            "Seats are available again",
            ["Seats of this sold-out concert have been returned. You can book them now."],
            "We write to the waitlist in the order of joining. Nothing is held for you: the "
                + "first to book gets the seats."
        );

    public MailText EmailChanged(MailFacts facts) =>
        new(
            "Your e-mail address was changed",
            "Account",
            "Your e-mail address was changed",
            [
                "Your account has another e-mail address now. We no longer write to this one.",
                .. facts.PasswordChanged
                    ? ["The password was changed, too."]
                    : Array.Empty<string>(),
            ],
            "If that was not you, somebody knows your password: contact us at once."
        );

    public MailText NewEmail(MailFacts facts) =>
        new(
            "This is your e-mail address now",
            "Account",
            "This is your e-mail address now",
            [
                "Your account has this address from now on: sign in with it. What we have to tell "
                    + "you comes here.",
            ],
            "If you have no account with us, somebody has mistyped theirs: you can ignore this "
                + "mail."
        );

    public MailText PasswordChanged(MailFacts facts) =>
        new(
            "Your password was changed",
            "Account",
            "Your password was changed",
            ["Your account has a new password. All other devices have been signed out."],
            "If that was not you, somebody knew your password: contact us at once."
        );

    public MailText AccountDeleted(MailFacts facts) =>
        new(
            "Your account is deleted",
            "Account",
            "Your account is deleted",
            [
                "As you asked, your account is deleted and you have been signed out everywhere.",
                "We erase your name and your address. What the law makes us keep, such as "
                    + "payments, stays without them.",
            ],
            "This is our last mail to you. If you change your mind, you can sign up again with "
                + "this address."
        );

    private static string Date(DateTimeOffset time, string clockFormat) =>
        time.ToString($"ddd, d MMM yyyy, {clockFormat} 'KST'", CultureInfo.InvariantCulture);
}
