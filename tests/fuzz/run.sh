#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh [SECONDS [TARGET...]]: builds the targets with clang from the sources, out of tree, and
# runs each for so long, one after the other, on a copy of its corpus.  Fails on a finding,
# which is left in $FINDINGS (the directory that is printed).
set -eu

seconds=${1:-10}
[ $# -eq 0 ] || shift
targets=$*
cd "$(dirname "$0")/../.."
if [ -z "$targets" ]; then
	for source in tests/fuzz/fuzz_*.c; do
		target=${source#tests/fuzz/fuzz_}
		targets="$targets ${target%.c}"
	done
fi
tmp=$(mktemp -d)
FINDINGS=${FINDINGS:-$(mktemp -d)}
trap 'rm -rf "$tmp"' EXIT INT TERM

CC=${CC:-clang}
packages='fcgi libpq json-c libcrypto libcrypt libsodium libcurl'
# shellcheck disable=SC2086
cflags=$(pkg-config --cflags $packages)
# shellcheck disable=SC2086
libs="$(pkg-config --libs $packages) -lunistring -lm"

compile() {
	# shellcheck disable=SC2086
	$CC -std=gnu11 -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=undefined \
		-D_GNU_SOURCE -DSYSCONFDIR='"/nonexistent"' -DDATADIR='"/nonexistent"' \
		-Icommon -I"$tmp" $cflags "$@"
}

build_library() {
	awk -f sql/embed.awk sql/queries/*.sql >"$tmp/sql.def"
	for source in common/*/*.c; do
		object=$tmp/$(echo "$source" | tr / -).o
		compile -fsanitize=fuzzer-no-link,address,undefined -c "$source" -o "$object"
	done
	ar rcs "$tmp/lib.a" "$tmp"/common-*.o
}

# Only those targets that act as a request need one.
build_target() {
	extra=
	case $1 in path | body) extra=tests/unit/exchange.c ;; esac
	# shellcheck disable=SC2086
	compile -fsanitize=fuzzer,address,undefined \
		"tests/fuzz/fuzz_$1.c" $extra "$tmp/lib.a" $libs -o "$tmp/fuzz_$1"
}

run_target() {
	mkdir -p "$tmp/corpus/$1"
	"$tmp/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
		-print_final_stats=1 -artifact_prefix="$FINDINGS/$1-" \
		"$tmp/corpus/$1" "tests/fuzz/corpus/$1" >"$tmp/log" 2>&1
}

build_library
failed=0
for target in $targets; do
	build_target "$target"
	if run_target "$target"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/log")
		echo "$target: $runs runs"
	else
		failed=1
		echo "$target: a finding"
		tail -n 60 "$tmp/log"
	fi
done
[ "$failed" -eq 0 ] || echo "the inputs are in $FINDINGS"
exit "$failed"
