#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs every fuzz target that was built over its corpus; TAP.
set -u

srcdir=${srcdir:-.}
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
n=0
failed=0

# WRAP may be a command with options, as valgrind is.
# shellcheck disable=SC2086
for program in tests/fuzz/fuzz_*; do
	case $program in
	*.* | *'*') continue ;; # sources and objects, in a tree that is built in place
	esac
	n=$((n + 1))
	target=${program#tests/fuzz/fuzz_}
	corpus=$srcdir/tests/fuzz/corpus/$target
	inputs=$(find "$corpus" -type f 2>/dev/null | wc -l)
	if [ "$inputs" -eq 0 ]; then
		echo "not ok $n - $target has no corpus"
		failed=1
	elif find "$corpus" -type f -exec ${WRAP:-} "./$program" {} + >"$log" 2>&1; then
		echo "ok $n - $target: $inputs inputs"
	else
		echo "not ok $n - $target: $inputs inputs"
		sed 's/^/# /' "$log"
		failed=1
	fi
done
echo "1..$n"
[ "$n" -gt 0 ] || failed=1
exit "$failed"
