#!/bin/sh
# SPDX-License-Identifier: ISC
# Take-over both ways: Better Auth of several versions makes a database, our programs run on
# it with the same secret, then Better Auth does again; nobody is logged out. run.sh [NAME]...
#   srcdir, builddir   as make check sets them
set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
here=$srcdir/tests/takeover
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$TMP/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM

installed() {
	cmp -s "$here/package-lock.json" "$here/node_modules/.for"
}

installed || {
	(cd "$here" && npm ci --no-audit --no-fund --ignore-scripts --silent) &&
		cp "$here/package-lock.json" "$here/node_modules/.for"
} || exit 1
cluster_start "$TMP/db" fsync=off || exit 1
CLUSTER_URL=$(cluster_url "$TMP/db")
export srcdir BIN TMP CLUSTER_URL
node "$here/main.mjs" "$@"
