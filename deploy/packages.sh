#!/bin/sh
# SPDX-License-Identifier: ISC
# The Debian and Ubuntu packages Postern needs; installs those that are missing.
#   sh deploy/packages.sh build run test    (any of: build web db run book test; run is web
#                                           and db, book is for examples/docusaurus)
# Exits 0 when all needed ones are there, else 1 after printing the line to run.
# Can be sourced for its functions: nothing runs then.
# shellcheck disable=SC2016,SC2046
#
# An entry is a package, and then:
#   a|b     either will do, the first is preferred
#   a=cmd   nothing is missing when that command exists
#   a?      good to have: its absence is no failure

packages_list() {
	case $1 in
	build) echo gcc=gcc libc6-dev make=make autoconf automake 'pkg-config|pkgconf' \
		mawk=awk libfcgi-dev libpq-dev libjson-c-dev libssl-dev libcrypt-dev \
		libsodium-dev libunistring-dev 'libcurl4-openssl-dev|libcurl4-gnutls-dev' 'libpsl-dev?' ;;
	web) echo lighttpd=lighttpd curl=curl openssl=openssl util-linux=setpriv \
		ca-certificates ;;
	db) echo postgresql ;;
	run) packages_list web; packages_list db ;;
	book) echo nodejs npm=npm lighttpd-modules-lua ;;
	test) echo check valgrind clang=clang "$(packages_clang_rt)?" \
		python3-jwt python3-authlib python3-jwcrypto python3-cryptography \
		'nginx-light|nginx=nginx' apache2-bin=apache2 'caddy=caddy?' 'chromium=chromium?' 'nodejs?' 'npm=npm?' 'python3-fastapi?' 'python3-asyncpg?' 'uvicorn?' \
		'python3-httpx?' 'faketime?' 'pgbouncer=pgbouncer?' 'wrk=wrk?' 'pmccabe=pmccabe?' 'mandoc=mandoc?' \
		'shellcheck=shellcheck?' 'cppcheck=cppcheck?' ;;
	*) echo "packages.sh: no list '$1'" >&2; return 1 ;;
	esac
}

# The sanitizers' runtime is named after the version of clang.
packages_clang_rt() {
	version=$(apt-cache depends clang 2>/dev/null |
		sed -n 's/^ *Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
	echo "libclang-rt-${version:-14}-dev"
}

packages_installed() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
		sed -n 's/^installed //p'
}

packages_node_is_new() {
	command -v node >/dev/null &&
		node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'
}

