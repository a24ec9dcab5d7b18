-- SPDX-License-Identifier: ISC
-- Users and their credential accounts.  /*+user_select*//*-*/ stands for the plugin
-- columns that the database has, of the row called u.

-- name: user_by_email :one
SELECT u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
       (EXISTS (SELECT FROM user_profiles p WHERE p./*+profile_key*/id/*-*/ = u.id
                  AND NOT p.outdated)) AS "hasProfile",
       a.password/*+user_select*//*-*/
  FROM "user" u
  LEFT JOIN account a ON a."userId" = u.id AND a."providerId" = 'credential'
 WHERE u.email = $1
 ORDER BY a.password IS NULL, a."createdAt" DESC
 LIMIT 1;

-- name: user_by_id :one
SELECT u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
       (EXISTS (SELECT FROM user_profiles p WHERE p./*+profile_key*/id/*-*/ = u.id
                  AND NOT p.outdated)) AS "hasProfile",
       NULL AS password/*+user_select*//*-*/
  FROM "user" u
 WHERE u.id = $1;

-- name: user_lock :write
SELECT id FROM "user" WHERE id = $1 FOR UPDATE;

-- name: user_lock_guest :write
SELECT id FROM "user" WHERE id = $1 AND "isAnonymous" FOR UPDATE;

-- $1 id, $2 whether the name changes, $3 name, $4 whether the image does, $5 image, $6 now.
-- name: user_update :write
UPDATE "user" u
   SET name = CASE WHEN $2::boolean THEN $3 ELSE name END,
       image = CASE WHEN $4::boolean THEN $5 ELSE image END, "updatedAt" = $6::timestamptz
 WHERE u.id = $1
RETURNING u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
          (EXISTS (SELECT FROM user_profiles p WHERE p./*+profile_key*/id/*-*/ = u.id
                     AND NOT p.outdated)) AS "hasProfile",
          NULL AS password/*+user_select*//*-*/;

-- name: user_verify_email :write
UPDATE "user" SET "emailVerified" = true, "updatedAt" = $3::timestamptz
 WHERE id = $1 AND email = $2;

-- $1 id, $2 the address that was checked, $3 the new one, $4 whether it is verified, $5 now.
-- name: user_change_email :write
UPDATE "user" u
   SET email = $3, "emailVerified" = $4::boolean, "updatedAt" = $5::timestamptz
 WHERE u.id = $1 AND u.email = $2
RETURNING u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
          (EXISTS (SELECT FROM user_profiles p WHERE p./*+profile_key*/id/*-*/ = u.id
                     AND NOT p.outdated)) AS "hasProfile",
          NULL AS password/*+user_select*//*-*/;

-- The tables that merge rules name: no foreign key need take their rows along.
-- name: user_delete_owned :write
SELECT postern.delete_owned($1)::text AS rows;

-- name: user_delete :write
WITH sessions AS (
  DELETE FROM session WHERE "userId" = $1
), accounts AS (
  DELETE FROM account WHERE "userId" = $1
)
DELETE FROM "user" WHERE id = $1;

-- name: user_password_sample :one
SELECT coalesce(bool_or(password ~ '^[0-9a-f]{32}:[0-9a-f]{128}$'), false) AS "holdsScrypt"
  FROM (SELECT password FROM account WHERE password IS NOT NULL LIMIT 100) sample;

