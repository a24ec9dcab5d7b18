-- SPDX-License-Identifier: ISC
-- The background questionnaire's answers (contract.md section 5).
CREATE TABLE IF NOT EXISTS user_profiles (
  id text PRIMARY KEY REFERENCES "user" (id) ON DELETE CASCADE,
  user_id text GENERATED ALWAYS AS (id) STORED,
  software_context jsonb NOT NULL,
  hardware_context jsonb NOT NULL,
  questionnaire_version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE user_profiles ADD COLUMN IF NOT EXISTS questionnaire_version integer NOT NULL DEFAULT 1;

-- Of a table that was there, two shapes are known: id = user id, or id uuid beside a
-- unique user_id.  The first gets the generated column, the second an id by default.
DO $$
DECLARE
  id_type text := (SELECT format_type(atttypid, NULL) FROM pg_attribute
                    WHERE attrelid = 'user_profiles'::regclass AND attname = 'id');
BEGIN
  IF id_type = 'uuid' THEN
    ALTER TABLE user_profiles ALTER COLUMN id SET DEFAULT gen_random_uuid();
  ELSE
    ALTER TABLE user_profiles
      ADD COLUMN IF NOT EXISTS user_id text GENERATED ALWAYS AS (id) STORED;
  END IF;
END $$;
