-- SPDX-License-Identifier: ISC
-- How each table's rows join an account, what is wrong with a rule, and the way back
-- (contract.md section 6).

-- match_columns: what makes a row the same for guest and member, beside its owner; with
-- none there is one row per owner.  value_columns: what sum and max work on, and the one
-- column that tells keep_newest when.  function: f(guest text, member text) RETURNS bigint,
-- the number of rows.
ALTER TABLE postern.merge_rule
  DROP CONSTRAINT merge_rule_strategy_check,
  ADD CHECK (strategy IN ('move', 'keep_target', 'keep_newest', 'sum', 'max', 'call')),
  ADD COLUMN match_columns text[] NOT NULL DEFAULT '{}',
  ADD COLUMN value_columns text[] NOT NULL DEFAULT '{}',
  ADD COLUMN function text,
  ADD CHECK ((strategy = 'call') = (function IS NOT NULL)),
  ADD CHECK ((strategy IN ('sum', 'max')) <= (value_columns <> '{}')),
  ADD CHECK (strategy <> 'keep_newest' OR cardinality(value_columns) = 1);

-- moved: the keys of the rows that changed their owner, so that they can go back.
ALTER TABLE postern.merge_log
  ADD COLUMN moved jsonb,
  ADD COLUMN undone_guest text;
CREATE INDEX merge_log_guest_idx ON postern.merge_log (guest_id);

CREATE FUNCTION postern.rule_table(rule postern.merge_rule) RETURNS regclass
LANGUAGE sql STABLE AS $$
  SELECT to_regclass(format('%I.%I', rule.schema_name, rule.table_name))
$$;

-- The primary key of the row t as an expression, NULL without one.
CREATE FUNCTION postern.row_key(relation regclass) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('jsonb_build_array(%s)', string_agg(format('t.%I', a.attname), ', ' ORDER BY k.n))
    FROM pg_index i
   CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
   WHERE i.indrelid = relation AND i.indisprimary
$$;

-- The columns of every usable index of a table, in their order.
CREATE FUNCTION postern.index_columns(relation regclass)
RETURNS TABLE (columns text[], is_unique boolean)
LANGUAGE sql STABLE AS $$
  SELECT array_agg(a.attname::text ORDER BY k.n), bool_and(i.indisunique)
    FROM pg_index i
   CROSS JOIN unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
   WHERE i.indrelid = relation AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid
   GROUP BY i.indexrelid
$$;

-- What is wrong with a rule: an error keeps every merge from working, a warning costs
-- something.  Each with the line that mends it.
CREATE FUNCTION postern.merge_rule_faults(rule postern.merge_rule)
RETURNS TABLE (is_error boolean, what text, mend text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  relation regclass := postern.rule_table(rule);
  named text := format('%I.%I', rule.schema_name, rule.table_name);
  columns text[] := rule.match_columns || rule.value_columns || rule.owner_column;
  missing text;
  kind text;
BEGIN
  IF rule.strategy = 'call' THEN
    IF to_regprocedure(rule.function || '(text,text)') IS NULL THEN
      RETURN QUERY SELECT true, format('there is no function %s(text, text)', rule.function),
        format('CREATE FUNCTION %s(guest text, member text) RETURNS bigint ...', rule.function);
    END IF;
    RETURN;
  END IF;
  IF relation IS NULL THEN
    RETURN QUERY SELECT true, format('there is no table %s', named),
      format('DELETE FROM postern.merge_rule WHERE schema_name = %L AND table_name = %L',
             rule.schema_name, rule.table_name);
    RETURN;
  END IF;
  SELECT string_agg(c, ', ') INTO missing FROM unnest(columns) c
   WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = c
                        AND attnum > 0 AND NOT attisdropped);
  IF missing IS NOT NULL THEN
    RETURN QUERY SELECT true, format('%s has no column %s', named, missing),
      'Name columns as the table has them'::text;
    RETURN;
  END IF;
  SELECT format_type(atttypid, NULL) INTO kind FROM pg_attribute
   WHERE attrelid = relation AND attname = rule.owner_column;
  IF kind NOT IN ('text', 'character varying', 'character') THEN
    RETURN QUERY SELECT true,
      format('%s.%I is %s, and ids of users are text', named, rule.owner_column, kind),
      format('ALTER TABLE %s ALTER %I TYPE text', named, rule.owner_column);
  END IF;
  IF rule.strategy <> 'move' AND NOT EXISTS (
    SELECT FROM postern.index_columns(relation) i
     WHERE i.is_unique AND i.columns @> (rule.match_columns || rule.owner_column)
       AND i.columns <@ (rule.match_columns || rule.owner_column)) THEN
    RETURN QUERY SELECT true,
      format('%s: %s needs one row per owner and match columns, and nothing in %s says so',
             rule.strategy, rule.strategy, named),
      format('CREATE UNIQUE INDEX ON %s (%s)', named,
             (SELECT string_agg(quote_ident(c), ', ')
                FROM unnest(rule.owner_column || rule.match_columns) c));
  END IF;
  IF NOT EXISTS (SELECT FROM postern.index_columns(relation) i
                  WHERE i.columns[1] = rule.owner_column) THEN
    RETURN QUERY SELECT false,
      format('no index of %s begins with %I: every merge reads the whole table', named,
             rule.owner_column),
      format('CREATE INDEX ON %s (%I)', named, rule.owner_column);
  END IF;
  IF postern.row_key(relation) IS NULL THEN
    RETURN QUERY SELECT false, format('%s has no primary key: its merges cannot be undone', named),
      format('ALTER TABLE %s ADD PRIMARY KEY (...)', named);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_constraint c JOIN pg_attribute a
                     ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
                  WHERE c.conrelid = relation AND c.contype = 'f'
                    AND c.confrelid = '"user"'::regclass AND a.attname = rule.owner_column)
     AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relation
                        AND tgfoid = 'postern.refuse_gone_guest'::regproc) THEN
    RETURN QUERY SELECT false,
      format('%s.%I is no foreign key: a token of a guest who has joined an account can still '
             'write rows of nobody''s', named, rule.owner_column),
      format('CREATE TRIGGER refuse_gone_guest BEFORE INSERT ON %s FOR EACH ROW '
             'EXECUTE FUNCTION postern.refuse_gone_guest(%L)', named, rule.owner_column);
  END IF;
