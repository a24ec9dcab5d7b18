# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: ISC
# The gate in the database: whoever writes, however they try.  Sourced by run.sh.
gate() { "$BIN/posternctl" gate "$@" >"$TMP/out" 2>&1; }
violators() { sql 'SELECT count(*) FROM "user" u WHERE "isAnonymous" IS NOT TRUE AND NOT EXISTS (SELECT FROM user_profiles p, postern.gate g WHERE p.user_id = u.id AND postern.profile_fits(g.questions, p.software_context, p.hardware_context))'; }
refused() { # refused STATEMENTS: by the gate, and nothing is left of it
	before=$(sql 'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM (SELECT u::text AS t FROM "user" u UNION ALL SELECT p::text FROM user_profiles p) r')
	! sql "$1" >"$TMP/out" && grep -q 'no whole profile\|keep their profiles\|could not serialize' "$TMP/out" &&
		[ "$(sql 'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM (SELECT u::text AS t FROM "user" u UNION ALL SELECT p::text FROM user_profiles p) r')" = "$before" ]
}
user() { echo "INSERT INTO \"user\" (id, name, email, \"emailVerified\", \"createdAt\", \"updatedAt\", \"isAnonymous\") VALUES ('$1', '$1', '$1@x.co', true, now(), now(), ${2:-false});"; }
SOFTWARE='{"languages":["Python"],"experience_level":"Beginner","preferred_tools":["None"]}'
HARDWARE='{"devices":["Arduino"]}'
profile() { echo "INSERT INTO user_profiles ($key, software_context, hardware_context) VALUES ('$1', '${2:-$SOFTWARE}', '${3:-$HARDWARE}');"; }
answers() { echo "UPDATE user_profiles SET software_context = '$1', hardware_context = '${2:-$HARDWARE}' WHERE $key = 'a';"; }

attack_answers() {
	for bad in '{}' '[]' '"x"' 'null' '{"languages":[],"experience_level":"Beginner","preferred_tools":["None"]}' \
		'{"languages":["Cobol"],"experience_level":"Beginner","preferred_tools":["None"]}' \
		'{"languages":["Python","Python"],"experience_level":"Beginner","preferred_tools":["None"]}' \
		'{"languages":"Python","experience_level":"Beginner","preferred_tools":["None"]}' \
		'{"languages":["Python"],"experience_level":["Beginner"],"preferred_tools":["None"]}' \
		'{"languages":["Python"],"experience_level":null,"preferred_tools":["None"]}' \
		'{"languages":["Python"],"experience_level":"Beginner","preferred_tools":["None","Docker"]}' \
		'{"languages":["Python"],"experience_level":"Beginner","preferred_tools":["None"],"notes":"free text"}' \
		'{"languages":["Python"],"experience_level":"Beginner","preferred_tools":["None"],"notes":{"a":{"b":[]}}}'; do
		refused "$(answers "$bad")"; ok "$1: not these answers: $bad"
	done
	refused "$(answers "$SOFTWARE" '{"devices":["Arduino"],"specifications":[]}')"; ok "$1: nor a list where an object is"
}

