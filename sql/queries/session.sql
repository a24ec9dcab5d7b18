-- SPDX-License-Identifier: ISC

-- name: session_find :one
SELECT s.id AS "sessionId", s."expiresAt", s.token, s."createdAt" AS "sessionCreatedAt",
       s."updatedAt" AS "sessionUpdatedAt", s."ipAddress", s."userAgent",
       u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
       NULL AS password, (p.outdated IS FALSE) AS "hasProfile"
       /*+session_select*//*-*//*+user_select*//*-*/
  FROM session s
  JOIN "user" u ON u.id = s."userId"
  LEFT JOIN user_profiles p ON p./*+profile_key*/id/*-*/ = u.id
 WHERE s.token = $1;

-- name: session_was_replaced :one
SELECT EXISTS (SELECT FROM postern.replaced_session
                WHERE token_hash = sha256(convert_to($1, 'UTF8'))
                  AND replaced_at > now() - interval '10 s') AS replaced;

-- A way in: the new session, and a guest's rows with it.  $1 id, $2 token, $3 user,
-- $4 end, $5 now, $6 address, $7 agent, $8 guest's token, $9 merge id.
-- name: session_open :write
WITH opened AS (
  INSERT INTO session (id, token, "userId", "expiresAt", "createdAt", "updatedAt",
                       "ipAddress", "userAgent")
  VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz, $5::timestamptz, $6, $7)
), guest AS MATERIALIZED (
  SELECT u.id
    FROM session s JOIN "user" u ON u.id = s."userId"
   WHERE s.token = $8 AND s."expiresAt" > $5::timestamptz AND u."isAnonymous"
), merged AS MATERIALIZED (
  SELECT guest.id, postern.merge_guest($9, guest.id, $3) AS rows FROM guest
)
SELECT (SELECT id FROM merged WHERE rows IS NOT NULL) AS "guestId",
       (SELECT rows ->> 'failed' FROM merged) AS failed,
       coalesce((SELECT (rows ->> 'chatkit_threads')::bigint FROM merged), 0) AS "threadsMoved";

-- name: session_extend :write
UPDATE session SET "expiresAt" = $2::timestamptz, "updatedAt" = $3::timestamptz WHERE token = $1;

-- name: session_delete :write
DELETE FROM session WHERE token = $1;

-- name: session_list :many
SELECT id, "expiresAt", token, "createdAt", "updatedAt", "ipAddress",
       "userAgent"/*+session_select*//*-*/
  FROM session s
 WHERE "userId" = $1 AND "expiresAt" > $2::timestamptz
 ORDER BY "createdAt", id
 LIMIT 100;

-- name: session_delete_own :write
DELETE FROM session WHERE token = $1 AND "userId" = $2;

-- $2 is the one that stays, or null.
-- name: session_delete_all :write
DELETE FROM session WHERE "userId" = $1 AND token IS DISTINCT FROM $2;
