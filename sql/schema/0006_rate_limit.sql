-- SPDX-License-Identifier: ISC
-- Better Auth's table of RATE_LIMIT_STORAGE=database (wire.md section 11), where there is
-- none yet.
CREATE TABLE IF NOT EXISTS "rateLimit" (
  id text PRIMARY KEY,
  key text NOT NULL UNIQUE,
  count integer NOT NULL,
  "lastRequest" bigint NOT NULL
);

-- Of a table that was there, key may not be unique yet; its rows matter for a minute only.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                  WHERE i.indrelid = '"rateLimit"'::regclass AND a.attname = 'key'
                    AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1
                    AND i.indkey[0] = a.attnum) THEN
    DELETE FROM "rateLimit";
    ALTER TABLE "rateLimit" ADD CONSTRAINT "rateLimit_key_key" UNIQUE (key);
  END IF;
END $$;
