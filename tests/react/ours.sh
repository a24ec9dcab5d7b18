#!/bin/sh
# SPDX-License-Identifier: ISC
# One server of ours behind lighttpd on PORT, until SIGTERM; says its address once it answers.
#   BIN (the programs), TMP (a folder), INSTANCE (its name), srcdir; settings as environment
set -u
dir=$TMP/$INSTANCE
mkdir -p "$dir/run" "$dir/log"
export BETTER_AUTH_URL="http://localhost:$PORT" RATE_LIMIT_FILE="$dir/limits" POSTERN_CONF=/dev/null

sed -e "s|@WWW@|$srcdir/www|" -e "s|@LOG@|$dir/log|" -e "s|@ROUTES@|$dir/routes.conf|" \
	"$srcdir/conf/lighttpd/site.conf.in" >"$dir/site.conf"
sed "s|@RUN@|$dir/run|" "$srcdir/conf/lighttpd/postern.conf.in" >"$dir/routes.conf"
cat >"$dir/lighttpd.conf" <<-END
	server.port = $PORT
	server.bind = "127.0.0.1"
	include "$dir/site.conf"
END

"$BIN/postern" -l "$BIN" "$dir/run" >"$dir/log/postern.log" 2>&1 &
programs=$!
lighttpd -D -f "$dir/lighttpd.conf" >"$dir/log/lighttpd.out" 2>&1 &
server=$!

finish() {
	kill -INT $server 2>/dev/null
	wait $server
	kill -TERM $programs 2>/dev/null
	wait $programs
}

healthy() {
	tries=0
	until curl -qfsS --noproxy '*' -o /dev/null "http://127.0.0.1:$PORT/healthz" 2>/dev/null; do
		kill -0 $server 2>/dev/null && kill -0 $programs 2>/dev/null || return 1
		tries=$((tries + 1))
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
}

trap 'finish; exit 0' TERM INT
if ! healthy; then
	tail -n 20 "$dir"/log/* >&2
	finish
	exit 1
fi
echo "$BETTER_AUTH_URL"
wait $server
finish
exit 1
