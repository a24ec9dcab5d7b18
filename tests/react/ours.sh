#!/bin/sh
# SPDX-License-Identifier: ISC
# One server of ours behind lighttpd on PORT, until standard input ends; says its address once
# it answers.
#   srcdir, BIN (the programs), TMP (a folder), INSTANCE (its name); settings as environment
set -u
# shellcheck source=tests/http/server.sh
. "${srcdir:?}/tests/http/server.sh"

# The environment wins over the file that server_start writes.
free_port() { echo "${PORT:?}"; }
export BETTER_AUTH_URL="http://localhost:$PORT" RATE_LIMIT_FILE="$TMP/$INSTANCE/limits"
server_start "$TMP/$INSTANCE" >&2 || exit 1
echo "$BETTER_AUTH_URL"
cat >/dev/null
server_stop