attack() {
	sql "BEGIN; $(user a) $(profile a) COMMIT" >"$TMP/out"
	[ "$(violators)" = 0 ] && [ "$(sql 'SELECT count(*) FROM "user"')" = 1 ]; ok "$1: a member with a profile is made"
	sql "$(user g true)" >"$TMP/out"; ok "$1: so is a guest without"
	refused "$(user b)"; ok "$1: no member without"
	refused "$(user b null)"; ok "$1: nor where isAnonymous is null"
	refused "BEGIN; $(user b true) UPDATE \"user\" SET \"isAnonymous\" = false WHERE id = 'b'; COMMIT"; ok "$1: nor first as a guest"
	refused "UPDATE \"user\" SET \"isAnonymous\" = NULL WHERE id = 'g'"; ok "$1: no guest becomes one"
	refused "BEGIN; $(user b) $(profile b '{}' '{}') COMMIT"; ok "$1: nor with an empty profile"
	refused "BEGIN; $(user b) $(profile b) DELETE FROM user_profiles WHERE $key = 'b'; COMMIT"; ok "$1: nor with one that is taken away again"
	refused "BEGIN; SET CONSTRAINTS ALL IMMEDIATE; $(user b) $(profile b) COMMIT"; ok "$1: nor a moment without"
	refused "DO \$\$ BEGIN $(user b) EXCEPTION WHEN OTHERS THEN NULL; END \$\$"; ok "$1: nor behind an exception handler"
	refused "SET search_path = pg_temp, public; CREATE TEMP TABLE user_profiles AS SELECT 'b' AS id, 'b' AS user_id, '$SOFTWARE'::jsonb AS software_context, '$HARDWARE'::jsonb AS hardware_context; INSERT INTO public.\"user\" SELECT 'b', 'b', 'b@x.co', true"; ok "$1: nor with a temporary table for a profile"
	refused "DELETE FROM user_profiles"; ok "$1: no profile goes without its user"
	refused "TRUNCATE user_profiles"; ok "$1: nor all at once"
	refused "UPDATE user_profiles SET $key = 'g' WHERE $key = 'a'"; ok "$1: nor to somebody else"
	[ "$key" = user_id ] || attack_answers "$1"
	sql "$(answers "$SOFTWARE" '{"devices":["Arduino"],"specifications":{"cpu":"ARM"}}')" >"$TMP/out"; ok "$1: other answers that fit are taken"
	sql "UPDATE \"user\" SET name = 'B' WHERE id = 'a'; SELECT postern.merge_guest('m', 'g', 'a')" >"$TMP/out" && [ "$(sql 'SELECT count(*) FROM "user"')" = 1 ]; ok "$1: a guest's rows join a member"
	[ "$(violators)" = 0 ]; ok "$1: nobody is a member without a profile"
	sql "DELETE FROM \"user\" WHERE id = 'a'" >"$TMP/out" && [ "$(sql 'SELECT count(*) FROM user_profiles')" = 0 ]; ok "$1: a user goes with the profile"
	sql "BEGIN; $(user a) $(profile a) COMMIT; BEGIN; DELETE FROM user_profiles; DELETE FROM \"user\"; COMMIT; BEGIN; $(user a) $(profile a) COMMIT; TRUNCATE \"user\" CASCADE" >"$TMP/out"; ok "$1: and all of both"
}

# One has begun and does WHAT after another has done BEFORE: each alone may.
race() { # race LEVEL BEFORE WHAT NAME
	sql "BEGIN; $(user g true) $(profile g) COMMIT" >/dev/null
	: >"$TMP/out"
	mkfifo "$TMP/race"
	PGAPPNAME=race psql -XqAt -d "$DATABASE_URL" <"$TMP/race" >"$TMP/out" 2>&1 &
	exec 7>"$TMP/race"
	echo "BEGIN ISOLATION LEVEL $1; SELECT 'begun' FROM \"user\";" >&7
	until grep -q begun "$TMP/out"; do sleep 0.02; done
	sql "$2" >/dev/null
	echo "$3; COMMIT;" >&7
	exec 7>&-
	wait $!
	rm "$TMP/race"
	[ "$(violators)" = 0 ] && grep -q ERROR "$TMP/out"
	ok "of two transactions one fails: $4, $1"
	sql 'DELETE FROM "user"' >/dev/null
}
races() { # races LEVEL
	member="UPDATE \"user\" SET \"isAnonymous\" = false WHERE id = 'g'"
	race "$1" "$member" "DELETE FROM user_profiles WHERE $key = 'g'" 'a profile is taken away'
	race "$1" "$member" 'TRUNCATE user_profiles' 'all are'
	race "$1" "UPDATE user_profiles SET software_context = '{}'" "$member" 'one was emptied'
}

# A transaction that is as old as the open gate, and writes after it was shut.
late() { # late LEVEL
	gate off
	mkfifo "$TMP/race"
	: >"$TMP/late"
	psql -XqAt -d "$DATABASE_URL" <"$TMP/race" >"$TMP/late" 2>&1 &
	exec 7>"$TMP/race"
	echo "BEGIN ISOLATION LEVEL $1; SELECT 'begun' FROM postern.gate;" >&7
	until grep -q begun "$TMP/late"; do sleep 0.02; done
	gate atomic
	echo "$(user late) COMMIT;" >&7
	exec 7>&-
	wait $!
	rm "$TMP/race"
	[ "$(violators)" = 0 ] && grep -q 'no whole profile\|could not serialize' "$TMP/late"
	ok "who began before the gate was shut is held to it: $1"
}