END $$;

-- A guest who is part of an account now.  Tokens of theirs may still be about.
CREATE FUNCTION postern.is_gone_guest(guest text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM postern.merge_log WHERE guest_id = guest AND NOT promoted)
$$;

CREATE FUNCTION postern.refuse_gone_guest() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF postern.is_gone_guest(to_jsonb(NEW) ->> TG_ARGV[0]) THEN
    RAISE foreign_key_violation
      USING MESSAGE = format('guest %s has joined an account', to_jsonb(NEW) ->> TG_ARGV[0]);
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION postern.check_merge_rule() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  fault record;
BEGIN
  FOR fault IN SELECT * FROM postern.merge_rule_faults(NEW) ORDER BY is_error LOOP
    IF fault.is_error THEN
      RAISE invalid_parameter_value USING MESSAGE = fault.what, HINT = fault.mend;
    END IF;
    RAISE WARNING USING MESSAGE = fault.what, HINT = fault.mend;
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER check_merge_rule BEFORE INSERT OR UPDATE ON postern.merge_rule
  FOR EACH ROW EXECUTE FUNCTION postern.check_merge_rule();

-- The guest's row g and the member's row m are the same but for their owner.
CREATE FUNCTION postern.same_row(rule postern.merge_rule) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('g.%1$I = $1 AND m.%1$I = $2', rule.owner_column) ||
         coalesce((SELECT string_agg(format(' AND g.%1$I IS NOT DISTINCT FROM m.%1$I', c), '')
                     FROM unnest(rule.match_columns) c), '')
$$;

-- Where guest and member have the same row, one of them goes: joined, how many of the
-- guest's; changed, whether any row did that cannot come back.
CREATE FUNCTION postern.settle_rows(rule postern.merge_rule, guest text, member text,
                                    OUT joined bigint, OUT changed boolean)
LANGUAGE plpgsql AS $$
DECLARE
  named text := postern.rule_table(rule)::text;
  same text := postern.same_row(rule);
  sums text;
  replaced bigint := 0;
BEGIN
  IF rule.strategy IN ('sum', 'max') THEN
    SELECT string_agg(format(CASE rule.strategy
             WHEN 'sum' THEN '%1$I = coalesce(m.%1$I + g.%1$I, m.%1$I, g.%1$I)'
             ELSE '%1$I = greatest(m.%1$I, g.%1$I)' END, c), ', ')
      INTO sums FROM unnest(rule.value_columns) c;
    EXECUTE format('UPDATE %1$s m SET %2$s FROM %1$s g WHERE %3$s', named, sums, same)
      USING guest, member;
  ELSIF rule.strategy = 'keep_newest' THEN
    EXECUTE format('DELETE FROM %1$s m USING %1$s g WHERE %2$s AND '
                   '(g.%3$I > m.%3$I OR m.%3$I IS NULL)', named, same, rule.value_columns[1])
      USING guest, member;
    GET DIAGNOSTICS replaced = ROW_COUNT;
  END IF;
  EXECUTE format('DELETE FROM %1$s g USING %1$s m WHERE %2$s', named, same)
    USING guest, member;
  GET DIAGNOSTICS joined = ROW_COUNT;
  changed := joined + replaced > 0;
END $$;

