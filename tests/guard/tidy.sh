#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# What every file holds to, and each SQL statement's one name and one use.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

# All files of ours: nothing generated, fetched or built.
files() {
	find . \( -name .git -o -name node_modules -o -name autom4te.cache -o -name build-aux -o \
		-name .dirstamp -o -name .deps -o -name __pycache__ -o -path ./build -o -path ./_build -o -path ./_inst -o -path ./var -o \
		-path ./bench/var -o -name .docusaurus -o -path ./examples/docusaurus/build -o \
		-path ./examples/docusaurus/var -o -path ./tests/vectors \) -prune -o -type f -print |
		grep -Ev '/(configure~?|Makefile\.in|aclocal\.m4|config\.(log|status)|(sql|schema)\.def|Makefile|result\.json)$' |
		grep -Ev '\.(o|a|log|trs|png|ico|gz)$' | while read -r file; do
			if grep -Iq . "$file"; then echo "$file"; fi
		done | sort
}

# This file names what it looks for.
others() {
	grep -v '^\./tests/guard/tidy\.sh$' "$tmp/files"
}

sources() {
	grep -E '\.(c|h|def|sql|sh|inc|test|awk|mjs|js|css|py|ac|am|mk|lua|yaml|in)$|/docs/man/|/(\.clang-format|\.editorconfig)$' \
		"$tmp/files"
}

without_licence() {
	sources | while read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ISC' || echo "$file"
	done
}

left_undone() {
	others | xargs grep -nE '(^|[^A-Za-z.])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)' /dev/null
}

trailing_blanks() {
	grep -Ev '\.patch$' "$tmp/files" | xargs grep -nE '[ 	]+$' /dev/null | cut -c1-100
}

without_newline() {
	while read -r file; do
		[ -z "$(tail -c 1 "$file")" ] || echo "$file"
	done <"$tmp/files"
}

# A path of somebody's own machine.
machine_paths() {
	others | xargs grep -nE '(^|[^A-Za-z0-9_.])/(work|home|Users)/[a-z]' /dev/null | cut -c1-100
}

# Documents are read by people who have this repository and nothing else.
foreign_references() {
	grep -E '^\./(docs/|[A-Z]+(\.md)?$)' "$tmp/files" |
		xargs grep -nE '(wire|contract|house|integrations|anchors)\.md|shared/' /dev/null
}

not_built() {
	find common cgi-bin sbin sql \( -name '*.[ch]' -o -name '*.def' -o -name '*.sql' -o -name '*.awk' \) |
		while read -r file; do
			grep -qF "$file" Makefile.am || grep -qF "$file" tests/local.mk 2>/dev/null || echo "$file"
		done
}

# "NAME KIND"
statements() {
	sed -n 's/^-- name: \([a-z0-9_]*\) :\([a-z]*\)$/\1 \2/p' sql/queries/*.sql
}

bad_names() {
	grep -n '^-- *name' sql/queries/*.sql | grep -Ev ':-- name: [a-z][a-z0-9_]* :(one|many|write)$'
}

# "CALL NAME"; a call may be broken after its first argument.
uses() {
	# shellcheck disable=SC2046
	code $(c_files | grep -v '/db\.h$') | sed 's/^[^:]*:[0-9]*://' | tr -s ' \t\n' ' ' |
		grep -oE '[^a-z_]db_(one|many|exec)\([a-z>-]*, ?[a-z0-9_]*' |
		sed 's/^.//; s/(.*, \{0,1\}/ /'
}

named_twice() {
	cut -d ' ' -f 1 "$tmp/statements" | sort | uniq -d
}

used_otherwise_than_once() {
	while read -r name _; do
		n=$(grep -c " $name$" "$tmp/uses")
		[ "$n" = 1 ] || echo "$name: $n uses"
	done <"$tmp/statements"
	while read -r _ name; do
		grep -q "^$name " "$tmp/statements" || echo "$name is no statement"
	done <"$tmp/uses"
}

# A read is retried after a lost connection, a write is not: the kind must be true.
wrong_kind() {
	while read -r call name; do
		kind=$(sed -n "s/^$name //p" "$tmp/statements")
		case $call:$kind in
		db_one:one | db_one:write | db_many:many | db_exec:write) ;;
		*) echo "$call of $name, which is :$kind" ;;
		esac
	done <"$tmp/uses"
	awk '$2 != "write" { print $1 }' "$tmp/statements" | while read -r name; do
		sed -n "/^-- name: $name :/,/;/p" sql/queries/*.sql | grep -v '^--' |
			grep -iwE 'insert|update|delete|merge_guest' | sed "s/^/$name writes: /"
	done
}

files >"$tmp/files"
statements >"$tmp/statements"
uses >"$tmp/uses"
check "there is something to look at" enough 100 "$tmp/files"
check "there are statements" enough 20 "$tmp/statements"
check "every source names its licence" without_licence
check "nothing is left undone" left_undone
check "no blanks at the ends of lines" trailing_blanks
check "every file ends with its last line's end" without_newline
check "no path of somebody's machine" machine_paths
check "documents refer to what is here" foreign_references
check "every source is in Makefile.am" not_built
check "every statement is named in the way of embed.awk" bad_names
check "every statement is named once" named_twice
check "every statement is used once" used_otherwise_than_once
check "every statement is of the kind it is used as" wrong_kind
finish
