-- SPDX-License-Identifier: ISC
-- Threads and items; the owner is part of every condition, so that a stranger's thread
-- is no thread.

-- A count is only good for as long as nobody else adds to it: whoever is held to a limit
-- holds the row that is counted for first, in a statement of its own, because a statement
-- sees what there was when it began.
-- name: thread_hold_owner :write
SELECT coalesce("isAnonymous", false) AS guest FROM "user" WHERE id = $1 FOR NO KEY UPDATE;

-- name: thread_hold :write
SELECT coalesce(u."isAnonymous", false) AS guest
  FROM chatkit_threads t JOIN "user" u ON u.id = t.owner_id
 WHERE t.id = $1 AND t.owner_id = $2
   FOR NO KEY UPDATE OF t;

-- $1 id, $2 owner, $3 now, $4 data, $5 how many threads the owner may have, or null.
-- name: thread_insert :write
INSERT INTO chatkit_threads (id, owner_id, created_at, updated_at, data)
SELECT $1, $2, $3::timestamptz, $3::timestamptz, $4::jsonb
 WHERE $5::bigint IS NULL
    OR (SELECT count(*) FROM (SELECT FROM chatkit_threads WHERE owner_id = $2
                               LIMIT $5::bigint) t) < $5::bigint
RETURNING data::text;

-- name: thread_find :one
SELECT data::text FROM chatkit_threads WHERE id = $1 AND owner_id = $2;

-- name: thread_update :write
UPDATE chatkit_threads SET data = data || $3::jsonb, updated_at = $4::timestamptz
 WHERE id = $1 AND owner_id = $2
RETURNING data::text;

-- name: thread_delete :write
DELETE FROM chatkit_threads WHERE id = $1 AND owner_id = $2;

-- $1 owner, $2 page size + 1, $3 the id that the page comes after, or null.
-- name: thread_page_desc :many
SELECT id, data::text
  FROM chatkit_threads t
 WHERE owner_id = $1
   AND ($3::text IS NULL OR (created_at, id) <
        (SELECT created_at, id FROM chatkit_threads WHERE id = $3 AND owner_id = $1))
 ORDER BY created_at DESC, id DESC
 LIMIT $2::integer;

-- name: thread_page_asc :many
SELECT id, data::text
  FROM chatkit_threads t
 WHERE owner_id = $1
   AND ($3::text IS NULL OR (created_at, id) >
        (SELECT created_at, id FROM chatkit_threads WHERE id = $3 AND owner_id = $1))
 ORDER BY created_at, id
 LIMIT $2::integer;

-- The update also holds the thread still, so that seq grows in the order of commits.
-- $1 thread, $2 owner, $3 item, $4 now, $5 data, $6 how many items it may have, or null.
-- name: item_insert :write
WITH thread AS (
  UPDATE chatkit_threads SET updated_at = $4::timestamptz
   WHERE id = $1 AND owner_id = $2
  RETURNING id
)
INSERT INTO chatkit_items (thread_id, id, created_at, data)
SELECT id, $3, $4::timestamptz, $5::jsonb FROM thread
 WHERE $6::bigint IS NULL
    OR (SELECT count(*) FROM (SELECT FROM chatkit_items WHERE thread_id = $1
                               LIMIT $6::bigint) i) < $6::bigint
ON CONFLICT (thread_id, id) DO NOTHING
RETURNING data::text, true AS same;

-- After an insert that did nothing: is it the same item once more?  When it was made does
-- not count where the caller did not say.
-- name: item_compare :one
SELECT i.data::text,
       (CASE WHEN $5::boolean THEN i.data - 'created_at' ELSE i.data END) =
       (CASE WHEN $5::boolean THEN $4::jsonb - 'created_at' ELSE $4::jsonb END) AS same
  FROM chatkit_items i JOIN chatkit_threads t ON t.id = i.thread_id
 WHERE i.thread_id = $1 AND t.owner_id = $2 AND i.id = $3;

-- name: item_page_desc :many
SELECT i.id, i.data::text
  FROM chatkit_items i JOIN chatkit_threads t ON t.id = i.thread_id
 WHERE i.thread_id = $1 AND t.owner_id = $2
   AND ($4::text IS NULL OR i.seq <
        (SELECT seq FROM chatkit_items WHERE thread_id = $1 AND id = $4))
 ORDER BY i.seq DESC
 LIMIT $3::integer;

-- name: item_page_asc :many
SELECT i.id, i.data::text
  FROM chatkit_items i JOIN chatkit_threads t ON t.id = i.thread_id
 WHERE i.thread_id = $1 AND t.owner_id = $2
   AND ($4::text IS NULL OR i.seq >
        (SELECT seq FROM chatkit_items WHERE thread_id = $1 AND id = $4))
 ORDER BY i.seq
 LIMIT $3::integer;

-- name: thread_cursor :one
SELECT EXISTS (SELECT FROM chatkit_threads WHERE id = $1 AND owner_id = $2) AS found;

-- name: item_cursor :one
SELECT EXISTS (SELECT FROM chatkit_items i JOIN chatkit_threads t ON t.id = i.thread_id
                WHERE i.thread_id = $1 AND t.owner_id = $2 AND i.id = $3) AS found;
