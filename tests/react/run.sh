#!/bin/sh
# SPDX-License-Identifier: ISC
# The stock React client in a real browser, from another origin, on a throw-away cluster.
#   builddir   where the programs were built
#   SERVER     ours, or peer: the same stories with Better Auth itself, which proves them
#   ONLY       names of stories, comma-separated
#   CHROMIUM   the browser, /usr/bin/chromium
set -u
here=$(cd "$(dirname "$0")" && pwd)
srcdir=$(cd "$here/../.." && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
SERVER=${SERVER:-ours}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cd "$here" || exit 1
[ -n "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ] ||
	npm ci --no-audit --no-fund --ignore-scripts --silent || exit 1
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$TMP/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1

# Nobody takes the mails out of the outbox: the stories read them there.
unset POSTURE PASSWORD_HASH COOKIE_CACHE SMTP_URL SMTP_URL_FILE MAIL_DIR
DATABASE_URL=$(cluster_url "$TMP/db")
export BIN TMP SERVER srcdir DATABASE_URL
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export PROFILE_GATE=off RATE_LIMIT=off LOG_LEVEL=warn WORKERS=2
export QUESTIONNAIRE="$srcdir/share/questionnaire.json" MAIL_TEMPLATES="$srcdir/share/mail"
if [ "$SERVER" = peer ]; then
	node peer.mjs migrate || exit 1
else
	POSTERN_CONF=/dev/null "$BIN/posternctl" migrate >/dev/null || exit 1
fi
node run.mjs
result=$?
[ "$SERVER" = ours ] || exit $result
[ $result -eq 0 ] || tail -n 20 "$TMP"/*/log/postern.log
! grep -hE 'level=error|Sanitizer|runtime error:' "$TMP"/*/log/postern.log && exit $result
exit 1
