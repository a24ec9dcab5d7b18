#!/bin/sh
# SPDX-License-Identifier: ISC
# The sign-up, killed and cut off from its database at every message between them.
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
DATABASE_URL=$(cluster_url "$TMP/db" postgres)
psql -Xqd "$DATABASE_URL" -c 'CREATE DATABASE faults' || exit 1
DATABASE_URL=$(cluster_url "$TMP/db" faults)
export BIN TMP DATABASE_URL POSTERN_CONF=/dev/null
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export QUESTIONNAIRE="$srcdir/share/questionnaire.json" PROFILE_GATE=atomic RATE_LIMIT=off LOG_LEVEL=error
"$BIN/posternctl" migrate >/dev/null || exit 1
python3 -B "$srcdir/tests/faults/faults.py" || { tail -n 20 "$TMP/log" | sed "s/^/# /"; exit 1; }
