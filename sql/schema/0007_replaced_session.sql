-- SPDX-License-Identifier: ISC
-- Sessions that ended because another took their place in the same browser.  A request that
-- was under way with the old cookie is answered after the new one was set, and must not
-- clear it: SHA-256 of the tokens, of use for seconds.
CREATE TABLE postern.replaced_session (
  token_hash bytea PRIMARY KEY,
  replaced_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE FUNCTION postern.merge_guest(merge_id text, guest text, member text)
RETURNS jsonb
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
  INSERT INTO postern.replaced_session (token_hash)
  SELECT sha256(convert_to(token, 'UTF8')) FROM session WHERE "userId" = guest;
  DELETE FROM "user" WHERE id = guest;
  RETURN moved;
EXCEPTION WHEN OTHERS THEN
  RETURN jsonb_build_object('failed', SQLSTATE || ' ' || SQLERRM);
END $$;
