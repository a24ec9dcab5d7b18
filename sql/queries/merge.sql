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

-- $1 merge id, $2 the guest's secret, $3 member, $4 rows per table that joined already.
-- name: merge_claim :write
SELECT c.n > 0 AS done, NULL AS failed, c.n AS "threadsMoved",
       ($4::jsonb || jsonb_build_object('chatkit_threads',
          c.n + coalesce(($4::jsonb ->> 'chatkit_threads')::bigint, 0)))::text AS rows
  FROM (SELECT postern.claim_threads($1, $2, $3) AS n) c;

-- name: merge_secret_thread :one
SELECT true AS found FROM chatkit_threads
 WHERE id = $1 AND guest_hash = sha256(convert_to($2, 'UTF8'));

-- $1 merge, $2 member, $3 the fresh guest, $4 since when merges can be undone.
-- name: merge_undo :write
SELECT u.rows ->> 'refused' AS refused, u.rows::text AS rows
  FROM (SELECT postern.undo_merge($1, $2, $3, $4::timestamptz) AS rows) u
 WHERE u.rows IS NOT NULL;

-- Where the rows of an undone merge are, for the one who undid it within the hour and did
-- not hear the answer; not once that guest has joined an account or signed out, and not
-- what the operator undid.  $1 merge, $2 member.
-- name: merge_undone :one
SELECT u.id AS "guestId", s.token,
       (SELECT coalesce(jsonb_object_agg(t.name, t.n), '{}')
          FROM (SELECT part ->> 'table' AS name, sum(jsonb_array_length(part -> 'keys')) AS n
                  FROM jsonb_array_elements(l.moved) part GROUP BY 1) t)::text AS rows
  FROM postern.merge_log l
  JOIN "user" u ON u.id = l.undone_guest AND u."isAnonymous"
  JOIN session s ON s."userId" = u.id AND s."expiresAt" > now()
 WHERE l.id = $1 AND l.member_id = $2 AND l.undone_at > now() - interval '1 hour'
   AND s."userAgent" IS DISTINCT FROM 'posternctl'
 ORDER BY s."createdAt"
 LIMIT 1;

-- $1 member, $2 thread or null, $3 why, $4 address.
-- name: merge_refuse :write
INSERT INTO postern.merge_refused (member_id, thread_id, reason, address)
VALUES ($1, $2, $3, $4);

-- name: merge_rules :many
SELECT schema_name AS schema, table_name AS table, owner_column AS column, strategy,
       array_to_string(match_columns, ',') AS match, array_to_string(value_columns, ',') AS value,
       function
  FROM postern.merge_rule
 ORDER BY 1, 2, 3;

-- $1 schema, $2 table, $3 owner column, $4 strategy, $5 and $6 columns, comma-separated,
-- $7 function.
-- name: merge_faults :many
SELECT f.is_error, f.what, f.mend
  FROM postern.merge_rule_faults(($1, $2, $3, $4, string_to_array($5, ','),
                                  string_to_array($6, ','), $7)::postern.merge_rule) f
 ORDER BY f.is_error DESC, f.what;

-- name: merge_rule_put :write
INSERT INTO postern.merge_rule (schema_name, table_name, owner_column, strategy,
                                match_columns, value_columns, function)
VALUES ($1, $2, $3, $4, string_to_array($5, ','), string_to_array($6, ','), $7)
ON CONFLICT (schema_name, table_name, owner_column) DO UPDATE
   SET strategy = excluded.strategy, match_columns = excluded.match_columns,
       value_columns = excluded.value_columns, function = excluded.function;

-- name: merge_rule_remove :write
DELETE FROM postern.merge_rule
 WHERE schema_name = $1 AND table_name = $2 AND owner_column = $3;

-- name: merge_entries :many
SELECT id, guest_id AS guest, member_id AS member, merged_at AS at, rows::text, promoted,
       undone_at
  FROM postern.merge_log
 WHERE $1::text IS NULL OR member_id = $1
 ORDER BY merged_at DESC, id
 LIMIT 100;

-- name: merge_entry :one
SELECT id, guest_id AS guest, member_id AS member, merged_at AS at, rows::text, promoted,
       undone_at
  FROM postern.merge_log
 WHERE id = $1;