-- Applies one rule: rows, how many joined the account; moved, the keys of those that only
-- changed their owner, NULL when there is no way back.
CREATE FUNCTION postern.apply_merge_rule(rule postern.merge_rule, guest text, member text,
                                         OUT rows bigint, OUT moved jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  relation regclass := postern.rule_table(rule);
  settled record;
  joined bigint := 0;
  changed boolean := false;
BEGIN
  IF rule.strategy = 'call' THEN
    EXECUTE format('SELECT %s($1, $2)', to_regprocedure(rule.function || '(text,text)')::regproc)
       INTO rows USING guest, member;
    moved := CASE WHEN coalesce(rows, 0) = 0 THEN '[]'::jsonb END;
    RETURN;
  END IF;
  IF rule.strategy <> 'move' THEN
    settled := postern.settle_rows(rule, guest, member);
    joined := settled.joined;
    changed := settled.changed;
  END IF;
  EXECUTE format('WITH moved AS (UPDATE %1$s t SET %2$I = $2 WHERE t.%2$I = $1 '
                 'RETURNING %3$s AS key) '
                 'SELECT count(*), coalesce(jsonb_agg(key), ''[]'') FROM moved', relation,
                 rule.owner_column, coalesce(postern.row_key(relation), 'NULL::jsonb'))
     INTO rows, moved USING guest, member;
  IF changed OR (rows > 0 AND postern.row_key(relation) IS NULL) THEN
    moved := NULL;
  END IF;
  rows := rows + joined;
END $$;

CREATE OR REPLACE FUNCTION postern.merge_guest(merge_id text, guest text, member text)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  rule postern.merge_rule;
  done record;
  counts jsonb := '{}';
  moved jsonb := '[]';
BEGIN
  PERFORM FROM "user" WHERE id IN (guest, member) ORDER BY id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM "user" WHERE id = guest AND "isAnonymous")
     OR NOT EXISTS (SELECT FROM "user" WHERE id = member AND "isAnonymous" IS NOT TRUE) THEN
    RETURN NULL;
  END IF;
  FOR rule IN SELECT * FROM postern.merge_rule
               ORDER BY schema_name, table_name, owner_column LOOP
    done := postern.apply_merge_rule(rule, guest, member);
    counts := counts || jsonb_build_object(rule.table_name,
      coalesce((counts ->> rule.table_name)::bigint, 0) + coalesce(done.rows, 0));
    IF done.moved <> '[]' THEN
      moved := moved || jsonb_build_object('schema', rule.schema_name, 'table', rule.table_name,
                                           'column', rule.owner_column, 'keys', done.moved);
    ELSIF done.moved IS NULL THEN
      moved := NULL;  -- and stays so: || with NULL is NULL
    END IF;
  END LOOP;
  INSERT INTO postern.merge_log (id, guest_id, member_id, rows, moved, promoted)
  VALUES (merge_id, guest, member, counts, moved, false);
  INSERT INTO postern.replaced_session (token_hash)
  SELECT sha256(convert_to(token, 'UTF8')) FROM session WHERE "userId" = guest;
  DELETE FROM "user" WHERE id = guest;
  RETURN counts;
EXCEPTION WHEN OTHERS THEN
  RETURN jsonb_build_object('failed', SQLSTATE || ' ' || SQLERRM);
END $$;

-- Gives what a merge moved to a fresh guest, whose row is there already.  NULL: there is
-- no such merge of that member; {"refused": why}: undone, late, final (rows were joined
-- with others, or the guest became the account) or changed (a moved row is gone or belongs
-- to somebody else); else rows per table.
CREATE FUNCTION postern.undo_merge(merge_id text, member text, fresh_guest text, since timestamptz)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  merge postern.merge_log;
  part jsonb;
  relation regclass;
  n bigint;
  counts jsonb := '{}';
BEGIN
  SELECT * INTO merge FROM postern.merge_log l
   WHERE l.id = merge_id AND l.member_id = member FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF merge.undone_at IS NOT NULL THEN
    RETURN '{"refused":"undone"}';
  ELSIF merge.promoted OR merge.moved IS NULL THEN
    RETURN '{"refused":"final"}';
  ELSIF merge.merged_at < since THEN
    RETURN '{"refused":"late"}';
  END IF;
  PERFORM FROM "user" WHERE id IN (member, fresh_guest) ORDER BY id FOR UPDATE;
  FOR part IN SELECT * FROM jsonb_array_elements(merge.moved) LOOP
    relation := to_regclass(format('%I.%I', part ->> 'schema', part ->> 'table'));
    IF relation IS NULL OR postern.row_key(relation) IS NULL THEN
      RETURN '{"refused":"changed"}';
    END IF;
    EXECUTE format('UPDATE %1$s t SET %2$I = $1 WHERE t.%2$I = $2 AND %3$s IN '
                   '(SELECT jsonb_array_elements($3))', relation, part ->> 'column',
                   postern.row_key(relation))
      USING fresh_guest, member, part -> 'keys';
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n <> jsonb_array_length(part -> 'keys') THEN
      RETURN '{"refused":"changed"}';
    END IF;
    counts := counts || jsonb_build_object(part ->> 'table', n +
      coalesce((counts ->> (part ->> 'table'))::bigint, 0));
  END LOOP;
  UPDATE postern.merge_log SET undone_at = now(), undone_guest = fresh_guest WHERE id = merge_id;
  RETURN counts;
