#!/bin/sh
# SPDX-License-Identifier: ISC
# Migrations and statements against a throw-away cluster.
set -u
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$TMP/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1
export POSTERN_CONF=/dev/null BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz

count=0 failed=0
ok() {
	if [ $? -eq 0 ]; then result=ok; else result='not ok' failed=1; fi
	count=$((count + 1))
	echo "$result $count - $1"
}
sql() { psql -XqAt -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c "$1" 2>&1; }
database() { # database NAME: made, and the one in use
	psql -Xqd "$(cluster_url "$TMP/db" postgres)" -c "CREATE DATABASE $1"
	DATABASE_URL=$(cluster_url "$TMP/db" "$1")
	export DATABASE_URL
}
migrate() { "$BIN/posternctl" migrate "$@" >"$TMP/out" 2>&1; }

# The statements as they stand in the files, fragments with their defaults.
prepares() {
	awk '/^-- name:/ { if (name) print ";"; name = $3; print "PREPARE " name " AS"; next }
		/^--/ { next } name { sub(/;[ \t]*$/, ""); print } END { if (name) print ";" }' \
		"$srcdir"/sql/queries/*.sql
}
prepare_all() {
	prepares | psql -Xq -v ON_ERROR_STOP=1 -d "$DATABASE_URL" >"$TMP/out" 2>&1 &&
		[ "$(prepares | grep -c '^PREPARE')" -gt 20 ]
}

(cd "$srcdir/sql/schema" && sha256sum -c --status "$srcdir/tests/sql/schema.sums"); ok 'migrations that databases have had stay as they are'
database fresh
migrate --plan && grep -q 'pending 0001_better_auth' "$TMP/out" && [ "$(sql "SELECT to_regclass('session')")" = '' ]; ok '--plan changes nothing'
! migrate --plna && [ "$(sql "SELECT to_regclass('session')")" = '' ]; ok 'a misspelt flag changes nothing neither'
migrate; ok 'an empty database is migrated'
[ "$(sql "SELECT string_agg(table_schema || '.' || table_name, ' ' ORDER BY 1) FROM (SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('public', 'postern') ORDER BY 1, 2) t" | tr ' ' '\n' | sort | tr '\n' ' ')" = 'postern.gate postern.gate_warning postern.merge_log postern.merge_refused postern.merge_rule postern.migration postern.outbox postern.replaced_session public.account public.chatkit_items public.chatkit_threads public.jwks public.rateLimit public.session public.user public.user_profiles public.verification ' ]; ok 'with these tables'
migrate && grep -q 'nothing to do' "$TMP/out"; ok 'twice does nothing'
prepare_all || { cat "$TMP/out"; false; }; ok 'every statement can be prepared'
[ "$(sql "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND relkind = 'r' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisprimary)")" = 0 ]; ok 'every table has a primary key'

database role_named_postern
sql 'ALTER ROLE postern SET search_path = "$user", public' >/dev/null
migrate && [ "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'postern' AND tablename = 'user'")" = 0 ]; ok 'a role of the name of our schema changes nothing'
prepare_all; ok 'nor for the statements'
sql 'ALTER ROLE postern SET search_path = public' >/dev/null

# Better Auth's own tables, without the anonymous and jwt plugins, and with rows.
database peer
sql 'CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL, "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL, role text);
CREATE TABLE session (id text PRIMARY KEY, "expiresAt" timestamptz NOT NULL, token text NOT NULL UNIQUE, "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL, "updatedAt" timestamptz NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL REFERENCES "user" ON DELETE CASCADE);
CREATE TABLE account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL REFERENCES "user" ON DELETE CASCADE, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, scope text, password text, "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL, "updatedAt" timestamptz NOT NULL);
CREATE TABLE verification (id text PRIMARY KEY, identifier text NOT NULL, value text NOT NULL, "expiresAt" timestamptz NOT NULL, "createdAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL, "updatedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL);'
sql "INSERT INTO \"user\" (id, name, email, \"emailVerified\", role) VALUES ('u', 'U', 'u@x.co', true, 'admin')"
migrate; ok "the peer's database is migrated"
[ "$(sql 'SELECT id, name, email, "emailVerified", role, "isAnonymous" FROM "user"')" = 'u|U|u@x.co|t|admin|' ]; ok 'its rows stay as they were'
prepare_all; ok 'the statements fit it'

# Columns of a limited width, as other tools make them.
database narrow
migrate && sql "DO \$\$
DECLARE c record;
BEGIN
  FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'f' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
  END LOOP;
  FOR c IN SELECT format('ALTER TABLE %s ALTER %I TYPE varchar(255)', a.attrelid::regclass, attname) AS change
             FROM pg_attribute a JOIN pg_class ON pg_class.oid = attrelid
            WHERE relname IN ('user', 'session', 'account', 'verification', 'jwks', 'rateLimit')
              AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND atttypid = 'text'::regtype LOOP
    EXECUTE c.change;
  END LOOP;
END \$\$" >"$TMP/out"; ok 'columns are made narrow'
[ "$(sql "SELECT count(*) > 20 FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'character varying'")" = t ]; ok 'and are so'
prepare_all || { cat "$TMP/out"; false; }; ok 'the statements fit them'

database threads
sql 'CREATE TABLE chatkit_threads (id text PRIMARY KEY, created_at timestamptz, metadata jsonb, user_id text)'
! migrate && [ "$(sql "SELECT to_regclass('session') IS NULL AND to_regclass('postern.migration') IS NULL")" = t ]; ok 'a table of another shape is refused, and nothing is half done'

# shellcheck source=tests/sql/gate.sh
. "$srcdir/tests/sql/gate.sh"

DATABASE_URL='postgresql://x:geheim@/postern?host=/nonexistent'; export DATABASE_URL
! migrate && ! grep -q geheim "$TMP/out"; ok 'no database: an error, without the password'
"$BIN/posternctl" conf --json | grep -q '"DATABASE_URL":"postgresql://x:\*\*\*@/postern?host=/nonexistent"'; ok 'conf hides it, too'
"$BIN/posternctl" conf | grep -qx 'BETTER_AUTH_SECRET=\*\*\*'; ok 'and the secret'
for url in "host=/x password = geheim user=u" "host=/x password='ge heim' user=u" 'postgresql:///d?sslpassword=x&password=geheim' 'postgresql://u:ge@heim@h/d'; do
	DATABASE_URL=$url "$BIN/posternctl" conf | grep '^DATABASE_URL=' >"$TMP/out"
	! grep -q 'heim' "$TMP/out" && grep -q '\*\*\*' "$TMP/out"; ok "hidden: $(tail -c 60 "$TMP/out" | tr -d '\n')"
done
echo "1..$count"
exit $failed
