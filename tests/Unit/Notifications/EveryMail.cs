using ConcertReservation.Notifications;

namespace ConcertReservation.Tests.Unit.Notifications;

/// <summary>What each mail says in each language.</summary>
internal sealed partial class MailComposerTests
{
    /// <summary>Kind, language, and what its mail says in both formats, subject first.</summary>
    public static IEnumerable<TestCaseData> EveryMail() =>
        [
            Says(MailKind.Welcome, "ko", "가입을 환영합니다", "kim@example.org"),
            Says(MailKind.Welcome, "en", "Welcome to ConcertReservation", "kim@example.org"),
            Says(
                MailKind.SeatsHeld,
                "ko",
                $"[{Hostile}] 좌석을 선점했습니다. 결제를 완료해 주세요",
                "좌석 2석을 잡아 두었습니다",
                "50,000원",
                "2027년 3월 20일 (토) 20:05:30까지",
                "2027년 5월 1일 (토) 19:00",
                "77"
            ),
            Says(
                MailKind.SeatsHeld,
                "en",
                $"[{Hostile}] Your seats are held: please pay now",
                "Your 2 seats are held",
                "KRW 50,000",
                "Sat, 20 Mar 2027, 20:05:30 KST",
                "Sat, 1 May 2027, 19:00 KST",
                "77"
            ),
            Says(MailKind.Confirmed, "ko", $"[{Hostile}] 예매가 확정되었습니다", "50,000원", "2석"),
            Says(
                MailKind.Confirmed,
                "en",
                $"[{Hostile}] Your booking is confirmed",
                "KRW 50,000",
                "Olympic Hall"
            ),
            Says(
                MailKind.Expired,
                "ko",
                $"[{Hostile}] 결제 기한이 지나 좌석이 해제되었습니다",
                "청구된 금액은 없습니다"
            ),
            Says(
                MailKind.Expired,
                "en",
                $"[{Hostile}] Your hold has run out",
                "You have not been charged"
            ),
            Says(
                MailKind.Cancelled,
                "ko",
                $"[{Hostile}] 예매가 취소되었습니다",
                "환불이 시작되었습니다"
            ),
            Says(
                MailKind.Cancelled,
                "en",
                $"[{Hostile}] Your booking is cancelled",
                "your refund is on its way"
            ),
            Says(
                MailKind.Refunded,
                "ko",
                $"[{Hostile}] 환불이 완료되었습니다",
                "환불 금액",
                "50,000원",
                "카드"
            ),
            Says(
                MailKind.Refunded,
                "en",
                $"[{Hostile}] Your refund is complete",
                "Refund",
                "KRW 50,000",
                "card"
            ),
            Says(
                MailKind.SoldOut,
                "ko",
                $"[{Hostile}] 매진되었습니다",
                "매진 시각",
                "2027년 3월 20일 (토) 20:03"
            ),
            Says(
                MailKind.SoldOut,
                "en",
                $"[{Hostile}] Sold out",
                "Sold out at",
                "Sat, 20 Mar 2027, 20:03 KST"
            ),
            Says(
                MailKind.Reopened,
                "ko",
                $"[{Hostile}] 좌석이 다시 나왔습니다",
                "예매 가능 좌석",
                "3석"
            ),
            Says(
                MailKind.Reopened,
                "en",
                $"[{Hostile}] Seats are available again",
                "Available seats",
                "3"
            ),
            Says(
                MailKind.EmailChanged,
                "ko",
                "이메일 주소가 변경되었습니다",
                "새 이메일 주소",
                "kim@example.org"
            ),
            Says(
                MailKind.EmailChanged,
                "en",
                "Your e-mail address was changed",
                "New address",
                "kim@example.org"
            ),
            Says(
                MailKind.NewEmail,
                "ko",
                "새 이메일 주소가 등록되었습니다",
                "이 주소로 로그인해 주세요",
                "kim@example.org"
            ),
            Says(
                MailKind.NewEmail,
                "en",
                "This is your e-mail address now",
                "somebody has mistyped theirs",
                "kim@example.org"
            ),
            Says(
                MailKind.PasswordChanged,
                "ko",
                "비밀번호가 변경되었습니다",
                "모든 기기에서 로그아웃"
            ),
            Says(
                MailKind.PasswordChanged,
                "en",
                "Your password was changed",
                "All other devices have been signed out"
            ),
            Says(
                MailKind.AccountDeleted,
                "ko",
                "탈퇴가 완료되었습니다",
                "이름과 이메일 주소는 지워집니다"
            ),
            Says(
                MailKind.AccountDeleted,
                "en",
                "Your account is deleted",
                "We erase your name and your address"
            ),
        ];

    private static TestCaseData Says(MailKind kind, string language, params string[] said) =>
        new TestCaseData(kind, language, said).SetArgDisplayNames(kind.ToString(), language);
}