END $$;

-- Threads of a guest without a user row, who knows their secret.  0: there are none.
CREATE FUNCTION postern.claim_threads(merge_id text, secret text, member text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  hash bytea := sha256(convert_to(secret, 'UTF8'));
  keys jsonb;
BEGIN
  PERFORM FROM "user" WHERE id = member AND "isAnonymous" IS NOT TRUE FOR SHARE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  WITH claimed AS (
    UPDATE chatkit_threads SET owner_id = member, guest_hash = NULL WHERE guest_hash = hash
    RETURNING id
  )
  SELECT jsonb_agg(jsonb_build_array(id)) INTO keys FROM claimed;
  IF keys IS NULL THEN
    RETURN 0;
  END IF;
  INSERT INTO postern.merge_log (id, guest_id, member_id, rows, moved, promoted)
  SELECT merge_id, 'secret:' || left(encode(hash, 'hex'), 16), member,
         jsonb_build_object('chatkit_threads', jsonb_array_length(keys)),
         jsonb_build_array(jsonb_build_object('schema', n.nspname, 'table', c.relname,
                                              'column', 'owner_id', 'keys', keys)), false
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.oid = 'chatkit_threads'::regclass;
  RETURN jsonb_array_length(keys);
END $$;

-- Who asked for what was not proven to be theirs.  No foreign key: it outlives its user.
CREATE TABLE postern.merge_refused (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  refused_at timestamptz NOT NULL DEFAULT now(),
  member_id text NOT NULL,
  thread_id text,
  reason text NOT NULL,
  address text
);
CREATE INDEX merge_refused_at_idx ON postern.merge_refused (refused_at);

-- Everything that is known of a user, in the registered tables too, without what only a
-- server should see: password hashes and tokens.
CREATE FUNCTION postern.export_user(wanted text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  rule postern.merge_rule;
  rows jsonb;
  owned jsonb := '{}';
BEGIN
  FOR rule IN SELECT * FROM postern.merge_rule
               ORDER BY schema_name, table_name, owner_column LOOP
    IF postern.rule_table(rule) IS NOT NULL THEN
      EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'') FROM %s t WHERE t.%I = $1',
                     postern.rule_table(rule), rule.owner_column) INTO rows USING wanted;
      owned := owned || jsonb_build_object(
        format('%s.%s', rule.schema_name, rule.table_name),
        coalesce(owned -> format('%s.%s', rule.schema_name, rule.table_name), '[]') || rows);
    END IF;
  END LOOP;
  RETURN jsonb_build_object(
    'user', (SELECT to_jsonb(u) FROM "user" u WHERE u.id = wanted),
    'accounts', (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'password' - 'accessToken' -
                   'refreshToken' - 'idToken'), '[]') FROM account a WHERE a."userId" = wanted),
    'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'token'), '[]') FROM session s
                  WHERE s."userId" = wanted),
    'profile', (SELECT to_jsonb(p) FROM user_profiles p WHERE p.user_id = wanted),
    'rows', owned,
    'chatkit_items', (SELECT coalesce(jsonb_agg(to_jsonb(i) ORDER BY i.seq), '[]')
                        FROM chatkit_items i JOIN chatkit_threads t ON t.id = i.thread_id
                       WHERE t.owner_id = wanted),
    'merges', (SELECT coalesce(jsonb_agg(to_jsonb(m) - 'moved' ORDER BY m.merged_at), '[]')
                 FROM postern.merge_log m WHERE m.member_id = wanted));
END $$;

-- Deletes a user's rows in the registered tables, those that no foreign key takes along
-- among them; rows per table.
CREATE FUNCTION postern.delete_owned(owner text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  rule postern.merge_rule;
  n bigint;
  counts jsonb := '{}';
BEGIN
  FOR rule IN SELECT * FROM postern.merge_rule
               ORDER BY schema_name, table_name, owner_column LOOP
    IF postern.rule_table(rule) IS NOT NULL THEN
      EXECUTE format('DELETE FROM %s t WHERE t.%I = $1', postern.rule_table(rule),
                     rule.owner_column) USING owner;
      GET DIAGNOSTICS n = ROW_COUNT;
      counts := counts || jsonb_build_object(rule.table_name, n);
    END IF;
  END LOOP;
  RETURN counts;
END $$;
