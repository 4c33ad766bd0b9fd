-- What a database has to know that was restored from a backup older than Kafka. Topics and rankings are deleted beside.

-- Ids that were given since the backup, to customers, reservations or payments, are in mails, at the payment provider
-- and in other systems: no one else gets them. Nobody gives a million blocks of ids between two backups.
SELECT count(setval(format('%I.%I', schemaname, sequencename),
    coalesce(last_value, start_value) + 1000000 * increment_by))
FROM pg_sequences WHERE data_type = 'bigint'::regtype;

-- Whoever signed up since has a token of an account that is no more; who signed out, or lost a role, has one that was
-- revoked. All sign in again.
DELETE FROM accounts.sessions;
DELETE FROM accounts.data_protection_keys;

-- Places in topics that are deleted mean nothing in those of the same names that hosts make.
DELETE FROM messaging.consumer_positions;
DELETE FROM messaging.consumer_rereads;
-- Rankings had what the event store may not have had yet: they get again whatever Kafka gets.
DELETE FROM messaging.inbox USING messaging.consumer_groups AS known
    WHERE known.group_id = inbox.group_id AND known.consumer_group = 'ranking-service';
UPDATE data_platform.events SET incarnation = incarnation || '/until ' || :'now'
    WHERE incarnation NOT LIKE '%/until %';
UPDATE messaging.dead_letters SET incarnation = incarnation || '/until ' || :'now'
    WHERE incarnation NOT LIKE '%/until %';
UPDATE messaging.consumer_gaps SET incarnation = incarnation || '/until ' || :'now'
    WHERE incarnation NOT LIKE '%/until %';
SELECT messaging.relay_again();
