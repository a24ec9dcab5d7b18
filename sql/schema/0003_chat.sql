-- SPDX-License-Identifier: ISC
-- ChatKit's threads and items.  Ownership lives in chatkit_threads.owner_id and nowhere
-- else, so that a merge touches one row per thread, however long it is.
CREATE TABLE IF NOT EXISTS chatkit_threads (
  id text PRIMARY KEY,
  owner_id text REFERENCES "user" (id) ON DELETE CASCADE,
  guest_hash bytea,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  data jsonb NOT NULL,
  CHECK ((owner_id IS NULL) <> (guest_hash IS NULL))
);

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'chatkit_threads'::regclass
                    AND attname = 'owner_id' AND NOT attisdropped) THEN
    RAISE EXCEPTION 'a table chatkit_threads of another shape exists'
      USING HINT = 'Rename it, migrate, and copy its rows: owner_id, data, created_at.';
  END IF;
END $$;

CREATE INDEX IF NOT EXISTS chatkit_threads_owner_idx
  ON chatkit_threads (owner_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS chatkit_threads_guest_idx
  ON chatkit_threads (guest_hash) WHERE guest_hash IS NOT NULL;

-- seq orders items of one instant; a page never skips or repeats one.
CREATE TABLE IF NOT EXISTS chatkit_items (
  thread_id text NOT NULL REFERENCES chatkit_threads (id) ON DELETE CASCADE,
  id text NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  created_at timestamptz NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (thread_id, id)
);
CREATE INDEX IF NOT EXISTS chatkit_items_seq_idx ON chatkit_items (thread_id, seq);
