-- SPDX-License-Identifier: ISC
-- The rate limit that a Better Auth server on the same database counts with us.

-- What is full changes no row, and neither do others at the same moment: the condition is
-- that of the row as it is when it is locked.  A time beyond the window ahead is that of a
-- clock which was set back since.
-- $1 id, $2 key, $3 most, $4 window in ms, $5 now in ms, $6 the oldest time worth keeping,
-- or null.
-- name: limit_take :write
WITH known AS (
  SELECT "lastRequest" FROM "rateLimit" WHERE key = $2
), taken AS (
  INSERT INTO "rateLimit" AS r (id, key, count, "lastRequest")
  VALUES ($1, $2, 1, $5::bigint)
  ON CONFLICT (key) DO UPDATE
     SET count = CASE WHEN abs($5::bigint - r."lastRequest") < $4::bigint
                      THEN r.count + 1 ELSE 1 END,
         "lastRequest" = CASE WHEN abs($5::bigint - r."lastRequest") < $4::bigint
                              THEN greatest(r."lastRequest", $5::bigint) ELSE $5::bigint END
   WHERE r.count < $3::integer OR abs($5::bigint - r."lastRequest") >= $4::bigint
  RETURNING id
), swept AS (
  DELETE FROM "rateLimit"
   WHERE $6::bigint IS NOT NULL
     AND id IN (SELECT id FROM "rateLimit" WHERE "lastRequest" < $6::bigint AND key <> $2
                 LIMIT 1000 FOR UPDATE SKIP LOCKED)
)
SELECT EXISTS (SELECT FROM taken) AS allowed,
       coalesce((SELECT "lastRequest" FROM known), $5::bigint) AS "lastRequest";
