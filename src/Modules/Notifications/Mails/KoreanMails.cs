using System.Globalization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

/// <summary>Every mail's wording in Korean.</summary>
internal sealed class KoreanMails : IMailWording
{
    private const string Weekdays = "일월화수목금토";

    public string Language => Languages.Korean;

    public string Footer =>
        "이 메일은 ConcertReservation이 보낸 발신 전용 메일입니다. 모든 시각은 한국 시간입니다.";

    public MailLabels Labels { get; } =
        new(
            Account: "계정",
            NewAddress: "새 이메일 주소",
            Concert: "공연",
            StartsAt: "공연 일시",
            Venue: "장소",
            Reason: "취소 사유",
            Seats: "좌석 수",
            AvailableSeats: "예매 가능 좌석",
            SoldOutTime: "매진 시각",
            Amount: "결제 금액",
            Refund: "환불 금액",
            HeldUntil: "결제 기한",
            ReservationId: "예매 번호"
        );

    public string Greeting(string name) =>
        name.Length > 0 ? $"{name}님, 안녕하세요." : "안녕하세요.";

    public string Seats(int count) => $"{count:N0}석";

    /// <summary>Such as 50,000원.</summary>
    public string Amount(Money amount) => $"{amount}원";

    /// <summary>Such as 2026년 11월 21일 (토) 20:05.</summary>
    public string Time(DateTimeOffset koreanTime) => Date(koreanTime, "HH:mm");

    /// <summary>Such as 2026년 11월 21일 (토) 20:05:30까지.</summary>
    public string Deadline(DateTimeOffset koreanTime) => $"{Date(koreanTime, "HH:mm:ss")}까지";

    public MailText Welcome(MailFacts facts) =>
        new(
            "가입을 환영합니다",
            "가입 완료",
            "가입을 환영합니다",
            [
                "ConcertReservation 가입이 완료되었습니다.",
                "이제 공연을 찾아 좌석을 고르고 예매할 수 있습니다. 예매가 시작되는 순간에도 한 좌석은 "
                    + "오직 한 분께만 돌아갑니다.",
            ],
            "인기 공연은 예매 시작 전에 미리 로그인해 두고, 매진되면 대기 명단에 등록해 보세요. "
                + "좌석이 다시 나오면 메일로 알려 드립니다."
        );

