#!/bin/sh
# SPDX-License-Identifier: ISC
# Tests examples/fastapi against a running auth service; prints TAP, exits 0 if all passed, 77 if it cannot run here.
#   BASE_URL=http://localhost:8080 tests/fastapi/run.sh
#   DATABASE_URL  the service's database, for the chat; without one only the tokens are tested
#   AUTH_URL      its public base URL, where that is another (the issuer of the tokens)
#   WITH_PROFILE  0: sign up without a profile, for a server that has no questionnaire
#   PYTHON        interpreter that has fastapi, uvicorn, jwt and, for the chat, asyncpg
set -eu

: "${BASE_URL:=http://localhost:8080}"
: "${PYTHON:=/usr/bin/python3}"
export BASE_URL
here=$(dirname "$0")

if ! "$PYTHON" -c 'import cryptography, fastapi, jwt, uvicorn' 2>/dev/null; then
	echo '1..0 # SKIP python3-fastapi, python3-jwt, python3-cryptography or uvicorn is missing'
	exit 77
fi
status=0
DATABASE_URL='' "$PYTHON" -B "$here/test_backend.py" || status=1
if [ -z "${DATABASE_URL-}" ] || ! "$PYTHON" -c 'import asyncpg' 2>/dev/null; then
	echo 'ok - the chat # SKIP no DATABASE_URL, or python3-asyncpg is missing'
else
	"$PYTHON" -B "$here/test_chat.py" || status=1
fi
exit $status
