-- SPDX-License-Identifier: ISC
-- The hard gate (contract.md section 5): no member without a whole profile, whoever writes.

-- Answers that no longer fit the questionnaire: the member is asked again.
ALTER TABLE user_profiles ADD COLUMN IF NOT EXISTS outdated boolean NOT NULL DEFAULT false;

-- One row: how the gate stands, and the questions that answers are held against, without
-- their labels: [{"path","multi","required","values":[],"exclusive":[]}].
CREATE TABLE postern.gate (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  mode text NOT NULL DEFAULT 'off' CHECK (mode IN ('off', 'warn', 'atomic')),
  version integer NOT NULL DEFAULT 0,
  questions jsonb NOT NULL DEFAULT '[]'
);
INSERT INTO postern.gate DEFAULT VALUES;

-- Whom the gate would have refused in mode warn; no foreign key, since what is counted is
-- also who is gone.
CREATE TABLE postern.gate_warning (
  user_id text PRIMARY KEY,
  times bigint NOT NULL DEFAULT 1,
  last_at timestamptz NOT NULL DEFAULT now(),
  last_by text NOT NULL
);

-- A temporary table of a session's own must not stand in for ours.
SELECT set_config('search_path', current_setting('search_path') || ', pg_temp', true);

-- Whether one answer is out of the options; a is NULL where there is none.
CREATE FUNCTION postern.answer_fits(question jsonb, a jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN a IS NULL THEN NOT (question -> 'required')::boolean
    WHEN NOT (question -> 'multi')::boolean
      THEN jsonb_typeof(a) = 'string' AND question -> 'values' @> a
    WHEN jsonb_typeof(a) <> 'array' THEN false
    ELSE (jsonb_array_length(a) > 0 OR NOT (question -> 'required')::boolean)
     AND (SELECT coalesce(bool_and(jsonb_typeof(v) = 'string' AND question -> 'values' @> v),
                          true)
             AND count(*) = count(DISTINCT v)
             AND (count(*) < 2 OR NOT coalesce(bool_or(question -> 'exclusive' @> v), false))
            FROM jsonb_array_elements(a) AS v)
  END
$$;

-- Every question has its answer, and nothing is there that was not asked for.
CREATE FUNCTION postern.profile_fits(questions jsonb, software jsonb, hardware jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, postern, pg_temp AS $$
DECLARE
  profile jsonb := jsonb_build_object('software_context', software, 'hardware_context', hardware);
  question jsonb;
  path text[];
BEGIN
  IF jsonb_typeof(software) IS DISTINCT FROM 'object'
     OR jsonb_typeof(hardware) IS DISTINCT FROM 'object' THEN
    RETURN false;
  END IF;
  FOR question IN SELECT * FROM jsonb_array_elements(questions) LOOP
    path := string_to_array(question ->> 'path', '.');
    IF NOT postern.answer_fits(question, profile #> path) THEN
      RETURN false;
    END IF;
    IF profile #> path IS NOT NULL THEN -- #- is an error below a list
      profile := profile #- path;
    END IF;
  END LOOP;
  RETURN questions = '[]' OR NOT profile @? 'strict $.** ? (@.type() != "object")';
END $$;

-- What is looked for along the migrating role's path, and nothing else is: of two functions
-- or operators PostgreSQL takes the one that fits better, wherever it is in the path, and one
-- that somebody has put beside the tables would run with our rights.
CREATE FUNCTION postern.places(OUT users regclass, OUT profiles regclass)
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT '"user"'::regclass, 'user_profiles'::regclass
$$;

-- The column of user_profiles that holds the user's id.
CREATE FUNCTION postern.gate_key() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN atttypid = 'uuid'::regtype THEN 'user_id' ELSE 'id' END
    FROM postern.places() JOIN pg_attribute ON attrelid = profiles AND attname = 'id'
$$;

-- At commit.  Both rows are locked, a guest's too: of two transactions, one that takes the
-- profile away or empties it and one that makes the guest a member, the later one sees what
-- the earlier did, or fails; a lock of the key alone would be had of a row that is older.  The
-- gate's own row is locked for the same reason: whoever was let through has committed before
-- the gate is shut, whatever the level of isolation.
CREATE FUNCTION postern.gate_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gate postern.gate;
  place record;
  profile_key text;
  key text;
  members text[] := '{}';
  member text;
  is_member boolean;
  whole boolean;
BEGIN
  SELECT * INTO gate FROM postern.gate FOR SHARE;
  IF gate.mode = 'off' THEN
    RETURN NULL;
  END IF;
  SELECT * INTO place FROM postern.places();
  profile_key := postern.gate_key();
  key := CASE TG_RELID WHEN place.users THEN 'id' ELSE profile_key END;
  IF TG_OP <> 'INSERT' THEN
    members := members || (to_jsonb(OLD) ->> key);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    members := members || (to_jsonb(NEW) ->> key);
  END IF;
  FOR member IN SELECT DISTINCT m FROM unnest(members) AS m ORDER BY m LOOP
    EXECUTE format('SELECT "isAnonymous" IS NOT TRUE FROM %s WHERE id = $1 FOR SHARE',
                   place.users)
      INTO is_member USING member;
    CONTINUE WHEN is_member IS NOT TRUE;
    EXECUTE format('SELECT postern.profile_fits($2, software_context, hardware_context)
                      FROM %s WHERE %I = $1 FOR SHARE', place.profiles, profile_key)
      INTO whole USING member, gate.questions;
    CONTINUE WHEN whole;
    IF gate.mode IS DISTINCT FROM 'warn' THEN
      RAISE check_violation USING CONSTRAINT = 'postern_gate',
        MESSAGE = format('user %s has no whole profile', member),
        HINT = 'Write "user" and user_profiles in one transaction; see posternctl gate.';
    END IF;
    INSERT INTO postern.gate_warning AS w (user_id, last_by) VALUES (member, session_user)
    ON CONFLICT (user_id) DO UPDATE
       SET times = w.times + 1, last_at = now(), last_by = excluded.last_by;
  END LOOP;
  RETURN NULL;
END $$;

-- An older snapshot does not see who has become a member since.
CREATE FUNCTION postern.gate_truncated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gate postern.gate;
  has_members boolean;
BEGIN
  SELECT * INTO gate FROM postern.gate FOR SHARE;
  IF gate.mode IN ('off', 'warn') THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE "isAnonymous" IS NOT TRUE)',
                 (SELECT users FROM postern.places()))
    INTO has_members;
  IF has_members OR current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE check_violation USING CONSTRAINT = 'postern_gate',
      MESSAGE = 'there are members, who must keep their profiles',
      HINT = 'TRUNCATE "user", too, and READ COMMITTED; see posternctl gate.';
  END IF;
  RETURN NULL;
END $$;

-- Puts the triggers in place, whatever became of them; they name no column whose type
-- somebody may want to change, which PostgreSQL would refuse.  Only what is written is looked at:
-- whoever was there without a profile may still sign in and change their name, and is asked.
CREATE FUNCTION postern.gate_arm() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '5s' AS $$
BEGIN
  DROP TRIGGER IF EXISTS postern_gate_made ON "user";
  DROP TRIGGER IF EXISTS postern_gate_promoted ON "user";
  DROP TRIGGER IF EXISTS postern_gate_answered ON user_profiles;
  DROP TRIGGER IF EXISTS postern_gate_changed ON user_profiles;
  DROP TRIGGER IF EXISTS postern_gate_truncated ON user_profiles;
  CREATE CONSTRAINT TRIGGER postern_gate_made AFTER INSERT ON "user"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW."isAnonymous" IS NOT TRUE)
    EXECUTE FUNCTION postern.gate_check();
  CREATE CONSTRAINT TRIGGER postern_gate_promoted AFTER UPDATE ON "user"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW."isAnonymous" IS NOT TRUE
          AND (OLD."isAnonymous" IS TRUE
               OR pg_catalog.to_jsonb(OLD) ->> 'id' IS DISTINCT FROM pg_catalog.to_jsonb(NEW) ->> 'id'))
    EXECUTE FUNCTION postern.gate_check();
  CREATE CONSTRAINT TRIGGER postern_gate_answered AFTER INSERT OR DELETE ON user_profiles
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION postern.gate_check();
  CREATE CONSTRAINT TRIGGER postern_gate_changed AFTER UPDATE ON user_profiles
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (pg_catalog.to_jsonb(OLD) - '{outdated,created_at,updated_at,questionnaire_version}'::text[]
          IS DISTINCT FROM
          pg_catalog.to_jsonb(NEW) - '{outdated,created_at,updated_at,questionnaire_version}'::text[])
    EXECUTE FUNCTION postern.gate_check();
  CREATE TRIGGER postern_gate_truncated AFTER TRUNCATE ON user_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION postern.gate_truncated();
