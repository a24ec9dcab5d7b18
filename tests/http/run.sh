#!/bin/sh
# SPDX-License-Identifier: ISC
# The programs behind lighttpd, and what happens when things are killed.
set -u
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
command -v lighttpd >/dev/null || PATH=$PATH:/usr/sbin
command -v lighttpd >/dev/null || exit 77
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
# shellcheck source=tests/http/server.sh
. "$srcdir/tests/http/server.sh"
trap 'server_stop; cluster_stop "$TMP/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1
DATABASE_URL=$(cluster_url "$TMP/db")
export DATABASE_URL DATABASE_TIMEOUT=2000 RATE_LIMIT=off PROFILE_GATE=atomic LOG_LEVEL=warn
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export QUESTIONNAIRE="$srcdir/share/questionnaire.json" RATE_LIMIT_FILE="$TMP/limits"
POSTERN_CONF=/dev/null "$BIN/posternctl" migrate >/dev/null || exit 1
server_start "$TMP/server" || exit 1

count=0 failed=0
ok() {
	if [ $? -eq 0 ]; then result=ok; else result='not ok' failed=1; fi
	count=$((count + 1))
	echo "$result $count - $1"
}
code() { curl -qs -o "${OUT:-$TMP/body}" -w '%{http_code}' --path-as-is "$@"; }
sql() { psql -XqAt -d "$DATABASE_URL" -c "$1"; }
PROFILE='"profile":{"software_context":{"languages":["C"],"experience_level":"Advanced","preferred_tools":["None"]},"hardware_context":{"devices":["Arduino"]}}'
sign_up() { # sign_up EMAIL [CURL ARGUMENT]...
	mail=$1
	shift
	code "$@" -H 'content-type: application/json' -d "{\"name\":\"T\",\"email\":\"$mail\",\"password\":\"password1234\",$PROFILE}" "$BASE_URL/api/auth/sign-up/email"
}
half_made() { # accounts that lack a part
	sql "SELECT count(*) FROM \"user\" u WHERE \"isAnonymous\" IS NOT TRUE AND NOT (
		EXISTS (SELECT FROM account a WHERE a.\"userId\" = u.id) AND
		EXISTS (SELECT FROM user_profiles p WHERE p.id = u.id))"
}

sh "$srcdir/tests/smoke.sh" "$BASE_URL" >"$TMP/smoke" 2>&1; ok 'smoke.sh is content'
grep -v '^ok' "$TMP/smoke" | sed 's/^/# /'

# Through the server
[ "$(sign_up a@x.co -c "$TMP/jar" -D "$TMP/head")" = 200 ]; ok 'sign-up'
[ "$(grep -ci '^set-cookie' "$TMP/head")" = 1 ] && grep -qi '^set-auth-token' "$TMP/head"; ok 'headers come through'
[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 200 ] && grep -q a@x.co "$TMP/body"; ok 'the cookie works'
head -c 70000 /dev/zero | tr '\0' ' ' >"$TMP/big"
[ "$(code -H 'content-type: application/json' --data-binary "@$TMP/big" "$BASE_URL/api/auth/sign-in/email")" = 413 ]; ok 'a body beyond 64 KiB is 413'
[ "$(code -H 'content-type: application/json' -H 'transfer-encoding: chunked' --data-binary '{}' "$BASE_URL/api/auth/sign-in/email")" = 400 ]; ok 'a chunked body is read'
for path in /api/auth//ok /api/auth/%6fk /api/auth/./ok /api/auth/x/../ok /api/auth/ok/ /api/auth/OK /api/auth/sign-inXYZ /api/nope '/api/auth/%00' '/api/auth/ok%2f..' '/api/chatkit/threads/..%2f..'; do
	[ "$(code "$BASE_URL$path")" = 404 ] && [ ! -s "$TMP/body" ]; ok "$path is an empty 404"
