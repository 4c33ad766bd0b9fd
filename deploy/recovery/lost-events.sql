-- Reads records of Kafka, as kcat tells them in JSON, a line each, and writes what of them this database does not have:
-- to :records the lines, to :events what people may read, to :cards money that was taken and not given back. Dead
-- letters, and records without an id, are of nobody but Kafka: the lines of all of them are written.
CREATE TEMP TABLE record (
    line text,
    dead boolean GENERATED ALWAYS AS (line ~ '^\{"topic":"[^"]*-dlt"') STORED,
    id   uuid GENERATED ALWAYS AS (substring(line FROM
        '"ce_id","([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')::uuid) STORED
);
-- No JSON has these marks unescaped: every line is taken as it is.
\copy record (line) FROM pstdin (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')
CREATE TEMP TABLE lost AS
    SELECT DISTINCT ON (id) id, line FROM record
    WHERE id IS NOT NULL AND NOT dead
        AND NOT EXISTS (SELECT FROM messaging.outbox WHERE event_id = id)
        AND NOT EXISTS (SELECT FROM data_platform.events WHERE event_id = id);

-- Whoever may write into our topics may write what is no JSON, or what PostgreSQL takes for none.
CREATE FUNCTION pg_temp.body(line text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (line::json->>'payload')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.number(digits text) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE WHEN digits ~ '^[0-9]{1,18}$' THEN digits::bigint END
$$;
CREATE TEMP TABLE ours AS
    SELECT id, e FROM (
        SELECT id, pg_temp.body(line) AS e FROM lost
        WHERE line ~ '"ce_source","/concert-reservation/'
    ) read
    WHERE e IS NOT NULL;

\o :records
COPY (
    SELECT line FROM (
        SELECT id, line FROM lost UNION ALL SELECT id, line FROM record WHERE dead OR id IS NULL
    ) saved ORDER BY id
) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01');
-- Ids are made in the order of time.
\o :events
COPY (
    SELECT e->>'occurredAt' AS occurred_at, e->>'eventType' AS event, e->>'userId' AS customer,
        coalesce(e->>'userEmail', e->>'email') AS mail, e->>'concertId' AS concert,
        e->>'reservationId' AS reservation, e->>'paymentId' AS payment, e->>'amount' AS won,
        e->>'paymentMethod' AS method
    FROM ours ORDER BY id
) TO STDOUT (FORMAT csv, HEADER);
\o :cards
COPY (
    SELECT format('payment-%s-', e->>'paymentId') AS order_id_begins, e->>'amount' AS won,
        e->>'occurredAt' AS taken_at, e->>'userId' AS customer, e->>'reservationId' AS reservation
    FROM ours taken
    WHERE e->>'eventType' = 'PAYMENT_COMPLETED' AND e->>'paymentMethod' = 'CARD' AND NOT EXISTS (
        SELECT FROM ours WHERE ours.e->>'eventType' = 'PAYMENT_REFUNDED'
            AND ours.e->>'paymentId' = taken.e->>'paymentId')
        -- Of which the provider was being asked: hosts ask it again, and find it.
        AND NOT EXISTS (SELECT FROM payments.payments
            WHERE id = pg_temp.number(taken.e->>'paymentId') AND payment_key IS NOT NULL)
    ORDER BY id
) TO STDOUT (FORMAT csv, HEADER);
