-- Puts events of the last :days days that only the event store has back into the outbox, in their order and before what
-- is there: the relay goes by seq. They keep their ids, so groups that have applied them pass over them. What other
-- systems wrote into our topics is theirs to send. Tells nothing where hosts know another Kafka than :known; until
-- this ends, they begin in no other.
WITH relay AS (
    SELECT FROM messaging.relay_position WHERE coalesce(incarnation, '') = :'known' FOR UPDATE
), older AS (
    SELECT seq, occurred_at, version, event_id, topic, key, event_type, body,
        encode(header_values[array_position(header_names, 'ce_source')], 'escape') AS source,
        encode(header_values[array_position(header_names, 'traceparent')], 'escape') AS traceparent
    FROM data_platform.events e
    WHERE received_at > (SELECT clock.now()) - make_interval(days => :days)
        AND NOT EXISTS (SELECT FROM messaging.outbox o WHERE o.event_id = e.event_id)
), ours AS (
    SELECT *, row_number() OVER (ORDER BY seq) - 1 - count(*) OVER () AS place
    FROM older WHERE source LIKE '/concert-reservation/%'
), beginning AS (
    SELECT coalesce(min(seq), nextval(pg_get_serial_sequence('messaging.outbox', 'seq'))) AS seq
    FROM messaging.outbox
), newest AS (
    -- Of a database restored from an old backup there may be none for today.
    SELECT to_date(right(max(relname), 8), 'YYYYMMDD') + time '12:00' AS noon
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'messaging.outbox'::regclass
), put AS (
    INSERT INTO messaging.outbox (seq, created_at, occurred_at, version, event_id, topic, key,
        event_type, module, traceparent, body)
    OVERRIDING SYSTEM VALUE
    SELECT beginning.seq + place, least(clock_timestamp(), noon AT TIME ZONE 'UTC'), occurred_at,
        version, event_id, topic, key, event_type, split_part(source, '/', 3), traceparent, body
    FROM ours, beginning, newest, relay
    RETURNING 1
)
SELECT CASE WHEN EXISTS (SELECT FROM relay) THEN (SELECT count(*) FROM put) END;
