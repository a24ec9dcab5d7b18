-- SPDX-License-Identifier: ISC

-- name: jwks_public :many
SELECT id, "publicKey", alg, "expiresAt", "createdAt"
  FROM jwks
 ORDER BY "createdAt" DESC
 LIMIT 100;

-- name: jwks_private :many
SELECT id, "publicKey", "privateKey", alg, "expiresAt", "createdAt"
  FROM jwks
 WHERE "expiresAt" IS NULL OR "expiresAt" > $1::timestamptz
 ORDER BY "createdAt" DESC
 LIMIT 100;

-- One first key, however many ask: the lock is held until the transaction ends.
-- name: jwks_lock :one
SELECT pg_advisory_xact_lock(7251463) IS NULL AS locked;

-- name: jwks_insert :write
INSERT INTO jwks (id, "publicKey", "privateKey", "createdAt", alg, crv)
VALUES ($1, $2, $3, $4::timestamptz, $5, $6);

-- $1 the new key, $2 its algorithm, $3 its beginning.
-- name: jwks_succeed :write
UPDATE jwks SET "expiresAt" = $3::timestamptz
 WHERE id <> $1 AND alg = $2 AND ("expiresAt" IS NULL OR "expiresAt" > $3::timestamptz);

-- name: jwks_expire :write
UPDATE jwks SET "expiresAt" = $2::timestamptz WHERE id = $1;

-- Private keys of rows that expired, too: for posternctl.
-- name: jwks_all :many
SELECT id, "publicKey", "privateKey", alg, "expiresAt", "createdAt"
  FROM jwks
 ORDER BY "createdAt" DESC;

-- $2 the new ciphertext, $3 the one that was opened.
-- name: jwks_reseal :write
UPDATE jwks SET "privateKey" = $2 WHERE id = $1 AND "privateKey" = $3;