# Servers of other sources than the distribution count too.
packages_has_postgresql() {
	for initdb in /usr/lib/postgresql/*/bin/initdb; do
		[ -x "$initdb" ] && return 0
	done
	command -v initdb >/dev/null
}

# packages_has ENTRY INSTALLED: a or a=cmd or a|b, without its question mark.
packages_has() {
	case $1 in
	postgresql) packages_has_postgresql; return ;;
	nodejs) packages_node_is_new; return ;;
	*=*) command -v "${1#*=}" >/dev/null && return 0 ;;
	esac
	for name in $(echo "${1%%=*}" | tr '|' ' '); do
		case "
$2
" in
		*"
$name
"*) return 0 ;;
		esac
	done
	return 1
}

# The entries of the lists that are not there, one a line.
packages_missing() {
	installed=$(packages_installed)
	for list; do
		entries=$(packages_list "$list") || return 1
		for entry in $entries; do
			packages_has "${entry%\?}" "$installed" || echo "$entry"
		done
	done
}

packages_candidate() {
	LC_ALL=C apt-cache policy "$1" 2>/dev/null |
		sed -n 's/^ *Candidate: //p' | grep -v '^(none)$'
}

# The package that apt would install for an entry; fails when it knows none.
packages_choose() {
	for name in $(echo "${1%%[=?]*}" | tr '|' ' '); do
		version=$(packages_candidate "$name") || continue
		if [ "$name" = nodejs ] && ! dpkg --compare-versions "$version" ge 18; then
			continue
		fi
		echo "$name"
		return 0
	done
	return 1
}

# Without its lists, as in a fresh container, apt knows nothing.
packages_has_apt_lists() {
	set -- /var/lib/apt/lists/*_Packages*
	[ -e "$1" ]
}

# The missing entries worth a call of apt: needed ones, and optional ones it may have.
packages_wanted() {
	for entry in $1; do
		case $entry in
		*\?) packages_has_apt_lists && ! packages_choose "$entry" >/dev/null && continue ;;
		esac
		echo "$entry"
	done
}

# packages_apt NAME...: quiet unless it fails.
packages_apt() {
	DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
		install --no-install-recommends "$@" </dev/null >"$packages_log" 2>&1
}

# Another apt may hold the lists; an old list is still worth a try.
packages_update() {
	for _ in 1 2 3 4 5 6; do
		apt-get -q update </dev/null >"$packages_log" 2>&1 && return 0
		grep -q 'Could not get lock' "$packages_log" || return 0
		sleep 10
	done
}

# Packages start what they bring: postgresql a cluster on TCP port 5432, lighttpd a site
# on port 80. These files forbid it while we install, and only what we did not find there.
packages_hold_services() {
	created=
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		created=/usr/sbin/policy-rc.d
		printf '%s\n' '#!/bin/sh' 'case $1 in lighttpd*|postgresql*|pgbouncer*|nginx*|caddy*) exit 101 ;; esac' \
			'exit 0' >"$created"
		chmod 755 "$created"
	fi
	mkdir -p /etc/postgresql-common/createcluster.d
	echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/postern.conf
}

packages_release_services() {
	[ -z "$created" ] || rm -f "$created"
	rm -f /etc/postgresql-common/createcluster.d/postern.conf "$packages_log"
	rmdir /etc/postgresql-common/createcluster.d 2>/dev/null || true
	rmdir /etc/postgresql-common 2>/dev/null || true
}

# A lighttpd of ours alone must not come up by itself at the next boot either.
packages_disable_lighttpd() {
	update-rc.d lighttpd disable >/dev/null 2>&1 || true
	[ ! -d /run/systemd/system ] || systemctl -q stop lighttpd || true
}

# packages_get LIST..., as root. New lists of apt may name other versions.
packages_get() (
	required='' optional=''
	packages_log=$(mktemp) || return 1
	trap packages_release_services EXIT
	trap 'exit 130' INT TERM HUP
	had_lighttpd=$(command -v lighttpd)
	packages_hold_services
	packages_update
	for entry in $(packages_missing "$@"); do
		case $entry in
		*\?) name=$(packages_choose "$entry") && optional="$optional $name" ;;
		*) name=$(packages_choose "$entry") || name=${entry%%[=|]*}
			required="$required $name" ;;
		esac
	done
	# shellcheck disable=SC2086
	if [ -n "$required" ] && ! packages_apt $required; then
		tail -n 20 "$packages_log" >&2
		exit 1
	fi
	# One that cannot be installed must not keep the others out.
	# shellcheck disable=SC2086
	[ -z "$optional" ] || packages_apt $optional ||
		for name in $optional; do
			packages_apt "$name" || echo "packages.sh: could not install $name" >&2
		done
	[ -n "$had_lighttpd" ] || ! command -v lighttpd >/dev/null || packages_disable_lighttpd
	exit 0
)

# sudo without a terminal can't ask; then only a rule without a password helps.
packages_can_sudo() {
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || [ -t 0 ]
}

# packages_install LIST...
packages_install() {
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		echo "packages.sh: not Debian or Ubuntu: nothing checked, nothing installed" >&2
		return 0
	fi
	missing=$(packages_missing "$@") || return 1
	[ -n "$missing" ] || return 0
	missing=$(packages_wanted "$missing")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" = 0 ]; then
		# shellcheck disable=SC2086
		echo "Installing:" $(echo "$missing" | sed 's/[=|?].*//')
		packages_get "$@"
	elif packages_can_sudo && sudo sh "$packages_file" "$@"; then
		return 0
	fi
	packages_left "$@"
}

# Optional ones may stay away; a needed one may not.
packages_left() {
	needed=$(packages_missing "$@" | grep -v '?$')
	[ -n "$needed" ] || return 0
	# shellcheck disable=SC2086
	echo "Missing:" $(echo "$needed" | sed 's/[=|].*//') >&2
	echo "Run this as root, then start again:" >&2
	echo "  sh '$packages_file' $*" >&2
	return 1
}

case $0 in
*packages.sh)
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	packages_file=$(cd "$(dirname "$0")" && pwd)/packages.sh
	packages_install "$@"
	exit
	;;
esac
