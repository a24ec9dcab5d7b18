#!/bin/sh
# SPDX-License-Identifier: ISC
# Replays what a Better Auth server answered against our programs: run.sh [RECORDING]...
#   srcdir, builddir   as make check sets them
#   WRAP               a command to run every program under
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

# Better Auth's own tables, with every plugin's columns, and then our migration.
at_first=$(cluster_url "$TMP/db" recorded)
psql -Xqd "$(cluster_url "$TMP/db" postgres)" -c 'CREATE DATABASE recorded' || exit 1
psql -Xqd "$at_first" -v ON_ERROR_STOP=1 -f "$srcdir/tests/recorded/schema.sql" >/dev/null || exit 1
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz POSTERN_CONF=/dev/null
DATABASE_URL=$at_first "$BIN/posternctl" migrate >/dev/null || exit 1
URLS=$at_first
for copy in second third; do
	psql -Xqd "$(cluster_url "$TMP/db" postgres)" \
		-c "CREATE DATABASE $copy TEMPLATE recorded" || exit 1
	URLS="$URLS $(cluster_url "$TMP/db" "$copy")"
done

LOG=$TMP/log
export srcdir BIN URLS LOG WRAP="${WRAP-}"
PYTHONDONTWRITEBYTECODE=1 python3 "$srcdir/tests/recorded/replay.py" "$@"
result=$?
if grep -q 'Sanitizer\|runtime error:\|^==[0-9]*==' "$LOG"; then
	echo "not ok - memory errors"
	grep -A 30 -m 1 'Sanitizer\|runtime error:\|^==[0-9]*==' "$LOG"
	result=1
fi
if grep -q '^Traceback' "$LOG"; then
	cat "$LOG"
	result=1
fi
[ -z "${KEEP_LOG-}" ] || cp "$LOG" "$KEEP_LOG"
exit $result
