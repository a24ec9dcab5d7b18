#!/bin/bash
# SPDX-License-Identifier: ISC
# Installs what the tests need, builds, runs every layer; see usage().

usage() {
	cat <<-'END'
	usage: ./test.sh [STAGE]...    all stages without one
	stages: check       unit, corpus, guards, SQL, CGI, live behind lighttpd
	        clang       no warning from clang
	        sanitizers  the same as check under AddressSanitizer and UBSan
	        valgrind    the CGI tests, as FastCGI processes, under valgrind
	        parity      side by side with Better Auth, and the database taken over and back
	        servers     lighttpd, nginx, Apache httpd and Caddy with the configurations of conf/
	        react       Better Auth's React client in Chromium, from another origin
	        site        start.sh from a clone: smoke test, FastAPI, Chromium
	        book        examples/docusaurus from a clone: built, served, Chromium
	        dist        make distcheck, with the shorter layers
	END
}

set -u
src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
out=${TEST_DIR:-$src/build/test}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
passed=0 failed=0 skipped=0 bad_stages='' cloned=

say() {
	echo "== $*"
}

# count FILE: TAP lines and libcheck's summaries; what failed is shown again.
count() {
	local checks
	passed=$((passed + $(grep '^ok ' "$1" | grep -vc '# SKIP')))
	failed=$((failed + $(grep -c '^not ok' "$1")))
	skipped=$((skipped + $(grep -cE '^ok .*# SKIP|^SKIP: ' "$1")))
	while read -r checks fails errors; do
		passed=$((passed + checks - fails - errors))
		failed=$((failed + fails + errors))
	done < <(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$1")
	grep -hE -A 8 '^not ok|^[^ ]*:[0-9]+:[EF]:' "$1" | head -n 60
}

# stage NAME CMD...: its output goes to a file; a stage that fails without naming a test
# counts as one failed test.
stage() {
	local name=$1 log=$out/$1.log before=$failed started=$SECONDS status
	shift
	say "$name"
	"$@" >"$log" 2>&1 </dev/null
	status=$?
	count "$log"
	if [ $status -ne 0 ]; then
		bad_stages="$bad_stages $name"
		[ "$failed" -gt "$before" ] || { failed=$((failed + 1)); tail -n 30 "$log"; }
	fi
	say "$name: status $status, $((SECONDS - started)) s, log in $log"
}

# tree NAME [CONFIGURE ARGUMENT]...: a build tree of its own.
tree() {
	mkdir -p "$out/$1" && cd "$out/$1" || return 1
	[ -e Makefile ] || "$src/configure" --enable-werror "${@:2}"
}

# The results of make check are in a log per test.
check() {
	local status
	make -s -j"$(nproc)" && make -s -j"$(nproc)" check && [ -x tests/unit/unit ]
	status=$?
	cat tests/*.log tests/*/*.log 2>/dev/null
	return $status
}

run_check() (
	tree plain && check
)

run_clang() (
	tree clang CC=clang && make -s -j"$(nproc)" all
)

run_sanitizers() (
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
	export MERGE_PARTS='histories interleaved theft together'
	tree sanitizers --enable-sanitizers CFLAGS='-O1 -g' && check
)

# As FastCGI processes, which start once. Left out are the two that make RSA keys all the
# time, and gate, which needs a process for each of many settings: minutes here, and the
# sanitizers run them.
run_valgrind() (
	tree plain && make -s -j"$(nproc)" || exit 1
	export WRAP='valgrind -q --read-inline-info=no --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite'
	# shellcheck disable=SC2046
	KEPT=1 builddir=. srcdir=$src sh "$src/tests/cgi/run.sh" \
		$(printf '%s\n' "$src"/tests/cgi/*.test | grep -v -e /token.test -e /libraries.test -e /gate.test)
)

# What needs Better Auth itself, from npm.
with_peer() (
	tree plain && make -s -j"$(nproc)" || exit 1
	failed_here=0
	for suite; do
		srcdir=$src builddir=. sh "$src/tests/$suite/run.sh" || failed_here=1
	done
	exit $failed_here
)

run_parity() {
	with_peer parity takeover
}

run_react() {
	with_peer react
}

run_servers() (
	tree plain && make -s -j"$(nproc)" && srcdir=$src builddir=. sh "$src/tests/servers/run.sh"
)

# As a newcomer has it: a clone in a new folder, with what is uncommitted here.
clone() {
	rm -rf "$out/clone"
	mkdir -p "$out/clone" && (cd "$src" && git ls-files -z --cached --others --exclude-standard |
		xargs -0 cp --parents -t "$out/clone" 2>/dev/null)
	[ -x "$out/clone/start.sh" ]
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The site started anew, with the example backend behind it: run_chatkit BASE-URL DATABASE-URL.
run_chatkit() (
	backend=127.0.0.1:$(free_port)
	./start.sh --stop && CHATKIT_BACKEND=$backend ./start.sh --detach || exit 1
	cd examples/fastapi || exit 1
	AUTH_URL=$1 DATABASE_URL=$2 WORD_PAUSE=0.005 /usr/bin/python3 -B -m uvicorn main:app --port "${backend#*:}" \
		--log-level warning &
	pid=$!
	trap 'kill $pid; wait $pid' EXIT
	curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused "http://$backend/me" || exit 1
	BACKEND=1 node ../../tests/browser/run.mjs "$1"
)

run_site() (
	clone && cd "$out/clone" || exit 1
	export VAR=$out/clone/var RATE_LIMIT=off
	PORT=$(free_port)
	export PORT
	trap './start.sh --stop' EXIT
	./start.sh --detach || exit 1
	base=http://localhost:$PORT
	failed_here=0
	sh tests/smoke.sh "$base" || failed_here=1
	./start.sh --status || failed_here=1
	database=$(sed -n 's/^DATABASE_URL=//p' "$VAR/postern.conf")
	DATABASE_URL=$database BASE_URL=$base sh tests/fastapi/run.sh || failed_here=1
	(cd tests/browser && npm ci --no-audit --no-fund --silent) || failed_here=1
	node tests/browser/run.mjs "$base" || failed_here=1
	if /usr/bin/python3 -c 'import asyncpg, fastapi, jwt, uvicorn' 2>/dev/null; then
		run_chatkit "$base" "$database" || failed_here=1
	else
		echo 'ok - the pages with the example backend # SKIP python3-fastapi or python3-asyncpg is missing'
	fi
	exit $failed_here
)

# In the clone of the site's stage, where Postern is built already.
run_book() (
	[ -n "$cloned" ] || clone || exit 1
	cd "$out/clone" || exit 1
	export VAR=$out/clone/var RATE_LIMIT=off
	PORT=$(free_port)
	export PORT
	trap 'examples/docusaurus/start.sh --stop' EXIT
	examples/docusaurus/start.sh --detach || exit 1
	[ -d tests/browser/node_modules ] ||
		(cd tests/browser && npm ci --no-audit --no-fund --silent) || exit 1
	node tests/browser/book.mjs "http://localhost:$PORT"
)

# From the tarball, with a source that cannot be written; what takes long has run above.
run_dist() (
	tree plain && make -s -j"$(nproc)" distcheck AM_COLOR_TESTS=no \
		TESTS='tests/guards.sh tests/sql/run.sh tests/recorded/run.sh tests/mail/run.sh tests/fuzz/replay.sh tests/unit/unit'
)

run() {
	case $1 in
	check | clang | sanitizers | valgrind | parity | servers | react | site | book | dist) stage "$1" "run_$1" ;;
	*) usage >&2; exit 2 ;;
	esac
	[ "$1" != site ] || cloned=yes
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
sh "$src/deploy/packages.sh" build run test || exit 1
mkdir -p "$out"
if [ "$src/configure.ac" -nt "$src/configure" ] || [ "$src/Makefile.am" -nt "$src/Makefile.in" ] ||
    [ "$src/tests/local.mk" -nt "$src/Makefile.in" ]; then
	autoreconf -fi "$src" >"$out/autoreconf.log" 2>&1 || { cat "$out/autoreconf.log"; exit 1; }
fi
[ $# -gt 0 ] || set -- check clang sanitizers valgrind parity servers react site book dist
for name; do
	run "$name"
done
[ -z "$bad_stages" ] || say "failed:$bad_stages"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ -z "$bad_stages" ]
