#!/bin/sh
# SPDX-License-Identifier: ISC
# Does a deployment work?  smoke.sh BASE_URL
# Makes a guest with a chat, lets it sign up, and deletes nothing: it leaves one account
# smoke-...@example.com.  Needs curl.  TAP on standard output; exit status 0 if all is well.
set -u
base=${1:?usage: smoke.sh BASE_URL}
base=${base%/}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
count=0 failed=0

ok() { # after a command: its status decides
	if [ $? -eq 0 ]; then result=ok; else result='not ok' failed=1; fi
	count=$((count + 1))
	echo "$result $count - $1"
	[ "$result" = ok ] || sed 's/^/# /' "$tmp/body" | cut -c 1-300
}
ask() { # ask METHOD PATH [BODY]: $status, $tmp/body, $tmp/head
	method=$1 path=$2
	shift 2
	[ $# -eq 0 ] || set -- -H 'content-type: application/json' --data-binary "$1"
	status=$(curl -qsS -o "$tmp/body" -D "$tmp/head" -w '%{http_code}' -b "$tmp/jar" -c "$tmp/jar" \
		-H "origin: $base" -X "$method" "$@" "$base$path")
}
has() { grep -qF -- "$1" "$tmp/body"; }
header() { tr -d '\r' <"$tmp/head" | sed -n "s/^$1: //pI"; }

ask GET /healthz; [ "$status" = 200 ]; ok 'the database answers'
ask GET /api/auth/ok; [ "$status" = 200 ] && has '{"ok":true}'; ok 'session answers'
ask GET /api/auth/jwks; [ "$status" = 200 ] && has '"kid"'; ok 'there is a key'
cp "$tmp/body" "$tmp/keys"
for path in /.well-known/jwks.json /api/auth/.well-known/jwks.json; do
	ask GET $path; cmp -s "$tmp/body" "$tmp/keys"; ok "and the same at $path"
done
ask GET /api/user/profile/questionnaire; [ "$status" = 200 ] && has '"questions"'; ok 'there is a questionnaire'
ask GET /api/auth/get-session; has null; ok 'nobody is signed in'
ask POST /api/auth/sign-in/anonymous '{}'; [ "$status" = 200 ] && has '"isAnonymous":true'; ok 'a visitor is a guest'
ask POST /api/chatkit/threads '{"title":"smoke"}'; [ "$status" = 201 ]; ok 'makes a thread'
thread=$(sed -n 's/^{"id":"\([^"]*\)".*/\1/p' "$tmp/body")
ask POST "/api/chatkit/threads/$thread/items" '{"type":"user_message","content":[{"type":"input_text","text":"smoke"}]}'; [ "$status" = 201 ]; ok 'and writes in it'

# The first option of every question, whatever this site asks.
ask GET /api/user/profile/questionnaire
profile=$(python3 - "$tmp/body" <<'END'
import json, sys
profile = {"software_context": {}, "hardware_context": {}}
for q in json.load(open(sys.argv[1]))["questions"]:
    at, keys, value = profile, q["path"].split("."), q["options"][0]["value"]
    for key in keys[:-1]:
        at = at.setdefault(key, {})
    at[keys[-1]] = [value] if q["kind"] == "multi" else value
print(json.dumps(profile))
END
)
mail=smoke-$(date +%s)-$$@example.com
ask POST /api/auth/sign-up/email "{\"name\":\"Smoke\",\"email\":\"$mail\",\"password\":\"smoke-$$-password\",\"profile\":$profile}"
[ "$status" = 200 ] && [ "$(header x-merge-status)" = 'merged; threads=1' ]; ok 'signs up, and keeps the thread'
ask GET "/api/chatkit/threads/$thread/items"; [ "$status" = 200 ] && has smoke; ok 'with what was written'
ask GET /api/auth/get-session; has '"isAnonymous":false'; ok 'is a member'
ask GET /api/auth/token; [ "$status" = 200 ] && has '"token":"ey'; ok 'gets a token'
ask POST /api/auth/sign-out '{}'; [ "$status" = 200 ]; ok 'signs out'
ask GET /api/auth/get-session; has null; ok 'and is nobody again'
echo "1..$count"
exit $failed
