#!/bin/sh
# SPDX-License-Identifier: ISC
# The differential oracle: the same calls to our programs and to Better Auth, on one database
# with one secret; then keys and tokens, and keys that change. run.sh [OPTION]...
#   --full         every case in every variant, more and longer random scripts
#   --self         the peer against the peer: what is different then is the oracle's fault
#   --only=REGEX   only what has such a name
#   tokens         keys and tokens of each side under the other one and jose, nothing else
#   rotation       tokens while keys change, nothing else
#   SEED=n         begins the random scripts with this seed
#   srcdir, builddir   as make check sets them
set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
here=$srcdir/tests/parity
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
	(cd "$here" && npm ci --no-audit --no-fund --silent) &&
		cp "$here/package-lock.json" "$here/node_modules/.for"
} || exit 1
cluster_start "$TMP/db" fsync=off || exit 1
CLUSTER_URL=$(cluster_url "$TMP/db")
export srcdir BIN TMP CLUSTER_URL
failed=0
case ${1-} in
tokens | rotation) node "$here/$1.mjs" || failed=1 ;;
*) node "$here/main.mjs" "$@" || failed=1 ;;
esac
if [ $# -eq 0 ]; then
	for part in tokens rotation; do
		node "$here/$part.mjs" || failed=1
	done
fi
exit $failed
