-- SPDX-License-Identifier: ISC
-- Accounts: the credential one and those of providers.

-- name: account_list :many
SELECT id, "accountId", "providerId", "userId", "createdAt", "updatedAt", scope
  FROM account
 WHERE "userId" = $1
 ORDER BY "createdAt", id
 LIMIT 100;

-- name: account_delete :write
DELETE FROM account WHERE id = $1 AND "userId" = $2;

-- name: account_password :one
SELECT password
  FROM account
 WHERE "userId" = $1 AND "providerId" = 'credential' AND password IS NOT NULL
 ORDER BY "createdAt" DESC
 LIMIT 1;

-- Nothing happens when the hash that was checked is no longer the stored one.
-- $1 user, $2 checked hash, $3 new hash, $4 now, $5 new session's token or null: all other
-- sessions end, $6 its id, $7 its end, $8 address, $9 agent, $10 token of the session whose
-- place it takes.
-- name: account_change_password :write
WITH changed AS (
  UPDATE account SET password = $3, "updatedAt" = $4::timestamptz
   WHERE "userId" = $1 AND "providerId" = 'credential' AND password = $2
  RETURNING "userId"
), ended AS (
  DELETE FROM session
   WHERE $5::text IS NOT NULL AND "userId" IN (SELECT "userId" FROM changed)
  RETURNING token
), replaced AS (
  INSERT INTO postern.replaced_session (token_hash)
  SELECT sha256(convert_to(token, 'UTF8')) FROM ended WHERE token = $10
  ON CONFLICT (token_hash) DO UPDATE SET replaced_at = now()
), opened AS (
  INSERT INTO session (id, token, "userId", "expiresAt", "createdAt", "updatedAt",
                       "ipAddress", "userAgent")
  SELECT $6, $5, "userId", $7::timestamptz, $4::timestamptz, $4::timestamptz, $8, $9
    FROM changed WHERE $5::text IS NOT NULL LIMIT 1
)
SELECT DISTINCT "userId" AS id FROM changed;

-- The token is used up, and with it every other one that is out for the same user.
-- $1 identifier, $2 its hash, $3 now, $4 new hash, $5 id for a first credential account,
-- $6 whether sessions end.
-- name: account_reset_password :write
WITH used AS (
  DELETE FROM verification WHERE identifier IN ($1, $2)
  RETURNING value, "expiresAt", "createdAt"
), newest AS (
  SELECT value, "expiresAt" FROM used ORDER BY "createdAt" DESC LIMIT 1
), owner AS (
  SELECT u.id FROM "user" u JOIN newest ON u.id = newest.value
   WHERE newest."expiresAt" > $3::timestamptz
), changed AS (
  UPDATE account a SET password = $4, "updatedAt" = $3::timestamptz
    FROM owner WHERE a."userId" = owner.id AND a."providerId" = 'credential'
  RETURNING a.id
), made AS (
  INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt",
                       "updatedAt"/*+account_columns*//*-*/)
  SELECT $5, id, 'credential', id, $4, $3::timestamptz,
         $3::timestamptz/*+account_values*//*-*/
    FROM owner WHERE NOT EXISTS (SELECT FROM changed)
), others AS (
  DELETE FROM verification v USING owner
   WHERE v.value = owner.id AND v.identifier LIKE 'reset-password:%'
     AND v.identifier NOT IN ($1, $2)
), ended AS (
  DELETE FROM session s USING owner WHERE s."userId" = owner.id AND $6::boolean
)
SELECT id FROM owner;