export QUESTIONNAIRE="$srcdir/share/questionnaire.json"
database gate
PROFILE_GATE=atomic migrate && grep -q '^gate atomic' "$TMP/out"; ok 'PROFILE_GATE=atomic: migrate switches the gate atomic'
key=id
attack 'id = user'
races 'READ COMMITTED'
races 'REPEATABLE READ'
races SERIALIZABLE
late 'READ COMMITTED'
late 'REPEATABLE READ'
late SERIALIZABLE
# Functions that fit better than PostgreSQL's own, where the tables are.
sql "CREATE FUNCTION format(text, text) RETURNS text LANGUAGE sql AS \$\$ SELECT 'SELECT true' \$\$" >/dev/null
refused "$(user b)"; ok 'nor with a function format beside the tables'
sql "CREATE FUNCTION to_jsonb(\"user\") RETURNS jsonb LANGUAGE sql AS \$\$ SELECT jsonb '{}' \$\$" >/dev/null
refused "$(user b)"; ok 'nor with a to_jsonb'
[ "$(sql "SELECT string_agg(proname, ' ') FROM pg_proc WHERE pronamespace = 'postern'::regnamespace AND prosecdef AND NOT proconfig @> '{\"search_path=pg_catalog, pg_temp\"}'")" = '' ]; ok "functions with their owner's rights call PostgreSQL's alone"
sql 'DROP FUNCTION format(text, text); DROP FUNCTION to_jsonb("user")' >/dev/null
triggers() { sql "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'postern%'"; }
PROFILE_GATE=atomic migrate && [ "$(triggers)" = 5 ] && ! grep -q '^gate' "$TMP/out"; ok 'it stays so'
PROFILE_GATE=after migrate && [ "$(triggers)" = 5 ] && grep -q '^gate off' "$TMP/out"; ok 'PROFILE_GATE=after switches it off, by a row'
sql "$(user old)" >/dev/null && gate status --json && grep -q '"mode":"off","in_force":false,"questionnaire_version":1,"members":1,"without_profile":1' "$TMP/out"; ok 'status tells whom it would refuse'
gate warn && sql "$(user new)" >/dev/null && gate status --json && grep -q '"mode":"warn","in_force":true.*"warned_members":1,"warnings":1,"last_warning_by":"postern"' "$TMP/out"; ok 'warn lets pass, and counts'
PROFILE_GATE=atomic migrate && gate status && grep -q '^gate *warn' "$TMP/out"; ok 'PROFILE_GATE=atomic leaves a gate that warns'
gate atomic && refused "$(user b)"; ok 'atomic refuses'
sql "UPDATE \"user\" SET name = 'O' WHERE id = 'old'" >"$TMP/out"; ok 'who was there before is not locked out'
sql "INSERT INTO session (id, token, \"userId\", \"expiresAt\", \"createdAt\", \"updatedAt\") VALUES ('s', 's', 'old', now(), now(), now())" >"$TMP/out"; ok 'and signs in'
refused "$(profile old '{}' '{}')"; ok 'but cannot answer with nothing'
sql "$(profile old)" >"$TMP/out"; ok 'only with answers'
sql 'ALTER TABLE "user" DISABLE TRIGGER postern_gate_made' >/dev/null; gate status && grep -q 'some of its triggers are missing' "$TMP/out" && gate atomic && gate status --json && grep -q '"in_force":true' "$TMP/out"; ok 'a trigger that was switched off shows, and comes back'
sql "SELECT postern.gate_set('off')" >/dev/null && gate status && grep -q '^gate *off' "$TMP/out"; ok 'psql switches it off, too'
! sql "SELECT postern.gate_set('open')" >"$TMP/out"; ok 'but not to anything'
gate atomic && ! gate open && ! gate && ! gate atomic off; ok 'wrong arguments'

# Answers to an older questionnaire.
sed 's/"version": 1/"version": 2/; s/"value": "Beginner"/"value": "Novice"/' "$srcdir/share/questionnaire.json" >"$TMP/q2.json"
sql "DELETE FROM \"user\"; BEGIN; $(user a) $(profile a) $(user b) $(profile b '{"languages":["C"],"experience_level":"Advanced","preferred_tools":["Docker"]}') COMMIT" >/dev/null
QUESTIONNAIRE=$TMP/q2.json PROFILE_GATE=atomic migrate && [ "$(sql 'SELECT string_agg(user_id, $$ $$) FROM user_profiles WHERE outdated')" = a ]; ok 'new options: who chose what is gone is asked again, nobody else'
[ "$(sql "SELECT software_context ->> 'experience_level' FROM user_profiles WHERE user_id = 'a'")" = Beginner ]; ok 'the old answers stay'
refused "BEGIN; $(user c) $(profile c) COMMIT"; ok 'and are no longer taken'
PROFILE_GATE=atomic migrate && [ "$(sql 'SELECT count(*) FROM user_profiles WHERE outdated')" = 0 ]; ok 'what fits again counts again'

