-- SPDX-License-Identifier: ISC
-- One-time values.  An identifier may be stored hashed: $1 is the plain one, $2 its hash
-- (wire.md section 12).

-- $1 id, $2 identifier, $3 value, $4 end, $5 now.
-- name: verification_put :write
INSERT INTO verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz, $5::timestamptz);

-- The newest counts.
-- name: verification_find :one
SELECT value, "expiresAt"
  FROM verification
 WHERE identifier IN ($1, $2)
 ORDER BY "createdAt" DESC
 LIMIT 1;

-- name: verification_take :write
WITH used AS (
  DELETE FROM verification WHERE identifier IN ($1, $2)
  RETURNING value, "expiresAt", "createdAt"
)
SELECT value, "expiresAt" FROM used ORDER BY "createdAt" DESC LIMIT 1;

-- A batch at a time: whoever calls is waiting for something else.
-- name: verification_sweep :write
DELETE FROM verification
 WHERE id IN (SELECT id FROM verification WHERE "expiresAt" < $1::timestamptz LIMIT 1000);
