# shellcheck shell=sh disable=SC2016
# SPDX-License-Identifier: ISC
# A private PostgreSQL cluster in a folder. To be sourced; needs no configuration.
#
#   cluster_start DIR [fsync=off] [peer=USER]   makes it if need be, and starts it
#   cluster_stop DIR
#   cluster_url DIR [DB [ROLE]]                 libpq URI; DB and ROLE: postern
#   cluster_psql DIR DB ARGUMENT...             psql as the superuser
#
# DIR holds data/ (the cluster), sock/ (its socket: there is no TCP port) and postgres.log.
# Run by root, the server is user postgres; else it is the caller. The kernel tells the
# server who connects (peer): root, the server's own user and USER get in as role postern
# and, except for USER, as the superuser postgres. Nobody else does, and the folder of the
# socket is closed to them. Role postern owns database postern and may make databases.

cluster_say() {
	echo "postgresql: $*" >&2
}

# PostgreSQL refuses to run as root.
cluster_user() {
	if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi
}

# cluster_as USER CMD...: as USER in a clean environment (PGPORT and its like would reach
# the server), from a folder every user can enter.
cluster_as() (
	user=$1
	shift
	cd / || exit 1
	if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
		set -- setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@"
	fi
	exec env -i PATH="$PATH" LC_ALL=C "$@"
)

cluster_do() {
	cluster_as "$(cluster_user)" "$@"
}

