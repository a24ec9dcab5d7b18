-- SPDX-License-Identifier: ISC
-- The outbox.  All times are the database's: several mailers need not agree on theirs.

-- At most $5 of a kind to one address in an hour; 0: as many as there are.
-- name: outbox_put :write
INSERT INTO postern.outbox (id, template, recipient, data)
SELECT $1::text, $2::text, $3::text, $4::jsonb
 WHERE $5::integer = 0
    OR $5::integer > (SELECT count(*) FROM postern.outbox
                       WHERE recipient = $3::text AND template = $2::text
                         AND created_at > now() - interval '1 hour');

-- Takes a due mail by moving it $1 seconds ahead, so that nobody else sends it meanwhile
-- and no connection is held while it is sent.
-- name: outbox_claim :write
UPDATE postern.outbox
   SET next_at = now() + make_interval(secs => $1::integer), attempts = attempts + 1
 WHERE id = (SELECT id FROM postern.outbox
              WHERE sent_at IS NULL AND next_at <= now()
              ORDER BY next_at
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id, template, recipient, created_at, attempts::bigint,
          data ->> 'name' AS name, data ->> 'url' AS url, data ->> 'newEmail' AS new_email,
          created_at < now() - interval '24 hours' AS late;

-- name: outbox_sent :write
UPDATE postern.outbox SET sent_at = now(), data = '{}', error = NULL WHERE id = $1;

-- The wait doubles with each attempt, from $3 seconds to an hour, give or take a quarter.
-- name: outbox_retry :write
UPDATE postern.outbox
   SET error = $2,
       next_at = now() + make_interval(secs =>
         least($3::integer * 2 ^ least(attempts - 1, 20), 3600) * (0.75 + random() / 2))
 WHERE id = $1;

-- name: outbox_give_up :write
UPDATE postern.outbox SET next_at = 'infinity', data = '{}', error = $2 WHERE id = $1;

-- A mail that was not tried after all.
-- name: outbox_release :write
UPDATE postern.outbox SET next_at = now(), attempts = attempts - 1 WHERE id = $1;

-- Milliseconds until the next mail is due.
-- name: outbox_wait :one
SELECT greatest(ceil(extract(epoch FROM next_at - now()) * 1000), 0)::bigint AS wait_ms
  FROM postern.outbox
 WHERE sent_at IS NULL AND next_at < 'infinity'
 ORDER BY next_at
 LIMIT 1;

-- Done with for $1 days.
-- name: outbox_purge :write
DELETE FROM postern.outbox
 WHERE (sent_at IS NOT NULL OR next_at = 'infinity')
   AND coalesce(sent_at, created_at) <= now() - make_interval(days => $1::integer);
