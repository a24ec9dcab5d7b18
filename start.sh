#!/bin/bash
# SPDX-License-Identifier: ISC
# Builds Postern and serves it with its site on http://localhost:8080; see usage().

usage() {
	cat <<-'END'
	usage: ./start.sh            serve until Ctrl-C
	       ./start.sh --detach   serve in the background; 0 when it answers
	       ./start.sh --stop     end it
	       ./start.sh --status   0 running, 3 not running

	Environment: PORT (8080), VAR (folder of the data, ./var), DATABASE_URL (a database
	to use instead of a private one), RUN_AS (user to serve as when started by root,
	www-data), SITE_CONF and SITE_WWW (another site than that of www/: its configuration
	for lighttpd, and the folder that is @WWW@ there), CHATKIT_BACKEND (host:port of
	examples/fastapi, for the chats of the site), and any setting of postern.conf(5), for
	this run.

	The folder VAR: posternctl (the command), postern.conf (the settings), secret, db/
	(PostgreSQL), log/, build/ and dist/. To begin anew, stop it and remove the folder.
	END
}

set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
umask 022

src=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
self=$src/start.sh
port=${PORT:-8080}
lighttpd_pid=
programs_pid=
declare -A log_size
# shellcheck source=deploy/cluster.sh
. "$src/deploy/cluster.sh"

say() {
	echo "postern: $*"
}

die() {
	say "$@" >&2
	exit 1
}