    public MailText SeatsHeld(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] 좌석을 선점했습니다. 결제를 완료해 주세요",
            "좌석 선점",
            $"좌석 {facts.Seats}석을 잡아 두었습니다",
            ["아래 결제 기한까지 결제를 마치면 예매가 확정됩니다."],
            "기한이 지나면 좌석은 자동으로 해제되어 다른 고객이 예매할 수 있습니다."
        );

    public MailText Confirmed(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] 예매가 확정되었습니다",
            "예매 확정",
            "예매가 확정되었습니다",
            ["결제가 완료되어 좌석이 확정되었습니다. 공연장에서 만나요!"],
            "예매 번호를 보관해 주세요. 예매 내역은 언제든지 로그인하여 확인할 수 있습니다."
        );

    public MailText Expired(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] 결제 기한이 지나 좌석이 해제되었습니다",
            "기한 만료",
            "선점한 좌석이 해제되었습니다",
            ["결제 기한 안에 결제가 완료되지 않아 좌석이 해제되었습니다. 청구된 금액은 없습니다."],
            "남은 좌석이 있다면 다시 예매할 수 있습니다. 기한이 지난 뒤 결제가 승인되었다면 좌석이 비어 있는 "
                + "경우 예매가 확정되고, 그렇지 않으면 전액 환불됩니다."
        );

    public MailText Cancelled(MailFacts facts) =>
        new(
            facts.ConcertCancelled
                ? $"[{facts.ConcertName}] 공연 취소로 예매가 취소되었습니다"
                : $"[{facts.ConcertName}] 예매가 취소되었습니다",
            facts.ConcertCancelled ? "공연 취소" : "예매 취소",
            facts.ConcertCancelled ? "공연이 취소되었습니다" : "예매가 취소되었습니다",
            [
                .. facts.ConcertCancelled
                    ? ["주최 측 사정으로 공연이 열리지 않게 되었습니다. 양해 부탁드립니다."]
                    : Array.Empty<string>(),
                facts.WasPaid
                    ? "예매가 취소되었으며 결제하신 금액의 환불이 시작되었습니다."
                    : "예매가 취소되었으며 좌석이 해제되었습니다. 청구된 금액은 없습니다.",
            ],
            facts.WasPaid ? "환불이 완료되면 다시 메일로 알려 드립니다." : null
        );

    public MailText Refunded(MailFacts facts) =>
        new(
            facts.ConcertName is null
                ? "환불이 완료되었습니다"
                : $"[{facts.ConcertName}] 환불이 완료되었습니다",
            "환불 완료",
            "환불이 완료되었습니다",
            [
                facts.PaidByPoint
                    ? "결제하신 금액을 포인트 지갑으로 돌려 드렸습니다."
                    : "결제하신 카드로 승인 취소를 요청하여 완료되었습니다.",
            ],
            facts.PaidByPoint
                ? null
                : "카드 명세서에 반영되기까지 카드사에 따라 영업일 기준 3~5일이 걸릴 수 있습니다."
        );

    public MailText SoldOut(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] 매진되었습니다",
            "매진",
            "기다리시던 공연이 매진되었습니다",
            ["모든 좌석이 판매되었습니다. 회원님은 이 공연의 대기 명단에 계속 등록되어 있습니다."],
            "취소로 좌석이 다시 나오면 바로 메일로 알려 드립니다."
        );

    public MailText Reopened(MailFacts facts) =>
        new(
            $"[{facts.ConcertName}] 좌석이 다시 나왔습니다",
            "예매 재개",
            "좌석이 다시 나왔습니다",
            ["매진되었던 공연에 취소된 좌석이 나왔습니다. 지금 예매할 수 있습니다."],
            "대기 명단에 등록하신 순서대로 알려 드리며, 좌석은 먼저 예매하는 분께 돌아갑니다."
        );

    public MailText EmailChanged(MailFacts facts) =>
        new(
            "이메일 주소가 변경되었습니다",
            "계정",
            "이메일 주소가 변경되었습니다",
            [
                "회원님 계정의 이메일 주소가 변경되었습니다. 앞으로 이 주소로는 메일을 보내지 않습니다.",
                .. facts.PasswordChanged
                    ? ["비밀번호도 함께 변경되었습니다."]
                    : Array.Empty<string>(),
            ],
            "본인이 변경하지 않았다면 다른 사람이 비밀번호를 알고 있는 것이니 즉시 문의해 주세요."
        );

    public MailText NewEmail(MailFacts facts) =>
        new(
            "새 이메일 주소가 등록되었습니다",
            "계정",
            "새 이메일 주소가 등록되었습니다",
            [
                "회원님 계정의 이메일 주소가 이 주소로 변경되었습니다. 앞으로 이 주소로 로그인해 주세요. "
                    + "안내 메일도 이 주소로 보내 드립니다.",
            ],
            "가입하신 적이 없다면 다른 분이 주소를 잘못 입력한 것이니 이 메일은 무시하셔도 됩니다."
        );

    public MailText PasswordChanged(MailFacts facts) =>
        new(
            "비밀번호가 변경되었습니다",
            "계정",
            "비밀번호가 변경되었습니다",
            ["회원님 계정의 비밀번호가 변경되었고, 다른 모든 기기에서 로그아웃되었습니다."],
            "본인이 변경하지 않았다면 다른 사람이 비밀번호를 알고 있었던 것이니 즉시 문의해 주세요."
        );

    public MailText AccountDeleted(MailFacts facts) =>
        new(
            "탈퇴가 완료되었습니다",
            "계정",
            "탈퇴가 완료되었습니다",
            [
                "요청하신 대로 계정이 삭제되었으며 모든 기기에서 로그아웃되었습니다.",
                "이름과 이메일 주소는 지워집니다. 결제 내역처럼 법에 따라 보관해야 하는 기록은 이름과 "
                    + "주소 없이 남습니다.",
            ],
            "이 메일이 마지막 메일입니다. 언제든지 이 주소로 다시 가입할 수 있습니다."
        );

    private static string Date(DateTimeOffset time, string clockFormat) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{time:yyyy년 M월 d일} ({Weekdays[(int)time.DayOfWeek]}) "
        ) + time.ToString(clockFormat, CultureInfo.InvariantCulture);
}
