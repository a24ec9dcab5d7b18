#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests of this folder on a throw-away cluster: run.sh [TEST]...
#   srcdir, builddir   as make check sets them
#   WRAP               a command to run every program under
#   KEPT               not empty: as FastCGI processes that stay for the next call
#   LANES              how many at a time; as many as there are processors
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

run_test() {
	name=$(basename "$1" .test)
	TMP=$TMP/$name
	export TMP
	psql -Xqd "$(cluster_url "$ROOT/db" postgres)" -c "CREATE DATABASE \"$name\"" || return 1
	DATABASE_URL=$(cluster_url "$ROOT/db" "$name")
	export DATABASE_URL
	"$BIN/posternctl" migrate >/dev/null || return 1
	: >"$TMP/log"
	sh "$1"
	result=$?
	python3 -S "$srcdir/tests/cgi/kept.py" --stop
	if grep -q 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"; then
		echo "not ok - $name: memory errors"
		grep -A 30 -m 1 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"
		return 1
	fi
	return $result
}

# A lane takes the next test that nobody has; each has a database and a folder of its own.
run_lane() {
	lane_failed=0
	for test; do
		dir=$TMP/$(basename "$test" .test)
		mkdir "$dir" 2>/dev/null || continue
		(run_test "$test") >"$dir.out" 2>&1 || lane_failed=1
		echo "# $(basename "$test" .test)"
		cat "$dir.out"
	done
	return $lane_failed
}

ROOT=$TMP
[ $# -gt 0 ] || set -- "$srcdir"/tests/cgi/*.test
pids= failed=0
for lane in $(seq "${LANES:-$(nproc)}"); do
	run_lane "$@" >"$TMP/lane.$lane" &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || failed=1
done
cat "$TMP"/lane.*
exit $failed
