#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# Every reason why a token or a key is refused is in posternctl(8).
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"
page=docs/man/posternctl.8

# What only a key of our own can be, and what is no reason, is not among them.
names() {
	sed -n 's/^FAULT([A-Z0-9_]*, "\([^"]*\)".*/\1/p' common/flow/jwt.def common/port/jwk.def |
		grep -Evx 'ok|key|key-memory|key-halves' | sort -u
}

undocumented() {
	while read -r name; do
		grep -qx "\.It Li $name" "$page" || echo "$name is not in $page"
	done <"$tmp/names"
}

names >"$tmp/names"
check "there is something to look at" enough 40 "$tmp/names"
check "every reason is in posternctl(8)" undocumented
finish
