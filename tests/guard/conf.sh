#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# Every setting is in postern.conf(5), with its default and its bounds, and nothing else is.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"
page=docs/man/postern.conf.5

malformed() {
	awk -F '\t' 'NF != 4 || $1 !~ /^[A-Z][A-Z0-9_]*$/ || $3 == "" || $4 == "" { print "row: " $0 }' \
		"$tmp/table"
}

# The program prints what conf.def says.
same_keys() {
	sed -n 's/^[A-Z]*(\([A-Z0-9_]*\),.*/\1/p' common/base/conf.def >"$tmp/def"
	cut -f 1 "$tmp/table" | diff "$tmp/def" - | grep '^[<>]'
}

# What the page must say of each: "KEY TEXT".  The folder of the questionnaire and
# of the mails is set by configure.
expected() {
	awk -F '\t' '
	{
		def = $2
		if ($3 == "on|off")
			def = def == "true" || def == "1" ? "on" : "off"
		sub(/^.*\/questionnaire\.json$/, "/usr/local/share/postern/questionnaire.json", def)
		sub(/^.*\/mail$/, "/usr/local/share/postern/mail", def)
		print $1, "Default: " (def == "" ? "unset" : def) "."
		if ($3 ~ /^-?[0-9]+\.\.[0-9]+$/) {
			split($3, bound, /\.\./)
			print $1, "From " bound[1] " to " bound[2] "."
		} else if ($3 == "on|off") {
			print $1, "On or off."
		} else if ($3 != "text") {
			choices = $3
			sub(/^\|/, "", choices)
			gsub(/\|/, ", ", choices)
			print $1, "One of " choices "."
		}
	}' "$tmp/table"
}

# "KEY TEXT" of the lines of that kind in section SETTINGS.
documented() {
	awk '
	/^\.Sh / { inside = $2 == "SETTINGS"; key = "" }
	inside && /^\.It Ev / { key = $3 }
	inside && key != "" && (/^Default: / || /^From [-0-9]+ to / || /^One of / || /^On or off/) { print key, $0 }
	' "$page"
}

differ() {
	sort "$tmp/expected" >"$tmp/a"
	sort "$tmp/documented" >"$tmp/b"
	comm -23 "$tmp/a" "$tmp/b" | sed 's/^/missing: /'
	comm -13 "$tmp/a" "$tmp/b" | sed 's/^/not so: /'
}

order() {
	awk '/^\.Sh / { inside = $2 == "SETTINGS" } inside && /^\.It Ev / { print $3 }' "$page" >"$tmp/page"
	sort "$tmp/page" | uniq -d | sed 's/^/twice: /'
	sort "$tmp/page" >"$tmp/a"
	sort "$tmp/def" | comm -3 - "$tmp/a"
}

# Every program has the same table.
disagreeing() {
	for program in $(programs) mailer; do
		"$builddir/$program" --settings | cmp -s - "$tmp/table" || echo "$program --settings"
	done
}

"$builddir/session" --settings >"$tmp/table"
expected >"$tmp/expected"
documented >"$tmp/documented"
check "there is something to look at" enough 20 "$tmp/table"
check "session --settings prints key, default, bounds and meaning" malformed
check "it prints the keys of conf.def, in their order" same_keys
check "all programs print the same" disagreeing
check "postern.conf(5) has every key once, and no other" order
check "postern.conf(5) has their defaults and bounds" differ
finish
