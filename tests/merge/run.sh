#!/bin/sh
# SPDX-License-Identifier: ISC
# Merges in random histories, cut off, killed, interleaved, by thieves and behind a pooler.
#   run.sh [--full] [PART]...   PART: histories interleaved crashes server theft together pooler
#   SEED    of the histories; printed
#   STEPS   how many
#   MERGE_PARTS   the parts when none is named; all
# --full takes minutes; without it each part has a share of them.
set -u
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- ${MERGE_PARTS-}
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$TMP/db"; [ ! -d "$TMP/safe" ] || cluster_stop "$TMP/safe"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1
DATABASE_URL=$(cluster_url "$TMP/db" postern)
export BIN TMP DATABASE_URL srcdir POSTERN_CONF=/dev/null
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export BETTER_AUTH_URL=http://localhost:8080 RATE_LIMIT=off LOG_LEVEL=error PROFILE_GATE=off PASSWORD_HASH=yescrypt
export QUESTIONNAIRE="$srcdir/share/questionnaire.json"
"$BIN/posternctl" migrate >/dev/null || exit 1
failed=0
PATH=$PATH:/usr/sbin PYTHONPATH="$srcdir/tests/faults" python3 -B "$srcdir/tests/merge/merge.py" "$@" || failed=1
if grep -q 'Sanitizer\|runtime error:' "$TMP/log"; then
	echo 'not ok - memory errors'
	failed=1
fi
[ $failed = 0 ] || tail -n 20 "$TMP/log" | sed 's/^/# /'
exit $failed