done
[ "$(code -I "$BASE_URL/api/auth/jwks")" = 200 ]; ok 'HEAD of the keys'
[ "$(code "$BASE_URL/")" = 200 ] && [ "$(code "$BASE_URL/sign-up.html")" = 200 ]; ok 'the site is there'
[ "$(code "$BASE_URL/.git/config")" != 200 ]; ok 'and shows no more than it should'

# The gate: pages below /members/ in the authorizer's hands.
secret() { grep -q 'A page for members' "$TMP/body"; }
[ "$(code "$BASE_URL/members/")" = 401 ] && ! secret; ok 'a gated page is shown to nobody'
[ "$(code -H 'accept: text/html' -D "$TMP/head" "$BASE_URL/members/?a=1")" = 302 ] && grep -qi '^location: /sign-in.html?redirectTo=%2Fmembers%2F%3Fa%3D1' "$TMP/head"; ok 'and a browser is sent to sign in'
[ "$(code -b "$TMP/jar" -D "$TMP/head" "$BASE_URL/members/")" = 200 ] && secret && grep -qi '^cache-control: private' "$TMP/head" && ! grep -qi '^set-cookie' "$TMP/head"; ok 'a member sees it'
etag=$(sed -n 's/^etag: \(.*\)\r$/\1/Ip' "$TMP/head")
[ "$(code -H "if-none-match: $etag" "$BASE_URL/members/index.html")" = 401 ] && [ "$(code -H 'range: bytes=0-99' "$BASE_URL/members/index.html")" = 401 ] && [ "$(code -I "$BASE_URL/members/index.html")" = 401 ]; ok 'nobody else gets a part, a 304 or its head'
[ "$(code -d x=1 "$BASE_URL/members/")" = 401 ] && ! secret && { code -X OPTIONS "$BASE_URL/members/" >/dev/null; ! secret; }; ok 'by any method'
token=$(code -b "$TMP/jar" "$BASE_URL/api/auth/token" >/dev/null; sed 's/.*"token":"\([^"]*\)".*/\1/' "$TMP/body")
[ "$(code -H "authorization: Bearer $token" "$BASE_URL/members/index.html")" = 200 ] && secret; ok 'a JWT opens it, too'
for path in //members/ /./members/ /x/../members/ /members/. /members//index.html /members/./index.html /%6dembers/ /members%2f /members%2findex.html /%2fmembers/ /members/%69ndex.html \
	/MEMBERS/ /Members/index.html /members../ /members./ /members/.. /members/../members/ '/members;x/' '/members/;x' '/members/%00' '/members%00/' '/members\' '/x/..%2fmembers/' '/x/%2e%2e/members/index.html' \
	'/members/index.html%20' /members/index.html. '/members/index.html::$DATA' '/%c0%afmembers/' '/members/%c0%ae%c0%ae/index.html' '/members?/../index.html' '/index.html/../members/index.html' '/members#'; do
	code --path-as-is "$BASE_URL$path" >"$TMP/code"
	! secret; ok "$path shows nobody anything: $(cat "$TMP/code")"
done
printf 'GET http://127.0.0.1/members/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\nGET /members/index.html HTTP/1.0\r\n\r\n' |
	timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat >&3; cat <&3" >"$TMP/body" 2>/dev/null
[ -s "$TMP/body" ] && ! secret; ok 'nor does an absolute target'

POSTERN_CONF=$TMP/server/postern.conf "$BIN/posternctl" bench peer --url "$BASE_URL" --seconds 1 >"$TMP/bench" 2>&1 &&
	[ "$(sed -n 's/^\([a-z-]*\) .* x .*/\1/p' "$TMP/bench" | tr '\n' ' ')" = 'get-session token jwks ' ]; ok 'posternctl bench measures it'
[ "$(sql 'SELECT count(*) FROM "user" WHERE "isAnonymous"')" = 0 ]; ok 'and leaves no guest'

# wait alone would wait for lighttpd
wait_jobs() {
	# shellcheck disable=SC2086
	wait $jobs
	jobs=
}
jobs=

# One address, many at once
OUT=/dev/null
for i in $(seq 60); do
	sign_up same@x.co >"$TMP/same.$i" &
	jobs="$jobs $!"
