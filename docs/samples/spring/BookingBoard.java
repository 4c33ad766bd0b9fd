package com.example.board;

import java.time.ZoneOffset;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Counts the bookings of each concert, and notes when it was sold out. */
@Component
class BookingBoard {
    private final JdbcTemplate database;

    BookingBoard(JdbcTemplate database) {
        this.database = database;
    }

    @KafkaListener(
            topics = {"reservation-events", "concert-events"},
            groupId = "booking-board",
            filter = "othersEvents")
    @Transactional
    public void on(DomainEvent event) {
        // The event's id and its effect in one transaction: an event that comes again does nothing.
        int isNew =
                database.update(
                        "INSERT INTO seen_events (event_id) VALUES (?) ON CONFLICT DO NOTHING",
                        UUID.fromString(event.eventId));
        if (isNew == 0) return;

        // Nothing is promised about the order of two topics: either may be the first of a concert.
        if (event instanceof DomainEvent.ReservationCreatedEvent created) {
            database.update(
                    """
                    INSERT INTO board (concert_id, bookings) VALUES (?, 1)
                    ON CONFLICT (concert_id) DO UPDATE SET bookings = board.bookings + 1
                    """,
                    created.concertId);
        } else if (event instanceof DomainEvent.ConcertSoldOutEvent soldOut) {
            database.update(
                    """
                    INSERT INTO board (concert_id, bookings, sold_out_at) VALUES (?, 0, ?)
                    ON CONFLICT (concert_id) DO UPDATE SET sold_out_at = excluded.sold_out_at
                    """,
                    soldOut.concertId,
                    soldOut.soldOutTime.atOffset(ZoneOffset.UTC));
        }
    }
}
