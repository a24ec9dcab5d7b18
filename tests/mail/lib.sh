# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# What the tests of this folder share.  To be sourced by them; tests/mail/run.sh starts them.

count=0
failed=0

ok() { # ok CLAIM, after a command: its status decides
	if [ $? -eq 0 ]; then
		count=$((count + 1))
		printf 'ok %s - %s\n' "$count" "$1"
	else
		count=$((count + 1))
		failed=$((failed + 1))
		printf 'not ok %s - %s\n' "$count" "$1"
		tail -n 3 "$TMP/log" | cut -c 1-300 | sed 's/^/# /'
		sql 'SELECT id, next_at - now(), attempts, sent_at, error FROM postern.outbox' | tail -n 5 | sed 's/^/# /'
	fi
}

done_testing() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
}

sql() {
	psql -XqAt -d "$DATABASE_URL" -c "$1"
}

LINK='http://localhost:8080/api/auth/verify-email?token=eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFubiJ9.c2lnbmF0dXJl&callbackURL=%2Fa%3Fb%3D1'

# put ID TEMPLATE RECIPIENT NAME [URL [NEW ADDRESS]]
put() {
	psql -Xqd "$DATABASE_URL" -v id="$1" -v template="$2" -v to="$3" -v name="$4" \
		-v url="${5-$LINK}" -v new="${6-}" <<-'END'
		INSERT INTO postern.outbox (id, template, recipient, data)
		VALUES (:'id', :'template', :'to', jsonb_strip_nulls(jsonb_build_object(
		  'name', :'name', 'url', :'url', 'newEmail', nullif(:'new', ''))));
	END
}

mailer() {
	# shellcheck disable=SC2086
	$WRAP "$BIN/mailer" "$@" >"$TMP/out" 2>"$TMP/err"
	mailer_status=$?
	cat "$TMP/err" >>"$TMP/log"
	return $mailer_status
}

once() {
	mailer --once
}

# column ID COLUMN
column() {
	sql "SELECT $2 FROM postern.outbox WHERE id = '$1'"
}

is_sent() { [ "$(column "$1" "sent_at IS NOT NULL AND data = '{}' AND error IS NULL")" = t ]; }
is_given_up() { [ "$(column "$1" "next_at = 'infinity' AND sent_at IS NULL AND data = '{}'")" = t ]; }
# Kept for later: the link is still there.
is_waiting() { [ "$(column "$1" "next_at > now() AND next_at < 'infinity' AND sent_at IS NULL AND data ? 'url'")" = t ]; }
is_due() { [ "$(column "$1" "next_at <= now() AND sent_at IS NULL AND data ? 'url'")" = t ]; }
make_due() { sql "UPDATE postern.outbox SET next_at = now() WHERE sent_at IS NULL AND next_at < 'infinity'"; }
empty() { sql 'TRUNCATE postern.outbox'; }

# Secrets of any row ever put here must not be in what was logged.
log_is_clean() { ! grep -qE 'eyJhbGci|token=|@example|geheim|callbackURL' "$TMP/log"; }

# within SECONDS COMMAND...: until it is true.
within() {
	within_tries=$(($1 * 10))
	shift
	until "$@"; do
		within_tries=$((within_tries - 1))
		[ $within_tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# eml FILE WHAT: see read.py.
# shellcheck disable=SC2154
eml() { python3 "$srcdir/tests/mail/read.py" "$@"; }

# --- the mail server

smtpd_start() { # its folder is $S
	S=$TMP/smtpd
	rm -rf "$S"
	mkdir -p "$S/in"
	: >"$S/said"
	mode ok
	python3 "$srcdir/tests/mail/smtpd.py" "$S" 2>"$TMP/smtpd.err" &
	smtpd_pid=$!
	within 10 test -e "$S/port" || return 1
	SMTP_PORT=$(cat "$S/port")
	export SMTP_URL="smtp://127.0.0.1:$SMTP_PORT"
}

smtpd_stop() {
	kill "$smtpd_pid" 2>/dev/null
	wait "$smtpd_pid" 2>/dev/null
}

mode() {
	echo "$1" >"$S/mode.new" && mv "$S/mode.new" "$S/mode"
}

arrived() { find "$S/in" -name '*.eml' | wc -l; }
forget() { rm -f "$S"/in/*; : >"$S/said"; }
# The newest one that has arrived.
oldest() { find "$S/in" -name '*.eml' | sort -V | head -n 1; }
newest() { find "$S/in" -name '*.eml' | sort -V | tail -n 1; }
has_arrived() { [ "$(arrived)" -ge "$1" ]; }

# --- mailer as a service

daemon_start() {
	# shellcheck disable=SC2086
	$WRAP "$BIN/mailer" >>"$TMP/out" 2>>"$TMP/log" &
	daemon_pid=$!
}

daemon_end() { # daemon_end SIGNAL: its status, and how many seconds it took
	kill -s "$1" "$daemon_pid"
	daemon_began=$(date +%s)
	wait "$daemon_pid"
	daemon_status=$?
	# shellcheck disable=SC2034
	daemon_took=$(($(date +%s) - daemon_began))
	[ $daemon_status -eq 0 ]
}
