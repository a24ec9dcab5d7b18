#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests of this folder on a throw-away cluster, with a mail server on the loopback
# interface that misbehaves as told: run.sh [TEST]...
#   srcdir, builddir   as make check sets them
#   WRAP               a command to run mailer under
set -u
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
command -v python3 >/dev/null || exit 77
WRAP=${WRAP-}
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
trap 'cluster_stop "$ROOT/db"; rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
ROOT=$TMP
cluster_start "$TMP/db" fsync=off || exit 1

export BIN WRAP srcdir ROOT
export POSTERN_CONF=/dev/null BETTER_AUTH_URL=http://localhost:8080 LOG_LEVEL=info
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export MAIL_TEMPLATES="$srcdir/share/mail" DATABASE_TIMEOUT=2000
unset SMTP_URL SMTP_TLS MAIL_DIR MAIL_FROM MAIL_ATTEMPTS MAIL_RETRY MAIL_TIMEOUT MAIL_KEEP MAIL_POLL

run_test() {
	name=$(basename "$1" .test)
	TMP=$TMP/$name
	mkdir "$TMP"
	export TMP
	psql -Xqd "$(cluster_url "$ROOT/db" postgres)" -c "CREATE DATABASE \"$name\"" || return 1
	DATABASE_URL=$(cluster_url "$ROOT/db" "$name")
	export DATABASE_URL
	"$BIN/posternctl" migrate >/dev/null || return 1
	: >"$TMP/log"
	sh "$1"
	result=$?
	if grep -q 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"; then
		echo "not ok - $name: memory errors"
		grep -A 30 -m 1 'Sanitizer\|runtime error:\|^==[0-9]*==' "$TMP/log"
		return 1
	fi
	return $result
}

# One after the other: the last one stops the database.
failed=0
[ $# -gt 0 ] || set -- "$srcdir"/tests/mail/letter.test "$srcdir"/tests/mail/smtp.test \
	"$srcdir"/tests/mail/loop.test
for test; do
	echo "# $(basename "$test" .test)"
	(run_test "$test") 2>&1 || failed=1
done
exit $failed
