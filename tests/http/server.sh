# shellcheck shell=sh
# SPDX-License-Identifier: ISC
# The built programs behind lighttpd on a free loopback port.  To be sourced.
#   server_start DIR   DIR/db is a running cluster with a migrated database; settings come
#                      from the environment.  Sets BASE_URL.
#   server_stop

# A port that is free now; lighttpd's start tells whether it still was.
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

server_conf() {
	cat <<-END
	server.port = $1
	server.bind = "127.0.0.1"
	include "$2/site.conf"
	END
}

# The routes with the keys as a file, as the comment in them says.
keys_as_file() {
	awk '/^#\t/ { sub(/^#/, ""); kept = kept $0 "\n"; next }
		inside && /^}/ { printf "%s", kept; inside = 0 }
		inside { next }
		/jwks\\\.json/ && /^else/ { inside = 1 }
		{ print }'
}

server_start() {
	server_dir=$1
	mkdir -p "$server_dir/run" "$server_dir/log"
	server_try=0
	while :; do
		port=$(free_port)
		BASE_URL=http://127.0.0.1:$port
		sed -e "s|@WWW@|$srcdir/www|" -e "s|@LOG@|$server_dir/log|" \
			-e "s|@RUN@|$server_dir/run|" -e "s|@ROUTES@|$server_dir/routes.conf|" \
			"$srcdir/conf/lighttpd/site.conf.in" >"$server_dir/site.conf"
		sed "s|@RUN@|$server_dir/run|" "$srcdir/conf/lighttpd/postern.conf.in" |
			if [ -n "${JWKS_FILE-}" ]; then keys_as_file; else cat; fi >"$server_dir/routes.conf"
		server_conf "$port" "$server_dir" >"$server_dir/lighttpd.conf"
		env | grep -E '^(DATABASE_|BETTER_AUTH_SECRET|RATE_LIMIT|JWKS_|PROFILE_GATE|PASSWORD_HASH|QUESTIONNAIRE|LOG_LEVEL|WORKERS|TRUSTED_)' >"$server_dir/postern.conf"
		echo "BETTER_AUTH_URL=$BASE_URL" >>"$server_dir/postern.conf"
		POSTERN_CONF=$server_dir/postern.conf "$BIN/postern" -l "$BIN" "$server_dir/run" \
			>>"$server_dir/log/postern.log" 2>&1 &
		programs_pid=$!
		lighttpd -D -f "$server_dir/lighttpd.conf" >>"$server_dir/log/start.log" 2>&1 &
		server_pid=$!
		server_wait && return 0
		server_stop
		server_try=$((server_try + 1))
		[ $server_try -lt 3 ] || { cat "$server_dir"/log/*; return 1; }
	done
}

server_wait() {
	tries=0
	until curl -qfsS -o /dev/null "$BASE_URL/healthz" 2>/dev/null; do
		kill -0 "$server_pid" 2>/dev/null || return 1
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
}

# Process ids of a program: its master, its workers.
master_of() { pgrep -P "$programs_pid" -x "$1"; }
workers_of() { pgrep -P "$(master_of "$1")"; }

server_stop() {
	[ -n "${server_pid-}" ] || return 0
	kill -INT "$server_pid" 2>/dev/null
	wait "$server_pid" 2>/dev/null
	kill -TERM "$programs_pid" 2>/dev/null
	wait "$programs_pid" 2>/dev/null
	server_pid=
}
