-- Whether hosts have begun anew in another Kafka than :before, have sent it all that the outbox keeps, and the event
-- store has read that.
SELECT coalesce(r.incarnation, '') <> :'before' AND (
    SELECT coalesce(sum(next_offset), 0) FROM messaging.consumer_positions p
    WHERE p.consumer_group = 'data-platform' AND p.incarnation = r.incarnation
) >= (SELECT count(*) FROM messaging.outbox)
FROM messaging.relay_position r;
