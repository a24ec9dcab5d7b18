-- SPDX-License-Identifier: ISC
-- Rows written for a guest who is just joining an account, and rows whose match columns are
-- NULL.

-- As a foreign key would: waits for a merge that is under way, and keeps a later one waiting,
-- which then takes the row along.  With its owner's rights, since a lock needs more than who
-- writes the site's tables may have.
CREATE OR REPLACE FUNCTION postern.refuse_gone_guest() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  owner text := to_jsonb(NEW) ->> TG_ARGV[0];
  found_one boolean;
BEGIN
  EXECUTE format('SELECT true FROM %s WHERE id = $1 FOR KEY SHARE',
                 (SELECT users FROM postern.places()))
    INTO found_one USING owner;
  IF found_one IS NULL AND postern.is_gone_guest(owner) THEN
    RAISE foreign_key_violation
      USING MESSAGE = format('guest %s has joined an account', owner);
  END IF;
  RETURN NEW;
END $$;

-- Whether the index that a rule leans on lets NULL in once only (NULLS NOT DISTINCT).
CREATE FUNCTION postern.nulls_are_same(rule postern.merge_rule) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM pg_index i
     CROSS JOIN LATERAL (SELECT array_agg(a.attname::text) AS columns FROM pg_attribute a
                          WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])) k
     WHERE i.indrelid = postern.rule_table(rule) AND i.indisunique AND i.indpred IS NULL
       AND (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean
       AND k.columns @> (rule.match_columns || rule.owner_column)
       AND k.columns <@ (rule.match_columns || rule.owner_column))
$$;

-- The guest's row g and the member's row m are the same but for their owner.  Where an owner
-- may have several rows with NULL, none of them is the same as another: each is kept.
CREATE OR REPLACE FUNCTION postern.same_row(rule postern.merge_rule) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('g.%1$I = $1 AND m.%1$I = $2', rule.owner_column) ||
         coalesce((SELECT string_agg(format(CASE WHEN postern.nulls_are_same(rule)
                            THEN ' AND g.%1$I IS NOT DISTINCT FROM m.%1$I'
                            ELSE ' AND g.%1$I = m.%1$I' END, c), '')
                     FROM unnest(rule.match_columns) c), '')
$$;
