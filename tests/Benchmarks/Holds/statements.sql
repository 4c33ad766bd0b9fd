-- One hold as most systems write it: a transaction of single statements, each a round trip. The update takes the
-- seat's lock and marks it in one. :clients is the number of clients; each seat is asked for once.
\set n :n + 1
\set seat :n * :clients + :client_id
BEGIN;
UPDATE reservations.seats
SET state = 'held', reservation_id = :seat, held_until = now() + interval '15 minutes'
WHERE id = :seat AND state = 'free';
INSERT INTO reservations.reservations (id, concert_id, customer_id, total_amount, held_until, created_at, version,
    status, user_email, seat_ids)
VALUES (:seat, 1, :seat, 154000, now() + interval '15 minutes', now(), 1, 'HELD', 'customer@bench.example',
    ARRAY[:seat::bigint]);
INSERT INTO messaging.outbox (topic, key, event_id, event_type, version, occurred_at, module, traceparent, body)
VALUES ('reservation-events', 'reservation-' || :seat::text, gen_random_uuid(), 'RESERVATION_CREATED', 1, now(),
    'reservations', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', '{{body}}'::bytea);
COMMIT;
