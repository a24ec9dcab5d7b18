# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# Runs the built programs as CGI programs and looks at their answers.  To be sourced by the
# tests of this folder, which tests/cgi/run.sh starts with:
#   BIN          folder of the programs
#   DATABASE_URL a migrated, empty database
#   WRAP         a command to run them under (valgrind), or empty
#   KEPT         not empty: as FastCGI processes that stay for the next call
#
#   call PROGRAM METHOD PATH[?QUERY] ['header: value']... [-- BODY]
# then $status, $head (CGI headers) and $body are its answer.

count=0
failed=0
RUN=$WRAP
[ -z "${KEPT-}" ] || RUN="python3 -S $srcdir/tests/cgi/kept.py"

ok() { # ok CLAIM, after a command: its status decides
	if [ $? -eq 0 ]; then
		count=$((count + 1))
		echo "ok $count - $1"
	else
		count=$((count + 1))
		failed=$((failed + 1))
		echo "not ok $count - $1"
		printf '%s\n\n%s\n' "$head" "$body" | cut -c 1-400 | sed 's/^/# /'
		tail -n 2 "$TMP/log" | cut -c 1-400 | sed 's/^/# /'
	fi
}

done_testing() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
}

# The name of a header as CGI spells it.
variable() {
	case $1 in
	content-type) echo CONTENT_TYPE ;;
	*) echo "HTTP_$(printf %s "$1" | tr 'a-z-' 'A-Z_')" ;;
	esac
}

call() {
	program=$1 method=$2 path=${3%%\?*} query=
	case $3 in *\?*) query=${3#*\?} ;; esac
	uri=$3
	shift 3
	payload= left=$#
	while [ $left -gt 0 ]; do
		argument=$1
		shift
		left=$((left - 1))
		if [ "$argument" = -- ]; then
			payload=$1
			shift
			left=$((left - 1))
		else
			set -- "$@" "$(variable "${argument%%:*}")=${argument#*: }"
		fi
	done
	printf %s "$payload" >"$TMP/in"
	# shellcheck disable=SC2086
	env "$@" REQUEST_METHOD="$method" SCRIPT_NAME="$path" QUERY_STRING="$query" \
		REQUEST_URI="$uri" REMOTE_ADDR="${ADDRESS:-127.0.0.1}" \
		CONTENT_LENGTH="$(wc -c <"$TMP/in")" $RUN "$BIN/$program" \
		<"$TMP/in" >"$TMP/out" 2>>"$TMP/log"
	exit_status=$?
	tr -d '\r' <"$TMP/out" >"$TMP/text"
	head=$(sed '/^$/,$d' "$TMP/text")
	body=$(sed '1,/^$/d' "$TMP/text")
	status=$(printf '%s\n' "$head" | sed -n 's/^Status: \([0-9]*\).*/\1/p')
	[ "$exit_status" -eq 0 ] || status="exit $exit_status"
}

# The programs look at the shape of the database when they connect, and at the keys from time
# to time.  CGI programs are new for every call anyway.
restart() {
	[ -z "${KEPT-}" ] || python3 -S "$srcdir/tests/cgi/kept.py" --stop
}

JSON='content-type: application/json'

post() { # post PROGRAM PATH BODY [header]...
	post_program=$1 post_path=$2 post_body=$3
	shift 3
	call "$post_program" POST "$post_path" "$JSON" "$@" -- "$post_body"
}

header() { # header NAME: its value, one line each
	printf '%s\n' "$head" | sed -n "s/^$1: //p"
}

has() { # has TEXT...: the body contains each
	for text; do
		case $body in *"$text"*) ;; *) return 1 ;; esac
	done
}

is() { # is STATUS [BODY]: exactly
	[ "$status" = "$1" ] && { [ $# -eq 1 ] || [ "$body" = "$2" ]; }
}

error() { # error STATUS CODE MESSAGE
	is "$1" "{\"message\":\"$3\",\"code\":\"$2\"}"
}

member() { # member KEY: text of the first member of that name
	printf '%s' "$body" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

sql() {
	psql -XqAt -d "$DATABASE_URL" -c "$1" || return 1
	case $1 in *ALTER* | *CREATE* | *DROP*) restart ;; esac
}

PROFILE='{"software_context":{"languages":["Python","C"],"experience_level":"Advanced","preferred_tools":["None"]},"hardware_context":{"devices":["Arduino"],"specifications":{"cpu":"ARM"},"constraints":["Low power"]}}'

fresh() { # a new address
	echo "u$(date +%s%N)@example.com"
}

sign_up() { # sign_up EMAIL [header]...: $token is the session's, signed
	sign_up_email=$1
	shift
	post signup /api/auth/sign-up/email \
		"{\"name\":\"Test\",\"email\":\"$sign_up_email\",\"password\":\"password1234\",\"profile\":$PROFILE}" "$@"
	token=$(header set-auth-token)
}

guest() { # $token is the session's, signed
	post signin /api/auth/sign-in/anonymous '{}'
	token=$(header set-auth-token)
}

jwt() { # jwt TOKEN: prints a JWT
	call session GET /api/auth/token "authorization: Bearer $1"
	member token
}
