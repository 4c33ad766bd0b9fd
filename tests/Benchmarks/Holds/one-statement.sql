-- One hold as fast as a single one goes: one statement, one round trip, which commits by itself.
\set n :n + 1
\set seat :n * :clients + :client_id
WITH seat AS (
    UPDATE reservations.seats
    SET state = 'held', reservation_id = :seat, held_until = now() + interval '15 minutes'
    WHERE id = :seat AND state = 'free'
    RETURNING id, concert_id, price, held_until
), reservation AS (
    INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount, held_until, created_at, version,
        status, user_email, seat_ids)
    SELECT id, concert_id, id, price, held_until, now(), 1, 'HELD', 'customer@bench.example', ARRAY[id]
    FROM seat
    RETURNING id, created_at
)
INSERT INTO messaging.outbox (topic, key, event_id, event_type, version, occurred_at, module, traceparent, body)
SELECT 'reservation-events', 'reservation-' || id, gen_random_uuid(), 'RESERVATION_CREATED', 1, created_at,
    'reservations', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', '{{body}}'::bytea
FROM reservation;
