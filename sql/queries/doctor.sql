-- SPDX-License-Identifier: ISC
-- What posternctl doctor asks; nothing here changes a row.

-- name: doctor_server :one
SELECT current_setting('server_version') AS version, clock_timestamp() AS now;

-- Columns that our statements name, of tables that others may have made.
-- name: doctor_shape :one
WITH wanted ("table", names) AS (
  VALUES ('user', 'id name email emailVerified image createdAt updatedAt isAnonymous'),
         ('session', 'id expiresAt token createdAt updatedAt ipAddress userAgent userId'),
         ('account', 'id accountId providerId userId scope password createdAt updatedAt'),
         ('verification', 'id identifier value expiresAt createdAt updatedAt'),
         ('jwks', 'id publicKey privateKey createdAt expiresAt alg crv'),
         ('rateLimit', 'id key count lastRequest'),
         ('user_profiles', 'id user_id software_context hardware_context '
           || 'questionnaire_version outdated created_at updated_at'),
         ('chatkit_threads', 'id owner_id created_at updated_at data'),
         ('chatkit_items', 'thread_id id seq created_at data')
), columns AS (
  SELECT "table", name, to_regclass(quote_ident("table")) AS "of"
    FROM wanted, unnest(string_to_array(names, ' ')) AS name
)
SELECT coalesce(string_agg("table" || '.' || name, ', ' ORDER BY "table", name)
         FILTER (WHERE a.attname IS NULL), '') AS missing,
       to_regclass('postern.migration') IS NOT NULL AS migrated,
       coalesce(bool_or("table" = 'user_profiles' AND name = 'id' AND a.atttypid = 'uuid'::regtype),
         false) AS "byUserId",
       EXISTS (SELECT FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid
                                                         AND k.attnum = i.indkey[0]
                WHERE i.indrelid = to_regclass('user_profiles') AND i.indisunique
                  AND i.indnkeyatts = 1 AND i.indpred IS NULL AND k.attname = 'user_id')
         AS "userIdIsUnique"
  FROM columns
  LEFT JOIN pg_attribute a ON a.attrelid = columns."of" AND a.attname = name
                          AND NOT a.attisdropped;

-- name: doctor_accounts :one
SELECT (SELECT count(*) FROM (SELECT FROM account GROUP BY "providerId", "accountId"
         HAVING count(*) > 1) t) AS twins,
       (SELECT "providerId" || ' ' || "accountId" FROM account
         GROUP BY "providerId", "accountId" HAVING count(*) > 1 LIMIT 1) AS twin,
       (SELECT count(*) FROM (SELECT FROM "user" GROUP BY lower(email)
         HAVING count(*) > 1) t) AS namesakes,
       (SELECT string_agg(email, ' ') FROM "user" GROUP BY lower(email)
         HAVING count(*) > 1 LIMIT 1) AS namesake,
       (SELECT count(*) FROM "user" WHERE email <> lower(email)) AS capitals,
       (SELECT email FROM "user" WHERE email <> lower(email) LIMIT 1) AS capital,
       (SELECT count(*) FROM "user" u WHERE "isAnonymous" IS NOT TRUE
           AND NOT EXISTS (SELECT FROM account a WHERE a."userId" = u.id)) AS bare,
       (SELECT count(*) FROM (SELECT FROM account WHERE "providerId" = 'credential'
         GROUP BY "userId" HAVING count(*) > 1) t) AS doubles;

-- One stored hash of each kind; which kind that is, port/pass tells.
-- name: doctor_passwords :many
SELECT min(password) AS sample, count(*) AS n
  FROM account
 WHERE password IS NOT NULL
 GROUP BY password ~ '^[0-9a-f]{32}:[0-9a-f]{128}$', password LIKE '$%',
          CASE WHEN password LIKE '$%' THEN split_part(password, '$', 2)
               ELSE substring(password FROM '^(pbkdf2_[a-z0-9]+)[$]') END
 LIMIT 50;

-- Rows of a guest that a merge would delete, leave without owner, or stumble over.  What
-- a guest cannot have, or must not hand over, is left out.
-- name: doctor_cascades :many
SELECT n.nspname AS "schema", c.relname AS "table", a.attname AS "column",
       k.confdeltype::text AS action
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'f' AND k.confrelid = to_regclass('"user"') AND k.conparentid = 0
   AND c.relname NOT IN ('session', 'account', 'user_profiles', 'twoFactor', 'passkey')
   AND NOT EXISTS (SELECT FROM postern.merge_rule r
                    WHERE r.schema_name = n.nspname AND r.table_name = c.relname
                      AND r.owner_column = a.attname)
 ORDER BY 1, 2, 3
 LIMIT 50;

-- name: doctor_outbox :one
SELECT count(*) FILTER (WHERE sent_at IS NULL AND next_at < now() - interval '15 minutes')
         AS waiting,
       count(*) FILTER (WHERE sent_at IS NULL AND next_at < 'infinity' AND attempts > 2)
         AS failing,
       count(*) FILTER (WHERE sent_at IS NULL AND next_at = 'infinity') AS lost,
       (SELECT error FROM postern.outbox WHERE sent_at IS NULL AND error IS NOT NULL
         ORDER BY created_at DESC LIMIT 1) AS error
  FROM postern.outbox;

-- Where the newest sessions came from.
-- name: doctor_addresses :one
SELECT count(*) AS sessions, count(DISTINCT "ipAddress") AS addresses,
       min("ipAddress") AS address
  FROM (SELECT "ipAddress" FROM session WHERE "ipAddress" <> ''
         ORDER BY "createdAt" DESC LIMIT 500) newest;