cluster_bindirs() {
	for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
	    "$(pg_config --bindir 2>/dev/null)" "$(dirname "$(command -v initdb)" 2>/dev/null)"; do
		[ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && echo "$dir"
	done
}

cluster_version() {
	"$1/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
}

# cluster_bindir DIR: the programs that can read the data of DIR, or the newest for new data.
cluster_bindir() {
	bindirs=$(cluster_bindirs)
	if [ -z "$bindirs" ]; then
		cluster_say "initdb and pg_ctl are not installed"
		return 1
	fi
	if ! [ -f "$1/data/PG_VERSION" ]; then
		echo "$bindirs" | head -n 1
		return 0
	fi
	made=$(cat "$1/data/PG_VERSION")
	for dir in $bindirs; do
		[ "$(cluster_version "$dir")" = "$made" ] && echo "$dir" && return 0
	done
	cluster_say "the data in $1 is of version $made, but only" \
		"version $(cluster_version "${bindirs%%
*}") is installed."
	cluster_say "Install postgresql-$made, or dump it there and move $1 away."
	return 1
}

# A process id in a file may have been given to another process since.
cluster_pid() {
	[ -r "$1/data/postmaster.pid" ] || return 1
	pid=$(head -n 1 "$1/data/postmaster.pid")
	tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF "$1/data" || return 1
	echo "$pid"
}

# socket_dir PATH OWNER GROUP MODE: PATH becomes a folder for sockets. The name of a socket
# may have 107 bytes, so a long PATH becomes a link to a folder with a short name.
socket_dir() {
	if [ ${#1} -gt 85 ]; then
		if ! [ -d "$1/" ] || [ "$(stat -c %U "$1/")" != "$2" ]; then
			rm -rf "$1"
			base=/tmp
			[ "$(id -u)" = 0 ] && [ -d /run ] && base=/run
			ln -s "$(mktemp -d "$base/postern.XXXXXX")" "$1" || return 1
		fi
	elif [ -L "$1" ] || ! mkdir -p "$1"; then
		rm -f "$1" && mkdir -p "$1" || return 1
	fi
	[ "$(id -u)" != 0 ] || chown "$2:$3" "$1/" || return 1
	chmod "$4" "$1/"
}

socket_dir_remove() {
	[ -L "$1" ] || return 0
	rm -rf "$(readlink "$1")" "$1"
}

cluster_socket_dir() {
	readlink -f "$1/sock"
}

cluster_postgresql_conf() {
	cores=$(nproc 2>/dev/null || echo 2)
	cat <<-END
	listen_addresses = ''
	port = 5432
	unix_socket_directories = '$(cluster_socket_dir "$1")'
	max_connections = $((80 + 4 * cores))
	shared_buffers = 48MB
	min_wal_size = 32MB
	max_wal_size = 256MB
	wal_level = minimal
	max_wal_senders = 0
	max_logical_replication_workers = 0
	max_parallel_workers_per_gather = 0
	jit = off
	timezone = 'UTC'
	log_timezone = 'UTC'
	log_line_prefix = '%m %q%u@%d '
	log_checkpoints = off
	END
	[ "$2" = on ] || printf '%s = off\n' fsync synchronous_commit full_page_writes
}

# cluster_idents OWNER PEER
cluster_idents() {
	for who in root "$1"; do
		printf 'postern %s postgres\npostern %s postern\n' "$who" "$who"
	done
	[ -z "$2" ] || printf 'postern %s postern\n' "$2"
}

# cluster_write FILE: as the server's user, who owns the folder.
cluster_write() {
	cluster_do sh -c 'cat >"$1.new" && chmod 600 "$1.new" && mv "$1.new" "$1"' sh "$1"
}

# A cluster half made by an interrupted run is never taken for a whole one.
cluster_make() {
	locale=C
	locale -a 2>/dev/null | grep -qiE '^C\.utf-?8$' && locale=C.UTF-8
	sync=
	[ "$2" = on ] || sync=--no-sync
	cluster_do rm -rf "$1/data.new"
	# shellcheck disable=SC2086
	cluster_do "$3/initdb" -D "$1/data.new" -U postgres -E UTF8 --locale=$locale \
		--auth=peer $sync >"$4" 2>&1 || return 1
	cluster_do sh -c 'echo "include '\''postern.conf'\''" >>"$1/data.new/postgresql.conf" &&
		mv "$1/data.new" "$1/data"' sh "$1"
}

# DIR must be reachable for the server's user, which a folder in /root is not.
cluster_prepare_dir() {
	owner=$(cluster_user)
	if ! id "$owner" >/dev/null 2>&1; then
		cluster_say "there is no user $owner"
		return 1
	fi
	mkdir -p "$1" || return 1
	[ "$(id -u)" != 0 ] || chown "$owner" "$1"
	chmod 711 "$1"
	if ! cluster_do test -w "$1"; then
		cluster_say "user $owner cannot write in $1"
		return 1
	fi
	if [ -n "$2" ]; then
		socket_dir "$1/sock" "$owner" "$(id -gn "$2")" 710
	else
		socket_dir "$1/sock" "$owner" "$(id -gn "$owner")" 700
	fi
}

# A postmaster that was killed leaves its lock files, whose process ids may be someone
# else's by now, and for a moment processes that hold its memory.
cluster_launch() {
	cluster_do sh -c 'rm -f "$1/data/postmaster.pid" "$1/sock/.s.PGSQL.5432"*' sh "$1"
	cluster_trim "$1"
	for pause in 1 3 0; do
		cluster_do "$2/pg_ctl" -D "$1/data" -l "$1/postgres.log" -w -t 60 -s start \
			>/dev/null 2>&1 </dev/null && return 0
		sleep $pause
	done
	cluster_say "does not start; the end of $1/postgres.log:"
	cluster_do tail -n 10 "$1/postgres.log" >&2
	return 1
}

# cluster_trim DIR: a long log loses its beginning; the server goes on appending.
cluster_trim() {
	cluster_do sh -c 'test -f "$1" || exit 0
		[ "$(wc -c <"$1")" -gt 4194304 ] || exit 0
		tail -c 524288 "$1" >"$1.old" && : >"$1"' sh "$1/postgres.log"
}

cluster_psql() {
	cluster_at=$(cluster_socket_dir "$1")
	cluster_db=$2
	shift 2
	cluster_do psql -X -h "$cluster_at" -p 5432 -U postgres -d "$cluster_db" -qAt \
		-v ON_ERROR_STOP=1 "$@"
}

cluster_fill() {
	role=$(cluster_psql "$1" postgres -c "select 1 from pg_roles where rolname = 'postern'") &&
	db=$(cluster_psql "$1" postgres -c "select 1 from pg_database where datname = 'postern'") ||
		return 1
	[ -n "$role" ] ||
		# Its own tables have a schema of the role's name; everybody's belong in public.
		cluster_psql "$1" postgres -c 'create role postern login createdb' \
			-c 'alter role postern set search_path = public' || return 1
	[ -n "$db" ] ||
		cluster_psql "$1" postgres -c 'create database postern owner postern'
}

cluster_settle() {
	cluster_postgresql_conf "$1" "$2" | cluster_write "$1/data/postern.conf" &&
	echo 'local all all peer map=postern' | cluster_write "$1/data/pg_hba.conf" &&
	cluster_idents "$(cluster_user)" "$3" | cluster_write "$1/data/pg_ident.conf"
}

# Inside pg_hba.conf, URIs and lists of folders other characters would need quoting.
cluster_plain_path() {
	case $1 in
	/*) ;;
	*) cluster_say "$1 is no absolute path"; return 1 ;;
	esac
	case $1 in
	*[!A-Za-z0-9._/+@~-]*) cluster_say "the path '$1' holds a character other than" \
		"letters, digits and ._/+@~-"; return 1 ;;
	esac
}

cluster_start() (
	dir=$1 fsync=on peer=''
	shift
	for option; do
		case $option in
		fsync=*) fsync=${option#*=} ;;
		peer=*) peer=${option#*=} ;;
		esac
	done
	[ "$peer" != "$(cluster_user)" ] || peer=
	umask 077
	cluster_plain_path "$dir" && cluster_prepare_dir "$dir" "$peer" || exit 1
	bindir=$(cluster_bindir "$dir") || exit 1
	if ! [ -d "$dir/data" ]; then
		report=$(mktemp)
		cluster_make "$dir" "$fsync" "$bindir" "$report" || tail -n 10 "$report" >&2
		rm -f "$report"
		[ -d "$dir/data" ] || exit 1
	fi
	if ! cluster_pid "$dir" >/dev/null; then
		cluster_settle "$dir" "$fsync" "$peer" && cluster_launch "$dir" "$bindir" || exit 1
	fi
	cluster_fill "$dir"
)

# INT ends the sessions and writes everything out; QUIT does not wait for that.
cluster_stop() (
	for signal in INT QUIT; do
		pid=$(cluster_pid "$1") || break
		kill -s $signal "$pid" || exit 1
		tries=0
		while [ $tries -lt 200 ] && cluster_pid "$1" >/dev/null; do
			sleep 0.1
			tries=$((tries + 1))
		done
	done
	socket_dir_remove "$1/sock"
	! cluster_pid "$1" >/dev/null
)

cluster_url() {
	echo "postgresql:///${2:-postern}?host=$(cluster_socket_dir "$1")&user=${3:-postern}"
}
