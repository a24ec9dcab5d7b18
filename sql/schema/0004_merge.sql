-- SPDX-License-Identifier: ISC
-- A guest's rows join an account (contract.md section 6).
CREATE TABLE postern.merge_rule (
  schema_name text NOT NULL DEFAULT 'public',
  table_name text NOT NULL,
  owner_column text NOT NULL,
  strategy text NOT NULL DEFAULT 'move' CHECK (strategy IN ('move')),
  PRIMARY KEY (schema_name, table_name, owner_column)
);

INSERT INTO postern.merge_rule (schema_name, table_name, owner_column)
SELECT n.nspname, c.relname, 'owner_id'
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = 'chatkit_threads'::regclass;

-- Who came from whom, and how many rows; no content, and no foreign key: the guest's row
-- is gone, and the account's may go.
CREATE TABLE postern.merge_log (
  id text PRIMARY KEY,
  guest_id text NOT NULL,
  member_id text NOT NULL,
  merged_at timestamptz NOT NULL DEFAULT now(),
  rows jsonb NOT NULL,
  promoted boolean NOT NULL,
  undone_at timestamptz
);
CREATE INDEX merge_log_member_idx ON postern.merge_log (member_id, merged_at DESC);

-- Moves what the rules name from guest to member, then deletes the guest.  NULL: there is
-- no such guest (any more) or no such member; {"failed": reason}: nothing was moved and
-- the guest stays.  Both rows are locked in the order of their ids, so that merges cannot
-- deadlock and a thread that the guest is just making is either moved or refused.
CREATE FUNCTION postern.merge_guest(merge_id text, guest text, member text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  rule postern.merge_rule;
  n bigint;
  moved jsonb := '{}';
BEGIN
  PERFORM FROM "user" WHERE id IN (guest, member) ORDER BY id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM "user" WHERE id = guest AND "isAnonymous")
     OR NOT EXISTS (SELECT FROM "user" WHERE id = member AND "isAnonymous" IS NOT TRUE) THEN
    RETURN NULL;
  END IF;
  FOR rule IN SELECT * FROM postern.merge_rule ORDER BY schema_name, table_name LOOP
    EXECUTE format('UPDATE %I.%I SET %I = $2 WHERE %I = $1', rule.schema_name,
                   rule.table_name, rule.owner_column, rule.owner_column)
      USING guest, member;
    GET DIAGNOSTICS n = ROW_COUNT;
    moved := moved || jsonb_build_object(rule.table_name, n);
  END LOOP;
  INSERT INTO postern.merge_log (id, guest_id, member_id, rows, promoted)
  VALUES (merge_id, guest, member, moved, false);
  DELETE FROM "user" WHERE id = guest;
  RETURN moved;
EXCEPTION WHEN OTHERS THEN
  RETURN jsonb_build_object('failed', SQLSTATE || ' ' || SQLERRM);
END $$;
