#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# Who may include whom: folders are floors, and a file includes its own floor and those
# below.  Inside a floor modules stand side by side; who leans on another is listed here.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

floors="base port store http flow cgi-bin sbin"

# floor, module, the module it includes, why.
neighbours() {
	sed -e '/^$/d' -e '/^#/d' <<-'END'
	base  conf          clock         a date until which something holds
	base  conf          arena         settings live as long as the process, in an arena of their own
	base  conf          conf_claims   one setting is a list of its own
	base  conf          conf_table    one table is read, checked and printed
	base  conf_claims   arena         settings live in an arena
	base  conf_claims   str           splits and compares values
	base  conf_print    arena         texts to print, for as long as that takes
	base  conf_print    conf          prints what is in effect
	base  conf_print    conf_table    one table is read, checked and printed
	base  conf_print    json          conf --json
	base  conf_print    str           texts to print
	base  conf          str           splits and compares values
	base  enc           arena         results are in the request's arena
	base  enc           str           a decoded text must be UTF-8
	base  json          arena         a compact text is in the request's arena
	base  json          str           a writer is a growing text
	base  json          clock         dates
	base  log           clock         every line begins with the time
	base  log           ctx           the request's id
	base  mime          clock         dates
	base  mime          enc           encoded words are base64
	base  mime          str           a writer is a growing text
	base  place         str           what UTF-8 is
	base  str           arena         texts are in the request's arena
	port  pass          foreign       hashes of other systems are verified, too
	port  db            pq            sends over the connection
	port  load          fetch         what holds for all requests
	port  hs256         compact       a token has three parts
	port  hs256         js            a payload is a JSON object
	port  hs256         secret        signs with the secret
	port  jwe           secret        encrypts with a key made of the secret
	port  jwk           js            a key is a JSON object
	port  jwk           jws           signs and checks with the numbers of a key
	port  jwk_import    js            a key is a JSON object
	port  jwk_import    jwk           makes its keys
	port  jwk_import    jws           tries a private half
	port  jwk_import    roca          keys of a flawed chip are none
	port  fetch         url           keys come over TLS or from this machine
	port  smtp          url           TLS, unless the server is this machine
	store account       session       a new password can come with a new session
	store account       verification  a reset uses a one-time token up
	store doctor        catalogue     the shape of the database
	store session       user          a session is found together with its user
	store user          catalogue     the plugin columns are members of struct user
	store user          verification  a deletion uses a one-time token up
	http  app           address       the dispatcher uses the whole floor
	http  app           field         the dispatcher uses the whole floor
	http  app           http          the dispatcher uses the whole floor
	http  app           origin        the dispatcher uses the whole floor
	http  app           reply         the dispatcher uses the whole floor
	http  app           req           the dispatcher uses the whole floor
	http  app           serve         the dispatcher uses the whole floor
	http  reply         http          sends what is buffered
	http  req           http          asks the web server's variables
	flow  cache         present       the copy is the answer of get-session
	flow  cache         token         COOKIE_CACHE=jwks signs with the published key
	flow  chatting      chatitem      an item has a shape
	flow  chatting      identity      threads belong to who asks
	flow  deletion      identity      a session that is fresh stands for a password
	flow  deletion      login         clears the cookies
	flow  deletion      mailing       asks by mail
	flow  deletion      password      asks for the password
	flow  email         identity      whose address it is
	flow  email         login         a session goes on with the new address, or begins
	flow  email         mailing       sends the links, and opens their tokens
	flow  email         present       the answer shows the user
	flow  posting       letter        a row is sent as a message
	flow  identity      bearer        the session token of the request
	flow  identity      cache         the browser's copy may answer
	flow  identity      login         a session that is due is extended, with its cookies
	flow  identity      token         a JWT tells who asks without the database
	flow  gating        bearer        the session token of the request
	flow  claims        questions     what is told must be asked for
	flow  gating        claims        answers are told with who asks
	flow  gating        cache         the browser's copy may answer
	flow  gating        token         a JWT tells who asks without the database
	flow  keyset        jwt           which key a token is checked with
	flow  keys          keyring       rows of jwks as keys, and when they sign
	flow  login         bearer        the request's token may be a guest's
	flow  login         cache         the browser's copy is one of the cookies
	flow  login         present       the answer shows the user
	flow  member        login         the cookies show the changed user
	flow  member        register      what users may not set, at sign-up and later
	flow  merging       register      the fresh guest of an undone merge
	flow  merging       bearer        the proof of the guest
	flow  merging       identity      the proof of the member
	flow  merging       login         reports a merge as sign-in does
	flow  password      login         a new session after a change
	flow  password      mailing       sends the link
	flow  password      present       the answer shows the user
	flow  password      register      the rules for a new password
	flow  register      bearer        the request's token may be a guest's
	flow  register      login         the new session's cookies
	flow  register      mailing       a sign-up sends the verification mail
	flow  register      present       the answer shows the user
	flow  register      questionnaire a sign-up brings its answers
	flow  questionnaire questions     answers fit the questions
	flow  register      questions     they are read before the first request
	flow  sessions      login         clears the cookies of a session that ended
	flow  sessions      present       the answer shows sessions
	flow  token         claims        answers are claims
	flow  token         jwt           whether what is signed holds
	flow  token         keys          signs and checks with them
	flow  token         present       the claims are the user
	END
}