done
wait_jobs
[ "$(cat "$TMP"/same.* | grep -o 200 | wc -l)" = 1 ] && [ "$(cat "$TMP"/same.* | grep -o 422 | wc -l)" = 59 ]; ok 'sixty sign-ups of one address: one account, 59 times 422'
[ "$(sql "SELECT count(*) FROM \"user\" WHERE email = 'same@x.co'")" = 1 ]; ok 'one row'

# Killed workers
OUT=/dev/null
for i in $(seq 40); do
	sign_up "kill$i@x.co" >"$TMP/kill.$i" &
	jobs="$jobs $!"
	[ $((i % 8)) -ne 0 ] || workers_of signup | xargs -r kill -KILL
done
wait_jobs
[ "$(half_made)" = 0 ]; ok 'workers killed during sign-ups leave nothing half made'
made=$(sql "SELECT count(*) FROM \"user\" WHERE email LIKE 'kill%'") said=$(cat "$TMP"/kill.* | grep -o 200 | wc -l)
[ "$made" -ge "$said" ]; ok "whoever was told 200 has an account ($said told, $made made)"
OUT=
[ "$(sign_up after@x.co)" = 200 ]; ok 'the next sign-up works'
workers_of session | xargs kill -KILL
[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 200 ] && grep -q a@x.co "$TMP/body"; ok 'session workers come back'
for i in 1 2 3 4 5; do
	master_of session | xargs kill -KILL
	[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 200 ] && grep -q a@x.co "$TMP/body"; ok "its master is killed: the next request waits, and works ($i)"
done

# Restart under load: SIGHUP executes the program anew on the same socket.
before=$(workers_of session | sort | tr '\n' ' ')
for i in $(seq 200); do OUT=/dev/null code -b "$TMP/jar" "$BASE_URL/api/auth/get-session"; echo; done >"$TMP/hup" &
load=$!
for i in 1 2 3; do master_of session | xargs kill -HUP; sleep 0.2; done
wait $load
[ "$(grep -c 200 "$TMP/hup")" = 200 ]; ok 'three restarts under load: 200 of 200 answers'
[ "$(workers_of session | sort | tr '\n' ' ')" != "$before" ]; ok 'by other workers'

# A key that is younger than what the gate read a moment ago
workers_of gate | xargs kill -KILL
code "$BASE_URL/members/" >/dev/null
sql "UPDATE jwks SET id = 'younger'" >/dev/null
workers_of session | xargs kill -KILL
code -b "$TMP/jar" "$BASE_URL/api/auth/token" >/dev/null
token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$TMP/body")
[ "$(code -H "authorization: Bearer $token" "$BASE_URL/members/index.html")" = 200 ] && secret; ok 'a token of a key made a moment ago opens the gate'

