#!/bin/sh
# SPDX-License-Identifier: ISC
# Tests examples/fastapi against a running auth service; prints TAP, exits 0 if all passed, 77 if it cannot run here.
#   BASE_URL=http://localhost:8080 tests/fastapi/run.sh
#   AUTH_URL      its public base URL, where that is another (the issuer of the tokens)
#   WITH_PROFILE  0: sign up without a profile, for a server that has no questionnaire
#   PYTHON        interpreter that has fastapi, uvicorn and jwt
set -eu

: "${BASE_URL:=http://localhost:8080}"
: "${PYTHON:=/usr/bin/python3}"
export BASE_URL

if ! "$PYTHON" -c 'import cryptography, fastapi, jwt, uvicorn' 2>/dev/null; then
	echo '1..0 # SKIP python3-fastapi, python3-jwt, python3-cryptography or uvicorn is missing'
	exit 77
fi
exec "$PYTHON" -B "$(dirname "$0")/test_backend.py"