# Each profile is held against new questions once: sign-ups wait while it is done again.
sql "CREATE SEQUENCE looks; ALTER FUNCTION postern.profile_fits RENAME TO fits; CREATE FUNCTION postern.profile_fits(q jsonb, s jsonb, h jsonb) RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN PERFORM nextval('public.looks'); RETURN postern.fits(q, s, h); END \$\$" >/dev/null
QUESTIONNAIRE=$TMP/q2.json gate atomic && [ "$(sql "SELECT last_value FROM looks")" = 2 ] && [ "$(sql 'SELECT string_agg(user_id, $$ $$) FROM user_profiles WHERE outdated')" = a ]; ok 'who has answered before is looked at once'
sql 'DROP FUNCTION postern.profile_fits; ALTER FUNCTION postern.fits RENAME TO profile_fits' >/dev/null
gate atomic

# busy USER WHAT: a transaction that makes USER is checked, but has not ended; WHAT waits for it,
# and who comes after WHAT does not go before it.
busy() {
	mkfifo "$TMP/race"
	: >"$TMP/late"
	psql -XqAt -d "$DATABASE_URL" <"$TMP/race" >"$TMP/late" 2>&1 &
	busy=$!
	exec 7>"$TMP/race"
	echo "BEGIN; $(user "$1") $(profile "$1") SET CONSTRAINTS ALL IMMEDIATE; SELECT 'begun';" >&7
	until grep -q begun "$TMP/late"; do sleep 0.02; done
	sql "SELECT $2" >"$TMP/set" 7>&- &
	until [ "$(sql "SELECT count(*) FROM pg_locks WHERE NOT granted")" != 0 ]; do sleep 0.02; done
	! sql "SET lock_timeout = '100ms'; BEGIN; $(user e) $(profile e) COMMIT" >"$TMP/out" && grep -q 'lock timeout' "$TMP/out"
	ok "who signs up after $2 does not go before it"
	echo 'COMMIT;' >&7
	exec 7>&-
	wait "$busy" $!
	rm "$TMP/race"
}
busy c "postern.gate_set('warn')"
[ "$(sql 'SELECT mode FROM postern.gate')" = warn ]; ok 'and the gate is set'
busy d "postern.gate_publish(3, '[{\"path\":\"software_context.ide\",\"multi\":false,\"required\":true,\"values\":[],\"exclusive\":[]}]')"
[ "$(sql 'SELECT version FROM postern.gate')" = 3 ] && [ "$(sql 'SELECT count(*) FROM user_profiles WHERE NOT outdated')" = 0 ]; ok 'and the questions hold for who was just signing up'
gate atomic

sql 'DELETE FROM postern.gate' >/dev/null; refused "$(user e) $(profile e)"; ok 'without its row the gate is shut'
! gate atomic && grep -q 'INSERT INTO postern.gate' "$TMP/out"; ok 'and it is said what brings it back'
"$BIN/posternctl" doctor >"$TMP/out" 2>&1; grep -q 'postern.gate has no row' "$TMP/out"; ok 'by the doctor, too'
sql 'CREATE DATABASE bare' >/dev/null
! DATABASE_URL=$(cluster_url "$TMP/db" bare) gate status && grep -q 'posternctl migrate' "$TMP/out"; ok 'and that migrate makes the tables'

database gate_uuid
sql 'CREATE TABLE "user" (id varchar(255) PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz DEFAULT now() NOT NULL, "updatedAt" timestamptz DEFAULT now() NOT NULL);
CREATE TABLE user_profiles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text UNIQUE REFERENCES "user" ON DELETE CASCADE, software_context jsonb, hardware_context jsonb, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now())' >"$TMP/out" || cat "$TMP/out"
PROFILE_GATE=atomic migrate || cat "$TMP/out"
key=user_id
attack 'id uuid'
gate off