# The database goes and comes
OUT= code -b "$TMP/jar" "$BASE_URL/api/auth/token" >/dev/null
token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$TMP/body")
code -H "authorization: Bearer $token" "$BASE_URL/api/chatkit/merge" >/dev/null
cluster_stop "$TMP/db"
[ "$(code "$BASE_URL/healthz")" = 503 ] && grep -q '"code":"SERVICE_UNAVAILABLE"' "$TMP/body"; ok 'no database: healthz says so'
[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 503 ]; ok 'get-session is 503'
[ "$(sign_up down@x.co)" = 503 ]; ok 'so is sign-up'
[ "$(code "$BASE_URL/api/auth/jwks")" = 200 ] && grep -q kid "$TMP/body"; ok 'the keys are there all the same'
[ "$(code "$BASE_URL/api/auth/ok")" = 200 ]; ok 'and ok is ok'
[ "$(code -H "authorization: Bearer $token" -H 'content-type: application/json' -d '{"guest_token":"abcdefghijklmnopqrstuvwxyz012345"}' "$BASE_URL/api/chatkit/merge")" = 503 ]; ok 'a merge that could not look for the guest says so'
cluster_start "$TMP/db" fsync=off
[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 200 ] && grep -q a@x.co "$TMP/body"; ok 'it is back: the next request works'
[ "$(sign_up up@x.co)" = 200 ]; ok 'the next sign-up, too'
postmaster=$(cluster_pid "$TMP/db")
cluster_do kill -STOP $(pgrep -P "$postmaster") "$postmaster"
[ "$(code --max-time 20 -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 503 ]; ok 'a database that hangs: an answer all the same'
cluster_do kill -CONT $(pgrep -P "$postmaster") "$postmaster"
[ "$(code -b "$TMP/jar" "$BASE_URL/api/auth/get-session")" = 200 ]; ok 'and again when it goes on'

# What a password leaves behind
if [ "$(id -u)" = 0 ] && ! nm "$BIN/signin" 2>/dev/null | grep -q __asan_init; then
	for i in 1 2 3 4 5 6; do
		code -H 'content-type: application/json' -d '{"email":"a@x.co","password":"needle-in-a-haystack-7"}' "$BASE_URL/api/auth/sign-in/email"
		sign_up "n$i@x.co" -H "x-needle: $i"
	done >/dev/null
	[ "$(python3 "$srcdir/tests/http/find_in_memory.py" needle-in-a-haystack-7 $(workers_of signin))" = 0 ]; ok 'no password stays in the memory of signin'
	[ "$(python3 "$srcdir/tests/http/find_in_memory.py" password1234 $(workers_of signup))" = 0 ]; ok 'nor in that of signup'
	[ "$(python3 "$srcdir/tests/http/find_in_memory.py" "$BETTER_AUTH_SECRET" $(workers_of signin))" != 0 ]; ok 'the search can find something'
fi

# One count for all workers
OUT=/dev/null
server_stop
RATE_LIMIT=on; export RATE_LIMIT
server_start "$TMP/server" || exit 1
for i in $(seq 40); do
	code -H 'content-type: application/json' -d '{' "$BASE_URL/api/auth/sign-in/email" >"$TMP/limit.$i" &
	jobs="$jobs $!"
done
wait_jobs
[ "$(cat "$TMP"/limit.* | grep -o 400 | wc -l)" = 3 ] && [ "$(cat "$TMP"/limit.* | grep -o 429 | wc -l)" = 37 ]; ok 'of forty at once just three are allowed'

# A stop that comes early
mkdir "$TMP/early"
POSTERN_CONF=$TMP/server/postern.conf python3 "$srcdir/tests/http/stop_early.py" "$BIN/jwks" "$TMP/early" 2>>"$TMP/log"; ok 'a stop ends workers that have not connected yet'

# The keys as a file that the web server sends by itself
server_stop
JWKS_FILE=$TMP/server/run/jwks.json RATE_LIMIT=off; export JWKS_FILE
server_start "$TMP/server" || exit 1
sign_up b@x.co -c "$TMP/jar" >/dev/null; code -b "$TMP/jar" "$BASE_URL/api/auth/token" >/dev/null
for path in /api/auth/jwks /.well-known/jwks.json /api/auth/.well-known/jwks.json; do
	curl -qs -D "$TMP/head" -o "$TMP/body" "$BASE_URL$path"
	cmp -s "$TMP/body" "$JWKS_FILE" && grep -qi '^content-type: application/json' "$TMP/head" &&
		grep -qi '^cache-control: public, max-age=300' "$TMP/head"; ok "$path is a file"
done
kill -KILL "$(master_of jwks)"
[ "$(code "$BASE_URL/api/auth/jwks")" = 200 ]; ok 'no program is asked for it'

server_stop
! grep -q 'Sanitizer\|runtime error:' "$TMP"/server/log/*; ok 'no memory error in the logs'
grep -h -A 20 -m 1 'Sanitizer\|runtime error:' "$TMP"/server/log/*
! grep -qE 'password1234|better-auth.session_token=[A-Za-z0-9]' "$TMP"/server/log/*; ok 'no secret neither'
echo "1..$count"
exit $failed