END $$;
SELECT postern.gate_arm();

-- A row, not DDL: through a pooler, and by a role that owns no table but may write this one.
-- Checks share the gate's row, and on a busy site each is there before the one before it has
-- gone: whoever waits for the row alone may wait for ever.  For the table they queue, but not
-- for long, since sign-ups wait behind it.  Lost triggers come back first: to wait for the
-- tables' writers with the gate in hand would be a deadlock.
CREATE FUNCTION postern.gate_set(wanted text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '5s' AS $$
BEGIN
  IF wanted <> 'off'
     AND (SELECT count(*) FROM pg_trigger
           WHERE tgrelid IN ('"user"'::regclass, 'user_profiles'::regclass)
             AND starts_with(tgname, 'postern_gate_') AND tgenabled IN ('O', 'A')) < 5 THEN
    PERFORM postern.gate_arm();
  END IF;
  LOCK TABLE postern.gate IN EXCLUSIVE MODE;
  UPDATE postern.gate SET mode = wanted;
  IF wanted = 'off' THEN
    DELETE FROM postern.gate_warning;
  END IF;
END $$;

-- From now on answers are held against these questions.  Tells whose no longer fit.  The first
-- UPDATE looks at all of them, while sign-ups go on.  Only what was written meanwhile is looked
-- at by the second, for which they wait: what a transaction wrote that the snapshot does not
-- know to have ended.  Answers still being written are held against the new questions at
-- commit, and to wait for them with the gate in hand would be a deadlock.
CREATE FUNCTION postern.gate_publish(newer integer, asked jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  since xid := pg_snapshot_xmin(pg_current_snapshot())::xid;
  n bigint;
BEGIN
  IF (SELECT (version, questions) IS DISTINCT FROM (newer, asked) FROM postern.gate) THEN
    UPDATE user_profiles SET outdated = NOT outdated
     WHERE outdated = postern.profile_fits(asked, software_context, hardware_context);
    PERFORM set_config('lock_timeout', '5s', true);
    LOCK TABLE postern.gate IN EXCLUSIVE MODE;
    UPDATE postern.gate SET version = newer, questions = asked;
    UPDATE user_profiles SET outdated = NOT outdated
     WHERE id IN (SELECT id FROM user_profiles
                   WHERE age(xmin) <= age(since) AND xmin <> pg_current_xact_id()::xid
                     AND outdated = postern.profile_fits(asked, software_context, hardware_context)
                     FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
  SELECT count(*) INTO n FROM user_profiles WHERE outdated;
  RETURN n;
END $$;

-- A trigger of somebody else's must not run them with our rights.
REVOKE ALL ON FUNCTION postern.gate_check(), postern.gate_truncated() FROM PUBLIC;
