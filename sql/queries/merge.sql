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
