#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests of this folder on a throw-away cluster: run.sh [TEST]...
#   srcdir, builddir   as make check sets them
#   WRAP               a command to run every program under
set -u
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
WRAP=${WRAP-}
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$TMP/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1

export BIN TMP WRAP srcdir
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export BETTER_AUTH_URL=http://localhost:8080 BETTER_AUTH_TRUSTED_ORIGINS=http://localhost:3000
export QUESTIONNAIRE="$srcdir/share/questionnaire.json" RATE_LIMIT=off LOG_LEVEL=warn
export POSTERN_CONF=/dev/null
unset PROFILE_GATE PASSWORD_HASH POSTURE

[ $# -gt 0 ] || set -- "$srcdir"/tests/cgi/*.test
failed=0
for test; do
	name=$(basename "$test" .test)
	echo "# $name"
	psql -Xqd "$(cluster_url "$TMP/db" postgres)" -c "CREATE DATABASE \"$name\"" || exit 1
	DATABASE_URL=$(cluster_url "$TMP/db" "$name")
	export DATABASE_URL
	"$BIN/posternctl" migrate >/dev/null || exit 1
	: >"$TMP/log"
	sh "$test" || failed=1
	if grep -q 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"; then
		echo "not ok - $name: memory errors"
		grep -A 30 -m 1 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"
		failed=1
	fi
done
exit $failed
