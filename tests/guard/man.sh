#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# The man pages: their form, their names, and what they point to.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"
command -v mandoc >/dev/null || skip_all "mandoc is not installed"

lint() {
	mandoc -Tlint -W warning docs/man/*
}

# What a page calls itself is its file's name.
names() {
	for page in docs/man/*; do
		file=$(basename "$page")
		grep -qi "^\.Dt ${file%.*} ${file##*.}$" "$page" || echo "$page: .Dt"
		grep -q "^\.Nm ${file%.*}$" "$page" || echo "$page: .Nm"
	done
}

# Pages of ours that are pointed to exist; those of others are a short list.
pointers() {
	sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1.\2/p' docs/man/* | sort -u | while read -r to; do
		case $to in
		cron.8 | lighttpd.8 | spawn-fcgi.1 | psql.1 | openssl.1 | systemd.exec.5 | crypt.5) continue ;;
		esac
		[ -e "docs/man/$to" ] || echo "$to does not exist"
	done
}

listed() {
	for page in docs/man/*; do
		file=$(basename "$page")
		[ "$file" = postern.7 ] || grep -q "^\.Xr ${file%.*} ${file##*.}" docs/man/postern.7 ||
			echo "postern(7) does not point to ${file%.*}(${file##*.})"
	done
}

# Every program that is installed has a page.
programs_without() {
	{ programs; sed -n 's/^\(mailer\|sbin\)_PROGRAMS = //p' Makefile.am | tr ' ' '\n'; } |
		while read -r program; do
			[ -e "docs/man/$program.8" ] || echo "$program(8)"
		done
}

ls docs/man >"$tmp/pages"
check "there is something to look at" enough 10 "$tmp/pages"
check "mandoc has nothing to complain about" lint
check "every page is called as its file" names
check "what pages point to exists" pointers
check "postern(7) points to all" listed
check "every program has a page" programs_without
finish
