package com.example.board;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.LocalDateTime;

/** The events that we know, with the fields that we use. */
@JsonTypeInfo(
        use = JsonTypeInfo.Id.NAME,
        property = "eventType",
        defaultImpl = DomainEvent.UnknownEvent.class)
@JsonSubTypes({
    @Type(value = DomainEvent.ReservationCreatedEvent.class, name = "RESERVATION_CREATED"),
    @Type(value = DomainEvent.PaymentCompletedEvent.class, name = "PAYMENT_COMPLETED"),
    @Type(value = DomainEvent.ConcertSoldOutEvent.class, name = "CONCERT_SOLD_OUT")
})
public abstract class DomainEvent {
    public String eventId;

    /** UTC, as are all times. */
    public LocalDateTime occurredAt;

    public static class ReservationCreatedEvent extends DomainEvent {
        public Long reservationId;
        public Long userId;
        public Long concertId;
        public Long seatId;
        public BigDecimal amount;
        public String userEmail;
        public String concertName;
    }

    public static class PaymentCompletedEvent extends DomainEvent {
        public Long paymentId;
        public Long reservationId;
        public Long userId;
        public BigDecimal amount;
        public String paymentMethod;
    }

    public static class ConcertSoldOutEvent extends DomainEvent {
        public Long concertId;
        public String concertName;
        public LocalDateTime soldOutTime;
        public LocalDateTime bookingStartTime;
        public Integer totalSeats;
    }

    /** Of a type that came after this class. */
    public static class UnknownEvent extends DomainEvent {}
}