# "FILE FLOOR MODULE INCLUDED"
includes() {
	c_files | while read -r file; do
		floor=${file#common/}
		floor=${floor%%/*}
		module=$(basename "$file" | sed 's/\.[ch]$//')
		sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' "$file" |
			sed "s|^|$file $floor $module |"
	done
}

rank() {
	awk -v floors="$floors" '
	BEGIN { n = split(floors, f); for (i = 1; i <= n; i++) rank[f[i]] = i; rank["cgi-bin"] = rank["sbin"] }
	{
		to = $4
		sub(/\/.*/, "", to)
		if (!($2 in rank))
			print $1 ": a folder that is no floor"
		else if ($4 == "sql.def" && $1 ~ /^common\/port\/db\.[ch]$/)
			next
		else if ($4 ~ /^(schema\.def|posternctl\.h|doctor\.(h|def))$/ && $1 ~ /^sbin\/posternctl\//)
			next
		else if (!(to in rank) || to == $4)
			print $1 ": \"" $4 "\" is no header of a floor"
		else if (rank[to] > rank[$2])
			print $1 ": " $2 " is below " to
	}' "$tmp/includes"
}

missing_headers() {
	while read -r file _ _ included; do
		case $included in sql.def | schema.def | posternctl.h | doctor.h | doctor.def) continue ;; esac
		[ -e "common/$included" ] || echo "$file: there is no common/$included"
	done <"$tmp/includes"
}

# "FLOOR MODULE NEIGHBOUR", of one floor and not itself.  http/app.h is the floor's own
# header, struct req and struct reply: all of it includes that.
pairs() {
	awk '{
		to = $4
		if (sub(/^[^\/]*\//, "", to) == 0 || $4 !~ "^" $2 "/" || to !~ /\.h$/)
			next
		sub(/\.h$/, "", to)
		if (to != $3 && $4 != "http/app.h")
			print $2, $3, to
	}' "$tmp/includes" | sort -u
}

unlisted() {
	awk '{ print $1, $2, $3 }' "$tmp/listed" | sort >"$tmp/allowed"
	comm -23 "$tmp/pairs" "$tmp/allowed" | while read -r floor module to; do
		echo "$floor/$module includes $floor/$to, which is not listed in layers.sh"
	done
}

stale() {
	comm -13 "$tmp/pairs" "$tmp/allowed" | while read -r floor module to; do
		echo "layers.sh lists $floor $module $to, which is not so"
	done
}

without_reason() {
	awk 'NF < 4 { print "no reason: " $0 }' "$tmp/listed"
}

cycles() {
	sed 's/\(.*\) \(.*\) \(.*\)/\1\/\2 \1\/\3/' "$tmp/pairs" | tsort >/dev/null
}

header_cycles() {
	sed -n 's|^common/\([^ ]*\)\.h [^ ]* [^ ]* \([^ ]*\)\.h$|\1 \2|p' "$tmp/includes" |
		tsort >/dev/null
}

includes >"$tmp/includes"
neighbours >"$tmp/listed"
pairs >"$tmp/pairs"
check "there is something to look at" enough 100 "$tmp/includes"
check "a file includes its own floor and those below" rank
check "every header that is included exists" missing_headers
check "neighbours that include each other are listed" unlisted
check "every listed pair exists" stale
check "every listed pair has a reason" without_reason
check "modules of a floor form no cycle" cycles
check "headers form no cycle" header_cycles
finish