# A shell script run in the background by another has SIGINT ignored and could not undo it.
undo_ignored_int() {
	local mask
	mask=$(sed -n 's/^SigIgn:\s*//p' /proc/$$/status)
	(( 16#${mask: -2} & 2 )) || return 0
	exec env --default-signal=INT "$BASH" "$self" "$@"
}

# --- where things are ---------------------------------------------------------------

is_root() {
	[ "$(id -u)" = 0 ]
}

choose_user() {
	run_user=$(id -un)
	! is_root || run_user=${RUN_AS:-www-data}
	id "$run_user" >/dev/null 2>&1 || die "there is no user $run_user; set RUN_AS"
	[ "$run_user" != root ] || die "RUN_AS=root: not as root"
	run_group=$(id -gn "$run_user")
}

find_var() {
	local wanted=${VAR:-$src/var}
	case $wanted in /*) ;; *) wanted=$PWD/$wanted ;; esac
	var=$(realpath -m "$wanted")
	lock=$var/lock
	log=$var/log
	dist=$var/dist
}

# What serves must not be root, and other users cannot enter, say, a clone under /root:
# then the folder is in /var/lib and $VAR a link to it.
move_var() {
	local link=$var
	var=/var/lib/postern/$(printf %s "$link" | sha256sum | cut -c 1-10)
	rmdir "$link" 2>/dev/null ||
		die "user $run_user cannot enter $link; set VAR to a folder it can"
	mkdir -p "$var" && ln -s "$var" "$link" || exit 1
	find_var
}

place_var() {
	cluster_plain_path "$src" || exit 1
	cluster_plain_path "$var" || exit 1
	mkdir -p "$var" 2>/dev/null
	[ -w "$var" ] || die "cannot write in $var"
	is_root && ! cluster_as "$run_user" test -x "$var" && move_var
	local owner
	owner=$(stat -c %U "$var/db/data" 2>/dev/null || cluster_user)
	[ "$owner" = "$(cluster_user)" ] ||
		die "the data in $var is user $owner's: start it as that user"
	mkdir -p "$log" && chmod 755 "$var" "$log"
}

# --- one instance per folder --------------------------------------------------------

# The lock lives as long as the process that took it, however that ends. The file says who
# it is: "pid port state". What the lock's owner starts to stay must close descriptor 9.
# --supervise inherits it. Whoever asks whether it is taken holds it for a moment.
take_lock() {
	if [ "$mode" != --supervise ]; then
		touch "$lock" && exec 9<"$lock" || exit 1
	fi
	# What a killed run had begun may still hold it.
	flock -w 1 9 || { ! is_running && flock -w 60 9; } || return 1
	set_state starting
}

set_state() {
	echo "$$ $port $1" >"$lock"
}

is_running() {
	owner_pid='' owner_port=$port owner_state=''
	[ -r "$lock" ] && ! flock -n "$lock" true &&
		read -r owner_pid owner_port owner_state <"$lock" && [ -d "/proc/$owner_pid" ]
}

healthy() {
	curl -q -fs --noproxy '*' --max-time 5 -o /dev/null "http://127.0.0.1:$1/healthz"
}

# A second --detach is content with what the first one began.
report_running() {
	is_running
	say "already running on http://localhost:$owner_port (pid $owner_pid)"
	[ "$mode" = --detach ] || exit 1
	while is_running && [ "$owner_state" != up ]; do
		sleep 0.2
	done
	healthy "$owner_port" || exit 1
	exit 0
}

# is_ours PID: lighttpd with our configuration or a program of ours. Of our programs the
# name is enough: the folder is ours alone. The user is looked at because anybody can
# give a process any name.
is_ours() {
	local argv uid
	mapfile -d '' argv 2>/dev/null <"/proc/$1/cmdline" || return 1
	case ${argv[0]-} in
	"$dist"/libexec/postern/* | "$dist"/sbin/postern) ;;
	*lighttpd) [[ " ${argv[*]} " == *" $var/lighttpd/lighttpd.conf "* ]] || return 1 ;;
	*) return 1 ;;
	esac
	uid=$(sed -n 's/^Uid:\s*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null)
	[ "$uid" = "$(id -u)" ] || [ "$uid" = "$(id -u "$run_user")" ]
}

our_pids() {
	local dir
	for dir in /proc/[0-9]*; do
		is_ours "${dir#/proc/}" && echo "${dir#/proc/}"
	done
}

# end SIGNAL SECONDS: sends it to all of ours and waits until none is left.
end() {
	local pids tries
	pids=$(our_pids)
	[ -n "$pids" ] || return 0
	# shellcheck disable=SC2086
	kill -s "$1" $pids 2>/dev/null
	for (( tries = $2 * 5; tries > 0; tries-- )); do
		[ -n "$(our_pids)" ] || return 0
		sleep 0.2 9>&-
	done
	return 1
}

# INT lets lighttpd answer what it has; then the programs may end.
stop_serving() {
	if [ -n "$lighttpd_pid" ] && kill -s INT "$lighttpd_pid" 2>/dev/null; then
		for (( tries = 25; tries > 0; tries-- )); do
			kill -0 "$lighttpd_pid" 2>/dev/null || break
			sleep 0.2 9>&-
		done
	fi
	[ -z "$programs_pid" ] || kill -s TERM "$programs_pid" 2>/dev/null
	end TERM 5 || end KILL 5
}

stop_all() {
	trap '' INT TERM HUP
	stop_serving
	[ ! -d "$var/db/data" ] || cluster_stop "$var/db" 9>&-
	socket_dir_remove "$var/run"
	: >"$lock"
}

# --- packages and build -------------------------------------------------------------

install_packages() {
	local database=db
	[ -z "${DATABASE_URL-}${DATABASE_URL_FILE-}" ] || database=
	# shellcheck disable=SC2086
	sh "$src/deploy/packages.sh" build web $database || exit 1
}

port_in_use() {
	(exec 3<>"/dev/tcp/$1/$port") 2>/dev/null
}

check_port() {
	[[ $port =~ ^[1-9][0-9]{0,4}$ ]] || die "PORT=$port is no port"
	if port_in_use 127.0.0.1 || port_in_use ::1; then
		die "port $port is in use; choose another: PORT=8081 $0"
	fi
}

# run_logged WHAT CMD...: silent unless it fails.
run_logged() {
	local what=$1
	shift
	"$@" >>"$log/build.log" 2>&1 </dev/null && return 0
	tail -n 20 "$log/build.log" >&2
	die "$what failed; all of it is in $log/build.log"
}

# Two instances may share a clone, hence the lock.
make_configure() (
	[ -e "$src/configure.ac" ] || die "$src/configure.ac is missing"
	exec 8<"$src/configure.ac" && flock 8
	if [ "$src/configure.ac" -nt "$src/configure" ] ||
	    [ "$src/Makefile.am" -nt "$src/Makefile.in" ]; then
		run_logged autoreconf autoreconf -fi "$src"
	fi
)

configure() {
	local for_whom="$src $dist"
	if [ "$(cat "$var/build/made-for" 2>/dev/null)" != "$for_whom" ]; then
		rm -rf "$var/build"
		mkdir "$var/build" || exit 1
	fi
	cd "$var/build" || exit 1
	if ! [ -e Makefile ] || [ "$src/configure" -nt config.status ]; then
		run_logged configure "$src/configure" --prefix="$dist"
		echo "$for_whom" >made-for
	fi
}

build() {
	[ ! -e "$src/config.status" ] ||
		die "$src is configured in place, which a build elsewhere can't use: make distclean"
	: >"$log/build.log"
	[ -x "$dist/sbin/posternctl" ] || say "building, about a minute ($log/build.log)"
	unset MAKEFLAGS MAKELEVEL DESTDIR
	make_configure || exit 1
	(
		configure
		run_logged make make -s -j"$(nproc)"
		run_logged 'make install' make -s install
	) || exit 1
	mkdir -p "$dist/share/postern/www"
}

# --- settings -----------------------------------------------------------------------

# replace FILE MODE: by what comes in; never half written, never readable meanwhile.
replace() {
	(umask 077 && cat >"$1.new") && chmod "$2" "$1.new" && mv "$1.new" "$1"
}

make_secret() {
	[ -s "$var/secret" ] || openssl rand -base64 48 | tr -d '\n' | replace "$var/secret" 600
	[ -s "$var/secret" ] || die "cannot make $var/secret"
}

set_defaults() {
	local more=${BETTER_AUTH_TRUSTED_ORIGINS:+,$BETTER_AUTH_TRUSTED_ORIGINS}
	: "${BETTER_AUTH_URL:=http://localhost:$port}" "${PROFILE_GATE:=atomic}"
	: "${QUESTIONNAIRE:=$dist/share/postern/questionnaire.json}"
	: "${RATE_LIMIT_FILE:=$(readlink -f "$var/run")/limits}"
	[ -n "${SMTP_URL-}${SMTP_URL_FILE-}" ] || : "${MAIL_DIR:=$var/mail}"
	BETTER_AUTH_TRUSTED_ORIGINS=http://127.0.0.1:$port,http://localhost:3000$more
	if [ -z "${BETTER_AUTH_SECRET-}${BETTER_AUTH_SECRET_FILE-}${BETTER_AUTH_SECRETS-}${BETTER_AUTH_SECRETS_FILE-}" ]; then
		make_secret
		BETTER_AUTH_SECRET=$(cat "$var/secret")
	fi
	if [ -z "${DATABASE_URL-}${DATABASE_URL_FILE-}" ]; then
		DATABASE_URL=$(cluster_url "$var/db")
	fi
}

# The table the programs are built from; secrets may come from files.
setting_names() {
	sed -n -e 's/^[A-Z]*(\([A-Z0-9_]*\),.*/\1/p' \
		-e 's/^[A-Z]*(\([A-Z0-9_]*\),.*CONF_\(SECRET\|HIDE_PASSWORD\).*/\1_FILE/p' \
		"$src/common/base/conf.def"
}

print_conf() {
	local name value
	echo "# Written by start.sh at every start, from its defaults and environment."
	for name in $(setting_names); do
		value=${!name-}
		[ -n "$value" ] || continue
		[ "$value" = "${value//$'\n'/}" ] || die "$name holds a line break"
		case $name in QUESTIONNAIRE | MAIL_DIR | MAIL_TEMPLATES | *_FILE) value=$(realpath -m "$value") ;; esac
		# Outer quotes and blanks would be taken away.
		[[ $value =~ ^[[:space:]\"\']|[[:space:]]$ ]] && value="\"$value\""
		echo "$name=$value"
	done
}

write_conf() {
	local text
	set_defaults
	text=$(print_conf) || exit 1
	echo "$text" | replace "$var/postern.conf" 600 || exit 1
	! is_root || chown "$run_user:$run_group" "$var/postern.conf"
	printf '#!/bin/sh\nexec env POSTERN_CONF=%s %s "$@"\n' \
		"$var/postern.conf" "$dist/sbin/posternctl" | replace "$var/posternctl" 755
}

# Mails that no server takes are files, which the page /mail.html shows.
has_mail_page() {
	[ -z "${SMTP_URL-}${SMTP_URL_FILE-}${SITE_CONF-}" ] && cluster_plain_path "${MAIL_DIR:-$var/mail}" 2>/dev/null
}

# What is within is made by the user who owns it: root must not follow links there.
make_mail_dir() {
	[ -n "${MAIL_DIR-}" ] || return 0
	mkdir -p "$MAIL_DIR" || die "cannot make $MAIL_DIR"
	! is_root || chown -h "$run_user:$run_group" "$MAIL_DIR"
	# shellcheck disable=SC2016
	cluster_as "$run_user" sh -c 'cd "$1" && chmod 700 . && umask 077 &&
		{ [ -e index.json ] || echo "[]" >index.json; }' sh "$(realpath -m "$MAIL_DIR")" 9>&- ||
		die "user $run_user cannot write in $MAIL_DIR"
}

# --- serving ------------------------------------------------------------------------

has_ipv6() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null
}

check_chatkit_backend() {
	[[ ${CHATKIT_BACKEND-} =~ ^([A-Za-z0-9.-]+:[1-9][0-9]{0,4})?$ ]] ||
		die "CHATKIT_BACKEND=$CHATKIT_BACKEND is no host:port"
}

write_chatkit_conf() {
	[ -n "${CHATKIT_BACKEND-}" ] || return 0
	sed -e "s|@HOST@|${CHATKIT_BACKEND%:*}|" -e "s|@PORT@|${CHATKIT_BACKEND##*:}|" -e "s|@DIR@|$1|" \
		"$src/conf/lighttpd/chatkit.conf.in" >"$1/chatkit.conf"
	echo '{"chatkit":"/chatkit"}' >"$1/backend.json"
}

print_lighttpd_conf() {
	echo "server.port = $port"
	echo 'server.bind = "127.0.0.1"'
	# shellcheck disable=SC2016
	! has_ipv6 || echo '$SERVER["socket"] == "[::1]:'"$port"'" { }'
	! is_root || printf 'server.%s = "%s"\n' username "$run_user" groupname "$run_group"
	echo "include \"$var/lighttpd/site.conf\""
	! has_mail_page || echo "include \"$var/lighttpd/mail.conf\""
	[ -z "${CHATKIT_BACKEND-}" ] || echo "include \"$var/lighttpd/chatkit.conf\""
}

# Who serves may not be able to enter the folder the pages come from.
find_www() {
	www=$dist/share/postern/www
	[ -n "${SITE_WWW-}" ] || return 0
	www=$var/www
	rm -rf "$www" && cp -R "$SITE_WWW" "$www" || die "cannot copy $SITE_WWW"
}

write_lighttpd_conf() {
	local dir=$var/lighttpd from=$src/conf/lighttpd run www
	run=$(readlink -f "$var/run")
	mkdir -p "$dir"
	find_www
	sed -e "s|@WWW@|$www|" -e "s|@LOG@|$log|" -e "s|@RUN@|$run|" \
		-e "s|@ROUTES@|$dir/postern.conf|" "${SITE_CONF:-$from/site.conf.in}" >"$dir/site.conf"
	sed -e '/^#/d' -e "s|@RUN@|$run|" -e "s|@LIBEXEC@|$dist/libexec/postern|" \
		-e "s|@CONF@|$var/postern.conf|" "$from/postern.conf.in" >"$dir/postern.conf"
	! has_mail_page || sed -e "s|@MAIL@|$(realpath -m "$MAIL_DIR")|" "$from/mail.conf.in" >"$dir/mail.conf"
	write_chatkit_conf "$dir"
	print_lighttpd_conf >"$dir/lighttpd.conf"
}

# Who serves may append to these, and to nothing else in their folder.
make_logs() {
	local file
	for file in lighttpd postern; do
		trim "$log/$file.log"
		[ -e "$log/$file.log" ] || (umask 077 && : >"$log/$file.log")
		! is_root || chown "$run_user" "$log/$file.log"
		log_size[$file]=$(stat -c %s "$log/$file.log")
	done
}

# A long log loses its beginning; who writes it goes on appending.
trim() {
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 8388608 ] || return 0
	(umask 077 && tail -c 1048576 "$1" >"$1.old") && : >"$1"
}

trim_all() {
	trim "$log/postern.log"
	trim "$log/lighttpd.log"
	[ -z "$private_database" ] || cluster_trim "$var/db"
}

start_database() {
	[ -z "${DATABASE_URL-}${DATABASE_URL_FILE-}" ] || return 0
	private_database=yes
	cluster_start "$var/db" peer="$run_user" 9>&- || die "PostgreSQL does not start"
}

migrate() {
	cluster_as "$run_user" "$var/posternctl" migrate \
		>"$log/migrate.log" 2>&1 </dev/null 9>&- && return 0
	tail -n 20 "$log/migrate.log" >&2
	die "posternctl migrate failed"
}

# In sessions of their own, so that Ctrl-C reaches start.sh alone.
start_programs() {
	(cluster_as "$run_user" setsid env POSTERN_CONF="$var/postern.conf" "$dist/sbin/postern" \
		"$(readlink -f "$var/run")") </dev/null >>"$log/postern.log" 2>&1 9>&- &
	programs_pid=$!
}

start_lighttpd() {
	(cd / && exec setsid env -i PATH="$PATH" lighttpd -D -f "$var/lighttpd/lighttpd.conf") \
		</dev/null >>"$log/lighttpd.log" 2>&1 9>&- &
	lighttpd_pid=$!
}

# The last lines of this run.
fail_with_logs() {
	local file
	for file in postern lighttpd; do
		echo "from $log/$file.log:" >&2
		tail -c "+$((log_size[$file] + 1))" "$log/$file.log" | tail -n 8 >&2
	done
	die "$@"
}

wait_healthy() {
	local deadline=$((SECONDS + 30))
	while (( SECONDS < deadline )); do
		kill -0 "$lighttpd_pid" 2>/dev/null || fail_with_logs "lighttpd ended"
		kill -0 "$programs_pid" 2>/dev/null || fail_with_logs "the programs ended"
		healthy "$port" && return 0
		sleep 0.1 9>&-
	done
	fail_with_logs "no answer within 30 s from http://127.0.0.1:$port/healthz:" \
		"$(curl -q -sS --noproxy '*' --max-time 5 "http://127.0.0.1:$port/healthz" 2>&1 |
			sed 's/<[^>]*>//g' | tr -s '\n ' ' ' | head -c 200)"
}

# postern starts programs anew that end, PostgreSQL its own processes; who starts these two
# anew is here.
watch() {
	local rounds=0
	while :; do
		sleep 5 >/dev/null 2>&1 9>&- &
		wait -n "$lighttpd_pid" "$programs_pid" $!
		kill -0 "$lighttpd_pid" 2>/dev/null || fail_with_logs "lighttpd ended"
		kill -0 "$programs_pid" 2>/dev/null || start_programs
		[ -z "$private_database" ] || cluster_pid "$var/db" >/dev/null ||
			cluster_start "$var/db" peer="$run_user" 9>&-
		(( ++rounds % 12 )) || trim_all
	done
}

serve() {
	private_database=
	trap stop_all EXIT
	trap 'exit 130' INT TERM HUP
	set_state starting
	socket_dir "$var/run" "$run_user" "$run_group" 700 || exit 1
	rm -f "$var/run/"*
	start_database
	write_conf
	make_mail_dir
	write_lighttpd_conf
	make_logs
	migrate
	start_programs
	start_lighttpd
	wait_healthy
	set_state up
	trap 'say "stopping"; exit 0' INT TERM HUP
	announce "Ctrl-C stops it"
	watch
}

announce() {
	say "http://localhost:$port"
	! has_mail_page || say "mails are not sent but shown: http://localhost:$port/mail.html"
	[ -z "${CHATKIT_BACKEND-}" ] ||
		say "chats with the backend at $CHATKIT_BACKEND: http://localhost:$port/chatkit.html"
	say "settings in $var/postern.conf, logs in $log; $1"
}

# --- commands -----------------------------------------------------------------------

# What a killed run left is ended: old programs would go on with old settings.
prepare() {
	place_var
	take_lock || report_running
	end TERM 5 || end KILL 5
	check_port
	check_chatkit_backend
	install_packages
	build
}

# The child inherits the lock.
detach() {
	prepare
	setsid "$BASH" "$self" --supervise </dev/null >"$log/start.log" 2>&1 &
	local child=$!
	trap 'kill $child 2>/dev/null; exit 130' INT TERM HUP
	exec 9<&-
	while kill -0 $child 2>/dev/null; do
		if is_running && [ "$owner_state" = up ]; then
			announce "$0 --stop ends it"
			exit 0
		fi
		sleep 0.1
	done
	cat "$log/start.log" >&2
	exit 1
}

stop() {
	if is_running; then
		kill "$owner_pid" 2>/dev/null || die "cannot end pid $owner_pid: another user's"
		local deadline=$((SECONDS + 60))
		while is_running; do
			(( SECONDS < deadline )) || die "pid $owner_pid has not ended in 60 s"
			sleep 0.2
		done
		say "stopped"
	elif [ -e "$lock" ]; then
		stop_all
		say "not running"
	else
		say "not running"
	fi
}

status() {
	if ! is_running; then
		say "not running"
		[ -z "$(our_pids)" ] || say "what a killed run left still is: --stop ends it"
		exit 3
	elif [ "$owner_state" != up ]; then
		say "$owner_state (pid $owner_pid)"
		exit 3
	fi
	say "running on http://localhost:$owner_port (pid $owner_pid)"
	healthy "$owner_port" || say "but http://localhost:$owner_port/healthz fails"
}

mode=${1-}
undo_ignored_int "$@"
find_var
case $mode in
'') choose_user; prepare; serve ;;
--supervise) choose_user; take_lock || exit 1; serve ;;
--detach) choose_user; detach ;;
--stop) choose_user; stop ;;
--status) choose_user; status ;;
-h | --help) usage ;;
*) usage >&2; exit 2 ;;
esac
