-- SPDX-License-Identifier: ISC

-- $1 merge id, $2 guest, $3 member.
-- name: merge_guest :write
SELECT m.rows IS NOT NULL AS done, m.rows ->> 'failed' AS failed, m.rows::text AS rows,
       coalesce((m.rows ->> 'chatkit_threads')::bigint, 0) AS "threadsMoved"
  FROM (SELECT postern.merge_guest($1, $2, $3) AS rows) m;

-- name: merge_list :many
SELECT id AS merge_id, guest_id, merged_at, rows::text, promoted, undone_at
  FROM postern.merge_log
 WHERE member_id = $1
 ORDER BY merged_at DESC, id
 LIMIT 100;

-- $1 merge id, $2 the guest's secret, $3 member.
-- name: merge_claim :write
SELECT postern.claim_threads($1, $2, $3) AS "threadsMoved";

-- name: merge_secret_thread :one
SELECT true AS found FROM chatkit_threads
 WHERE id = $1 AND guest_hash = sha256(convert_to($2, 'UTF8'));

-- $1 merge, $2 member, $3 the fresh guest, $4 since when merges can be undone.
-- name: merge_undo :write
SELECT u.rows ->> 'refused' AS refused, u.rows::text AS rows
  FROM (SELECT postern.undo_merge($1, $2, $3, $4::timestamptz) AS rows) u
 WHERE u.rows IS NOT NULL;

-- $1 member, $2 thread or null, $3 why, $4 address.
-- name: merge_refuse :write
INSERT INTO postern.merge_refused (member_id, thread_id, reason, address)
VALUES ($1, $2, $3, $4);
