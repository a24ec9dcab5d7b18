-- SPDX-License-Identifier: ISC
-- What this database has: see store/catalogue.h.

-- Times without a zone are UTC where they come from (Prisma makes such columns), and so must
-- be the session's zone, by which they are compared and converted.
-- name: catalogue :one
WITH columns AS (
  SELECT t.name AS "table", a.attname AS name, format_type(a.atttypid, NULL) AS type,
         a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS required
    FROM (VALUES ('user'), ('session'), ('account'), ('verification'), ('jwks')) AS t (name)
    JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(t.name))
                       AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT coalesce(string_agg(name, ',') FILTER (WHERE "table" = 'user'), '') AS user_columns,
       coalesce(string_agg(name, ',') FILTER (WHERE "table" = 'session'), '')
         AS session_columns,
       coalesce(string_agg(name, ',') FILTER (WHERE "table" = 'account'), '')
         AS account_columns,
       coalesce(string_agg("table" || '.' || name, ', ') FILTER (WHERE required
         AND name NOT IN ('id', 'name', 'email', 'emailVerified', 'image', 'createdAt',
           'updatedAt', 'isAnonymous', 'twoFactorEnabled', 'role', 'banned', 'token',
           'userId', 'expiresAt', 'ipAddress', 'userAgent', 'accountId', 'providerId',
           'password', 'issuer', 'identifier', 'value', 'publicKey', 'privateKey', 'alg',
           'crv')), '') AS unwritten,
       coalesce(string_agg("table" || '.' || name || ' ' || type, ', ')
         FILTER (WHERE name IN ('id', 'userId')
           AND type NOT IN ('text', 'character varying')), '') AS unusable,
       set_config('TimeZone', CASE WHEN bool_or(type = 'timestamp without time zone')
         THEN 'UTC' ELSE current_setting('TimeZone') END, false) AS time_zone,
       coalesce((SELECT format_type(atttypid, NULL) FROM pg_attribute
         WHERE attrelid = to_regclass('user_profiles') AND attname = 'id'), '')
         AS profile_id_type
  FROM columns;
