#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# Every way a request can end is in postern-errors(7): status, code and message.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"
page=docs/man/postern-errors.7

# "STATUS CODE|MESSAGE"; the compiler reads the table better than an expression does.
rows() {
	cat >"$tmp/rows.c" <<-'END'
	#include <stdio.h>
	int main(void)
	{
	#define ERR(symbol, status, code, message) \
		printf("%d %s|%s\n", status, *code ? code : *message ? "(no code)" : "(no body)", message);
	END
	grep -v '^ERR(OK,' common/base/err.def >>"$tmp/rows.c"
	echo 'return 0; }' >>"$tmp/rows.c"
	${CC:-cc} -o "$tmp/rows" "$tmp/rows.c" && "$tmp/rows" | sort -u
}

# The same, out of ".It Ic STATUS CODE" and the line ".Dq MESSAGE" that follows it.  A first
# word that mdoc takes for a macro, such as No, has \& before it.
documented() {
	awk '
	/^\.It Ic [0-9]/ { if (head != "") print head "|"; head = substr($0, 8) }
	/^\.Dq / && head != "" {
		text = substr($0, 5)
		sub(/^\\&/, "", text)
		print head "|" text
		head = ""
	}
	END { if (head != "") print head "|" }
	' "$page" | sort
}

differ() {
	comm -23 "$tmp/rows.txt" "$tmp/page" | sed 's/^/missing: /'
	comm -13 "$tmp/rows.txt" "$tmp/page" | sed 's/^/not so: /'
}

rows >"$tmp/rows.txt"
documented >"$tmp/page"
check "there is something to look at" enough 30 "$tmp/rows.txt"
check "postern-errors(7) has every status, code and message, and no other" differ
finish
