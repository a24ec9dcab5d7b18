#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# How long and how entangled the C code is.  Most of it is for the reader to judge; lines over
# 100 columns and functions over 100 lines are not.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

# A tab has eight columns.
long_lines() {
	c_files | while read -r file; do
		expand "$file" | awk -v f="$file" 'length($0) > 100 { print f ":" NR ": " length($0) " columns" }'
	done
}

# pmccabe: complexity, the same with switch counted in full, statements, first line, lines, place.
# shellcheck disable=SC2046
measure() {
	pmccabe $(c_files | grep '\.c$')
}

over() { # over FIELD LIMIT WHAT
	awk -F '\t' -v i="$1" -v max="$2" -v what="$3" '$i > max { print $6 ": " $i " " what }' "$tmp/functions" |
		sort
}

report() {
	sed 's/^/# /'
}

check "no line has more than 100 columns" long_lines
if command -v pmccabe >/dev/null; then
	measure >"$tmp/functions"
	check "there is something to look at" enough 300 "$tmp/functions"
	check "no function has more than 100 lines" over 5 100 lines
	over 5 70 lines | report
	over 1 15 "is its complexity" | report
	sort -n -k 5,5 -t '	' "$tmp/functions" | awk -F '\t' '
		{ line[NR] = $5 }
		END { print NR " functions; lines: median " line[int((NR + 1) / 2)] ", p90 " \
			line[int(NR * 0.9)] ", longest " line[NR] }' | report
else
	skip "no function has more than 100 lines" "pmccabe is not installed"
fi
c_files | while read -r file; do
	n=$(wc -l <"$file")
	[ "$n" -le 500 ] || echo "$file: $n lines"
done | report
finish
