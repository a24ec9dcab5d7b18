-- SPDX-License-Identifier: ISC
-- What the operator's command does to users, and what it sweeps away.

-- $1 user, $2 now.
-- name: admin_belongings :one
SELECT (SELECT count(*) FROM session WHERE "userId" = $1 AND "expiresAt" > $2::timestamptz)
         AS sessions,
       (SELECT count(*) FROM account WHERE "userId" = $1) AS accounts,
       (SELECT string_agg("providerId", ', ' ORDER BY "providerId") FROM account
         WHERE "userId" = $1) AS providers,
       (SELECT count(*) FROM chatkit_threads WHERE owner_id = $1) AS threads;

-- name: admin_export :one
SELECT postern.export_user($1)::text AS data;

-- $1 id, $2 name, $3 email, $4 verified, $5 image, $6 since when, $7 now, $8 account id,
-- $9 hash or null: no account, $10 software or null: no profile, $11 hardware, $12 version.
-- name: admin_add_user :write
WITH made AS (
  INSERT INTO "user" (id, name, email, "emailVerified", image, "createdAt",
                      "updatedAt"/*+user_columns*//*-*/)
  SELECT $1, $2, $3, $4::boolean, $5, $6::timestamptz, $7::timestamptz/*+user_defaults*//*-*/
  RETURNING id
), answered AS (
  INSERT INTO user_profiles (/*+profile_key*/id/*-*/, software_context, hardware_context,
                             questionnaire_version, outdated, created_at, updated_at)
  SELECT id, $10::jsonb, $11::jsonb, $12::integer,
         gate.version > $12::integer
           AND NOT postern.profile_fits(gate.questions, $10::jsonb, $11::jsonb),
         $7::timestamptz, $7::timestamptz
    FROM made, postern.gate WHERE $10 IS NOT NULL
)
INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt",
                     "updatedAt"/*+account_columns*//*-*/)
SELECT $8, id, 'credential', id, $9::text, $6::timestamptz, $7::timestamptz/*+account_values*//*-*/
  FROM made WHERE $9::text IS NOT NULL;

-- $1 user, $2 banned or not, $3 why, $4 until, $5 now.  A ban ends all sessions.
-- name: admin_ban :write
WITH given AS (
  SELECT $2::boolean AS banned, $3::text AS reason, $4::timestamptz AS until
), ended AS (
  DELETE FROM session WHERE "userId" = $1 AND $2::boolean
)
UPDATE "user" SET "updatedAt" = $5::timestamptz/*+user_ban*//*-*/ FROM given WHERE id = $1;

-- name: admin_sweep_sessions :write
WITH replaced AS (
  DELETE FROM postern.replaced_session WHERE replaced_at < now() - interval '1 hour'
)
DELETE FROM session WHERE "expiresAt" < $1::timestamptz;

-- name: admin_sweep_verifications :write
DELETE FROM verification WHERE "expiresAt" < $1::timestamptz;

-- $1 ms since 1970.
-- name: admin_sweep_limits :write
DELETE FROM "rateLimit" WHERE "lastRequest" < $1::bigint;

-- name: admin_sweep_keys :write
DELETE FROM jwks WHERE "expiresAt" < $1::timestamptz;
