#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# Every route of every program is in its man page, in openapi.yaml and in the web server's
# configuration, and nothing else is.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

# "PROGRAM METHOD PATH", as the programs print them.
routes() {
	for program in $(programs); do
		"$builddir/$program" --routes | awk -v p="$program" '{ print p, $1, $2 }'
	done
}

# As the man pages have them, out of the headings ".Ss METHOD PATH".
man_routes() {
	for program in $(programs); do
		sed -n 's/^\.Ss \([A-Z]*\) \(\/[^ ]*\)$/\1 \2/p' "docs/man/$program.8" |
			sed "s/^/$program /"
	done
}

# "PROGRAM METHOD PATH: POLICIES", as printed and as written below the headings.
policies() {
	for program in $(programs); do
		"$builddir/$program" --routes |
			awk -v p="$program" '{ $1 = p " " $1; $2 = $2 ":" (NF == 2 ? " none" : ""); print }'
	done
}

man_policies() {
	for program in $(programs); do
		awk -v p="$program" '
		/^\.S[sh] / { route = $2 " " $3 }
		/^Policies: / { sub(/^Policies: /, ""); sub(/\.$/, ""); print p " " route ": " $0 }
		' "docs/man/$program.8"
	done
}

other_policies() {
	policies | sort >"$tmp/here"
	man_policies | sort >"$tmp/there"
	comm -23 "$tmp/here" "$tmp/there" | sed 's/^/missing: /'
	comm -13 "$tmp/here" "$tmp/there" | sed 's/^/not so: /'
}

# As openapi.yaml has them, out of paths, methods and tags; {id} is written :id there.
api_routes() {
	awk '
	/^[a-z]/ { inside = /^paths:/ }
	inside && /^  \// { path = $1; sub(/:$/, "", path); gsub(/{/, ":", path); gsub(/}/, "", path) }
	inside && /^    (get|post|put|patch|delete):/ { method = toupper($1); sub(/:$/, "", method) }
	inside && /^      tags: \[[a-z]*\]/ { tag = $2; gsub(/[][]/, "", tag); print tag, method, path }
	' docs/openapi.yaml
}

# "EXPRESSION PROGRAM" in the order of the file.
server_rules() {
	awk '
	match($0, /\$HTTP\["url"\] =~ "[^"]*"/) {
		rule = substr($0, RSTART, RLENGTH)
		sub(/^[^~]*~ "/, "", rule)
		sub(/"$/, "", rule)
	}
	match($0, /"@RUN@\/[a-z]*"/) { print rule, substr($0, RSTART + 7, RLENGTH - 8) }
	' conf/lighttpd/postern.conf.in
}

server_routes() {
	while read -r program method path; do
		url=$(echo "$path" | sed 's/:[a-z]*/thr_1/g')
		found=nobody
		while read -r rule to; do
			if echo "$url" | grep -Eq -e "$rule"; then
				found=$to
				break
			fi
		done <"$tmp/rules"
		[ "$found" = "$program" ] || echo "$method $path goes to $found, not to $program"
	done <"$tmp/routes"
}

# differ WHERE FILE: in both directions.
differ() {
	sort "$2" >"$tmp/there"
	sort "$tmp/routes" >"$tmp/here"
	comm -23 "$tmp/here" "$tmp/there" | sed "s|$| is not in $1|"
	comm -13 "$tmp/here" "$tmp/there" | sed "s|^|$1 has |; s|$|, which is not served|"
}

unknown_targets() {
	programs | sort >"$tmp/programs"
	cut -d ' ' -f 2 "$tmp/rules" | sort -u | comm -3 - "$tmp/programs"
}

without_page() {
	for program in $(programs); do
		[ -e "docs/man/$program.8" ] || echo "docs/man/$program.8 is missing"
	done
}

routes >"$tmp/routes"
man_routes >"$tmp/man"
api_routes >"$tmp/api"
server_rules >"$tmp/rules"
check "there is something to look at" enough 20 "$tmp/routes"
check "every program has a man page" without_page
check "the man pages have the routes" differ "the man pages" "$tmp/man"
check "the man pages have their policies" other_policies
check "openapi.yaml has the routes" differ openapi.yaml "$tmp/api"
check "lighttpd sends each route to its program" server_routes
check "lighttpd knows the programs and no others" unknown_targets
finish
