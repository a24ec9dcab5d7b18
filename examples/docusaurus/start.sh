#!/bin/sh
# SPDX-License-Identifier: ISC
# The book of this folder with Postern, on http://localhost:8080. Takes what the start.sh of
# the root takes: arguments, PORT, VAR (here ./var), settings.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)

# Node makes the pages, lighttpd's Lua chooses among them.
install() {
	sh "$root/deploy/packages.sh" book
	cd "$here"
	cmp -s package-lock.json node_modules/.for && return
	npm ci --no-audit --no-fund --ignore-scripts && cp package-lock.json node_modules/.for
}

sources() {
	find build.mjs docusaurus.config.js sidebars.*.js edition.lua package-lock.json \
		docs src static -newer build/policy.conf 2>/dev/null
}

build() {
	if [ ! -e build/policy.conf ] || [ -n "$(sources)" ]; then
		node build.mjs
	fi
}

case ${1-} in
'' | --detach) install; build ;;
esac
export SITE_CONF="$here/lighttpd.conf.in" SITE_WWW="$here/build" VAR="${VAR:-$here/var}"
export SIGNIN_URL="${SIGNIN_URL:-/sign-in/}" QUESTIONNAIRE_URL="${QUESTIONNAIRE_URL:-/questionnaire/}"
export PROFILE_GATE="${PROFILE_GATE:-after}"
export PROFILE_CLAIMS="${PROFILE_CLAIMS:-experience_level=software_context.experience_level}"
exec "$root/start.sh" "$@"
