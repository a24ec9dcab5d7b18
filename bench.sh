#!/bin/bash
# SPDX-License-Identifier: ISC
# Measures Postern and its peer, a Better Auth server, side by side on one PostgreSQL server.
#   ./bench.sh [--quick] [--json FILE]
# --quick takes about 2 minutes and leaves the million users out; the whole takes about 10.
# --json FILE is where all figures go (bench/result.json). BENCH_VAR names a folder for what a run needs
# (bench/var, about 1.5 GB); it is emptied at the end.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export BENCH_VAR=${BENCH_VAR:-$here/bench/var} NO_UPDATE_NOTIFIER=1
export BENCH_BIN=$BENCH_VAR/bin

usage() {
	sed -n '3,7s/^# \{0,1\}//p' "$0"
}

die() {
	echo "bench.sh: $*" >&2
	exit 1
}

# The options go on to run.mjs as they are, except that a file is made absolute.
options=()
parse_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--quick) options+=(--quick) ;;
		--json)
			[ $# -gt 1 ] || die "--json needs a file"
			options+=(--json "$(realpath -m "$2")")
			shift
			;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			usage >&2
			exit 2
			;;
		esac
		shift
	done
}

missing_packages() {
	command -v wrk >/dev/null || echo wrk
	command -v cc >/dev/null || command -v gcc >/dev/null || echo gcc libc6-dev
	[ -e /usr/include/openssl/evp.h ] || echo libssl-dev
	[ -e /usr/include/fcgiapp.h ] || echo libfcgi-dev
	command -v node >/dev/null || echo nodejs
	command -v npm >/dev/null || echo npm
	/usr/bin/python3 -c 'import jwt, cryptography' 2>/dev/null || echo python3-jwt python3-cryptography
	[ -n "$(find /usr/lib/postgresql -name pgbench 2>/dev/null)" ] || command -v pgbench >/dev/null || echo postgresql
}

install_packages() {
	local wanted sudo=()
	wanted=$(missing_packages | tr '\n' ' ')
	[ -n "$wanted" ] || return 0
	[ "$(id -u)" = 0 ] || sudo=(sudo)
	echo "Installing: $wanted" >&2
	# shellcheck disable=SC2086
	"${sudo[@]}" sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 install --no-install-recommends "$@"' sh $wanted >"$BENCH_VAR/apt.log" 2>&1 </dev/null ||
		die "cannot install; see $BENCH_VAR/apt.log, or run: apt-get install $wanted"
}

# npm ci makes node_modules anew, so it runs only when the lock file is newer.
install_peer() {
	local peer=$here/bench/peer
	[ "$(node -p 'parseInt(process.versions.node)')" -ge 20 ] || die "the peer needs Node 20; this is $(node -v)"
	[ "$peer/node_modules/.package-lock.json" -nt "$peer/package-lock.json" ] && return 0
	echo "Installing the peer" >&2
	(cd "$peer" && npm ci --omit=dev --no-audit --no-fund >"$BENCH_VAR/npm.log" 2>&1) ||
		die "npm failed; see $BENCH_VAR/npm.log"
}

build_helpers() {
	local name base
	mkdir -p "$BENCH_BIN"
	for name in hash exectime; do
		cc -O2 -Wall -o "$BENCH_BIN/$name" "$here/bench/$name.c" -lcrypto
	done
	base=$here/common/base
	cc -O2 -std=gnu11 -Wall -I"$here/common" -o "$BENCH_BIN/yes" "$here/bench/yes.c" \
		"$here/common/http/http.c" "$base/arena.c" "$base/clock.c" "$base/log.c" "$base/str.c" -lfcgi
}

# An interrupted run may have left servers behind that hold this folder. Where others may not
# enter it, start.sh puts the data elsewhere and leaves a link.
stop_leftovers() {
	local size data
	for size in small large; do
		data=$(realpath -e "$BENCH_VAR/$size" 2>/dev/null) || continue
		VAR=$data "${BENCH_START:-$here/start.sh}" --stop >/dev/null 2>&1 || true
		rm -rf "$data"
	done
	rm -rf "$BENCH_VAR"
}

parse_options "$@"
stop_leftovers
mkdir -p "$BENCH_VAR"
install_packages
install_peer
build_helpers
trap stop_leftovers EXIT
node "$here/bench/run.mjs" "${options[@]}" &
child=$!
trap 'kill -s TERM "$child" 2>/dev/null || true' INT TERM HUP
# A trapped signal ends the first wait before the child has cleaned up.
status=0
wait "$child" || status=$?
wait "$child" 2>/dev/null || true
exit "$status"