-- Sign-up is one statement: user (or the guest's own row, promoted), account, session,
-- profile and the log of the promotion stand or fall together.
-- $1 id, $2 name, $3 email, $4 image, $5 now, $6 account id, $7 password hash,
-- $8 session id, $9 token or null: no session, $10 its end, $11 address, $12 agent, $13 software, $14 hardware,
-- $15 questionnaire version, $16 guest's token, $17 merge id.
-- name: user_register :write
WITH guest AS (
  SELECT u.id
    FROM session s JOIN "user" u ON u.id = s."userId"
   WHERE s.token = $16 AND s."expiresAt" > $5::timestamptz AND u."isAnonymous"
     FOR UPDATE OF u
), made AS (
  INSERT INTO "user" (id, name, email, "emailVerified", image, "createdAt",
                      "updatedAt"/*+user_columns*//*-*/)
  SELECT $1, $2, $3, false, $4, $5::timestamptz, $5::timestamptz/*+user_defaults*//*-*/
   WHERE NOT EXISTS (SELECT FROM guest)
  RETURNING *
), promoted AS (
  UPDATE "user" u
     SET name = $2, email = $3, "emailVerified" = false, image = $4,
         "isAnonymous" = false, "updatedAt" = $5::timestamptz
    FROM guest WHERE u.id = guest.id
  RETURNING u.*
), owner AS (
  SELECT * FROM made UNION ALL SELECT * FROM promoted
), ended AS (
  DELETE FROM session WHERE "userId" IN (SELECT id FROM promoted) RETURNING token
), replaced AS (
  INSERT INTO postern.replaced_session (token_hash)
  SELECT sha256(convert_to(token, 'UTF8')) FROM ended
  ON CONFLICT (token_hash) DO UPDATE SET replaced_at = now()
), credential AS (
  INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt",
                       "updatedAt"/*+account_columns*//*-*/)
  SELECT $6, id, 'credential', id, $7, $5::timestamptz,
         $5::timestamptz/*+account_values*//*-*/
    FROM owner
), opened AS (
  INSERT INTO session (id, token, "userId", "expiresAt", "createdAt", "updatedAt",
                       "ipAddress", "userAgent")
  SELECT $8, $9::text, id, $10::timestamptz, $5::timestamptz, $5::timestamptz, $11, $12
    FROM owner WHERE $9::text IS NOT NULL
), answered AS (
  INSERT INTO user_profiles (/*+profile_key*/id/*-*/, software_context, hardware_context,
                             questionnaire_version, outdated, created_at, updated_at)
  SELECT id, $13::jsonb, $14::jsonb, $15::integer,
         gate.version > $15::integer
           AND NOT postern.profile_fits(gate.questions, $13::jsonb, $14::jsonb),
         $5::timestamptz, $5::timestamptz
    FROM owner, postern.gate WHERE $13 IS NOT NULL
  ON CONFLICT (/*+profile_key*/id/*-*/) DO UPDATE -- somebody else wrote one for the guest
     SET software_context = excluded.software_context,
         hardware_context = excluded.hardware_context,
         questionnaire_version = excluded.questionnaire_version,
         outdated = excluded.outdated, updated_at = excluded.updated_at
  RETURNING outdated
), threads AS (
  SELECT count(*) AS n FROM chatkit_threads WHERE owner_id IN (SELECT id FROM promoted)
), logged AS (
  INSERT INTO postern.merge_log (id, guest_id, member_id, merged_at, rows, promoted)
  SELECT $17, promoted.id, promoted.id, $5::timestamptz,
         jsonb_build_object('chatkit_threads', threads.n), true
    FROM promoted, threads
)
SELECT u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
       (EXISTS (SELECT FROM answered WHERE NOT outdated)) AS "hasProfile", NULL AS password,
       (SELECT id FROM promoted) AS "guestId",
       (SELECT n FROM threads) AS "threadsMoved"/*+user_select*//*-*/
  FROM owner u;

-- $1 id, $2 email, $3 now, $4 session id, $5 token, $6 its end, $7 address, $8 agent.
-- name: user_register_guest :write
WITH u AS (
  INSERT INTO "user" (id, name, email, "emailVerified", "createdAt",
                      "updatedAt"/*+user_columns*//*-*/)
  SELECT $1, 'Anonymous', $2, false, $3::timestamptz, $3::timestamptz/*+guest_defaults*//*-*/
  RETURNING *
), opened AS (
  INSERT INTO session (id, token, "userId", "expiresAt", "createdAt", "updatedAt",
                       "ipAddress", "userAgent")
  SELECT $4, $5, id, $6::timestamptz, $3::timestamptz, $3::timestamptz, $7, $8 FROM u
)
SELECT u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
       false AS "hasProfile", NULL AS password/*+user_select*//*-*/
  FROM u;
