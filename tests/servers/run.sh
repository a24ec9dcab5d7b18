#!/bin/sh
# SPDX-License-Identifier: ISC
# The configurations of conf/ in lighttpd, nginx, Apache httpd and Caddy: the ways in, who sees the
# members' page, and the spellings of its path that nobody is to get in by.
#   srcdir, builddir   as make check sets them
set -u
PATH=$PATH:/usr/sbin
srcdir=$(cd "${srcdir:-.}" && pwd)
BIN=$(cd "${builddir:-.}" && pwd)
TMP=$(mktemp -d)
chmod 755 "$TMP"
mkdir "$TMP/db"
# shellcheck source=deploy/cluster.sh
. "$srcdir/deploy/cluster.sh"
# shellcheck source=tests/http/server.sh
. "$srcdir/tests/http/server.sh"
web_pid='' gate_pid=''
web_stop() {
	[ -z "$web_pid" ] || { kill -TERM "$web_pid" 2>/dev/null; wait "$web_pid" 2>/dev/null; }
	web_pid=
}
# shellcheck disable=SC2317
all_stop() {
	web_stop
	[ -z "$gate_pid" ] || { kill -TERM "$gate_pid" && wait "$gate_pid" 2>/dev/null; }
	server_stop
	cluster_stop "$TMP/db"
	rm -rf "$TMP"
}
trap all_stop EXIT
trap 'exit 130' INT TERM
cluster_start "$TMP/db" fsync=off || exit 1
DATABASE_URL=$(cluster_url "$TMP/db")
export DATABASE_URL RATE_LIMIT=off PROFILE_GATE=after PASSWORD_HASH=scrypt LOG_LEVEL=warn WORKERS=2
export BETTER_AUTH_SECRET=peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz
export QUESTIONNAIRE="$srcdir/share/questionnaire.json" RATE_LIMIT_FILE="$TMP/limits"
POSTERN_CONF=/dev/null "$BIN/posternctl" migrate >/dev/null || exit 1
server_start "$TMP/server" || exit 1
lighttpd_url=$BASE_URL
www=$srcdir/www

count=0 failed=0
ok() {
	if [ $? -eq 0 ]; then result=ok; else result='not ok' failed=1; fi
	count=$((count + 1))
	echo "$result $count - $server: $1"
	[ "$result" = ok ] || sed 's/^/# /' "$TMP/head" | head -n 5
}

# fill FILE NAME=VALUE...
fill() {
	fill_file=$1
	shift
	set -- "$@" "WWW=$www" "RUN=$TMP/server/run"
	for fill_pair; do set -- "$@" -e "s|@${fill_pair%%=*}@|${fill_pair#*=}|g"; shift; done
	sed "$@" "$srcdir/conf/$fill_file"
}

# web_up COMMAND...: a server in the foreground, until it answers at $BASE_URL.
web_up() {
	"$@" >"$TMP/web.log" 2>&1 &
	web_pid=$!
	web_tries=0
	until curl -qfsS -o /dev/null "$BASE_URL/healthz" 2>/dev/null; do
		web_tries=$((web_tries + 1))
		if [ $web_tries -gt 100 ] || ! kill -0 "$web_pid" 2>/dev/null; then
			cat "$TMP"/*.log
			return 1
		fi
		sleep 0.1
	done
}

# Each server asks for members with a profile in /members/, and for any session here.
lighttpd_up() {
	BASE_URL=$lighttpd_url
	kill -INT "$server_pid" && wait "$server_pid"
	cat >>"$TMP/server/lighttpd.conf" <<-END
		\$HTTP["url"] == "/account.html" {
			setenv.set-environment = ( "GATE_REQUIRE" => "session" )
			fastcgi.server = ( "/" => ( ( "socket" => "$TMP/server/run/gate",
				"check-local" => "disable", "mode" => "authorizer" ) ) )
		}
	END
	lighttpd -D -f "$TMP/server/lighttpd.conf" >"$TMP/lighttpd.log" 2>&1 &
	server_pid=$!
	server_wait
}

nginx_up() {
	BASE_URL=http://127.0.0.1:$(free_port)
	mkdir -p "$TMP/nginx"
	fill nginx/postern.conf.in >"$TMP/nginx/postern.conf"
	fill nginx/site.conf.in "ROUTES=$TMP/nginx/postern.conf" >"$TMP/nginx/site.conf"
	cat >"$TMP/nginx/nginx.conf" <<-END
		daemon off;
		pid $TMP/nginx/pid;
		error_log $TMP/nginx.log;
		worker_processes 1;
		$([ "$(id -u)" != 0 ] || echo 'user root;')
		events { }
		http {
			access_log off;
			types { text/html html; }
			client_body_temp_path $TMP/nginx/body;
			fastcgi_temp_path $TMP/nginx/fastcgi;
			proxy_temp_path $TMP/nginx/proxy;
			uwsgi_temp_path $TMP/nginx/uwsgi;
			scgi_temp_path $TMP/nginx/scgi;
			server {
				listen ${BASE_URL#http://};
				include $TMP/nginx/site.conf;
				location = /account.html {
					auth_request /.any;
				}
				location = /.any {
					internal;
					fastcgi_pass_request_body off;
					fastcgi_param REQUEST_METHOD GET;
					fastcgi_param SCRIPT_NAME /api/auth/gate;
					fastcgi_param GATE_REQUIRE session;
					fastcgi_pass unix:$TMP/server/run/gate;
				}
			}
		}
	END
	web_up nginx -c "$TMP/nginx/nginx.conf"
}

# A gate for mod_authnz_fcgi, which knows no local sockets.
gate_up() {
	gate_port=$(free_port)
	POSTERN_CONF=$TMP/server/postern.conf python3 -c '
import os, socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
os.dup2(s.fileno(), 0)
os.execv(sys.argv[2], [sys.argv[2]])' "$gate_port" "$BIN/gate" 2>"$TMP/gate.log" &
	gate_pid=$!
}

apache_up() {
	BASE_URL=http://127.0.0.1:$(free_port)
	mkdir -p "$TMP/apache"
	gate_up
	fill apache/postern.conf.in "GATE=127.0.0.1:$gate_port" >"$TMP/apache/postern.conf"
	fill apache/site.conf.in "ROUTES=$TMP/apache/postern.conf" >"$TMP/apache/site.conf"
	{
		for module in mpm_event authn_core authz_core authz_user authnz_fcgi proxy \
			proxy_fcgi rewrite headers setenvif mime dir; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		cat <<-END
			Listen ${BASE_URL#http://}
			ServerName localhost
			ServerRoot "$TMP/apache"
			DefaultRuntimeDir "$TMP/apache"
			PidFile "$TMP/apache/pid"
			ErrorLog "$TMP/apache.log"
			TypesConfig /dev/null
			AddType text/html .html
			$([ "$(id -u)" != 0 ] || printf 'User nobody\nGroup nogroup')
			Include "$TMP/apache/site.conf"
			<Location "/account.html">
				SetEnvIf Request_URI . GATE_REQUIRE=session
				AuthType None
				AuthnzFcgiCheckAuthnProvider gate Authoritative On RequireBasicAuth Off UserExpr "%{reqenv:AUTH_USER_ID}"
				Require valid-user
				CGIPassAuth On
			</Location>
		END
	} >"$TMP/apache/apache.conf"
	[ "$(id -u)" != 0 ] || chmod 777 "$TMP"/server/run/*
	web_up apache2 -DFOREGROUND -f "$TMP/apache/apache.conf"
}

caddy_up() {
	BASE_URL=http://127.0.0.1:$(free_port) application_port=$(free_port)
	mkdir -p "$TMP/caddy"
	fill caddy/postern.caddy.in >"$TMP/caddy/postern.caddy"
	fill caddy/site.caddy.in >"$TMP/caddy/site.caddy"
	cat >"$TMP/caddy/Caddyfile" <<-END
		{
			admin off
			auto_https off
			skip_install_trust
		}
		import postern.caddy
		$BASE_URL {
			@any path /account.html
			import postern_gate @any session
			@told path /told
			import postern_gate @told session
			handle @told {
				respond "{header.X-Auth-User-Id},{header.X_Auth_User_Id},{header.X-Auth_User_Id},"
			}
			import site.caddy
		}
		http://127.0.0.1:$application_port {
			forward_auth /app/* ${lighttpd_url#http://} {
				uri /api/auth/gate
				copy_headers X-Auth-User-Id X-Auth-Has-Profile X-Auth-Anonymous
			}
			respond "An application for {header.X-Auth-User-Id}, {header.X-Auth-Anonymous}"
		}
	END
	XDG_DATA_HOME=$TMP/caddy XDG_CONFIG_HOME=$TMP/caddy \
		web_up caddy run --config "$TMP/caddy/Caddyfile" --adapter caddyfile
}

# The public address is the same for all: what a browser says is its origin.
ask() { # ask [curl's arguments] URL: $status, $TMP/head, $TMP/page
	status=$(curl -qsS --path-as-is -D "$TMP/head" -o "$TMP/page" -w '%{http_code}' \
		-H "origin: $lighttpd_url" "$@") || status=none
	[ -e "$TMP/page" ] || : >"$TMP/page"
}
header() { tr -d '\r' <"$TMP/head" | sed -n "s/^$1: //Ip"; }
closed() { ! grep -q 'pages/members.js' "$TMP/page"; }
leads() { [ "$status" = 302 ] && closed && case $(header location) in *"$1") ;; *) return 1 ;; esac; }
JSON='content-type: application/json'
PROFILE='{"software_context":{"languages":["Python","C"],"experience_level":"Advanced","preferred_tools":["None"]},"hardware_context":{"devices":["Arduino"],"specifications":{"cpu":"ARM"},"constraints":["Low power"]}}'

sign_up() { # sign_up [,"profile":...]
	ask -H "$JSON" -d "{\"name\":\"T\",\"email\":\"u$(date +%s%N)@example.com\",\"password\":\"password1234\"${1-}}" \
		"$BASE_URL/api/auth/sign-up/email"
	token=$(header set-auth-token)
}

spellings() {
	cat <<-'END'
		//members/
		/./members/
		/x/../members/
		/members//index.html
		/members/./index.html
		/members/../members/index.html
		/%6dembers/index.html
		/%2e/members/index.html
		/x/%2e%2e/members/index.html
		/%2fmembers/index.html
		/members%2findex.html
		/members%2f
		/members%5cindex.html
		/members\index.html
		/MEMBERS/index.html
		/Members/
		/members
		/members.
		/members./index.html
		/members/index.html.
		/members/index.html/
		/members/index.html/.
		/members;x/index.html
		/members/;x
		/members/index.html;x
		/members/%00
		/members%00/index.html
		/members/index.html%00
		/members/index.html?x=/api/auth/ok
		/members/index.html?/healthz
		/api/auth/ok/../../../members/index.html
		/api/auth/%2e%2e/%2e%2e/members/index.html
		/members/index.html%20
		/members/%252e/index.html
		/%c0%afmembers/index.html
		/%c0%ae/members/index.html
		/members%c0%afindex.html
		/%e0%80%afmembers/index.html
		/members/index.html#x
		/members/index.html%23
		/members/index.html%3fx
		/members/index.html~
		/members/index.html.gz
		/members/index.html::$DATA
		/%u006dembers/index.html
	END
}

look() {
	page=$BASE_URL/members/ html='accept: text/html'
	sign_up ",\"profile\":$PROFILE"; [ "$status" = 200 ]; ok 'sign-up'
	member=$token
	sign_up; bare=$token
	ask -H "$JSON" -d '{}' "$BASE_URL/api/auth/sign-in/anonymous"; guest=$(header set-auth-token)
	ask -H "cookie: better-auth.session_token=$member" "$BASE_URL/api/auth/get-session"
	[ "$status" = 200 ] && grep -q '"hasProfile":true' "$TMP/page"; ok 'get-session'
	ask "$BASE_URL/api/auth/nothing"; [ "$status" = 404 ]; ok 'what nobody serves'
	ask -H "$html" "$page"; leads '/sign-in.html?redirectTo=%2Fmembers%2F'; ok 'nobody is sent to sign-in'
	ask -H "$html" -H "authorization: Bearer $guest" "$page"; leads '/sign-in.html?redirectTo=%2Fmembers%2F'; ok 'so is a guest'
	ask -H "$html" -H "authorization: Bearer $bare" "$page"; leads '/questionnaire.html?redirectTo=%2Fmembers%2F'; ok 'without profile it is the questionnaire'
	ask -H "$html" -H "authorization: Bearer $member" "$page"; [ "$status" = 200 ] && ! closed; ok 'a member gets the page'
	ask -H "$html" -H "cookie: better-auth.session_token=$member" "${page}index.html"; [ "$status" = 200 ] && ! closed; ok 'by cookie, too'
	ask -H "$html" -H "authorization: Bearer $member" "${page}index.html"
	case $(header cache-control) in *private*) ;; *) false ;; esac && header vary | grep -qi cookie &&
		header vary | grep -qi authorization; ok 'which no shared cache keeps'
	header content-security-policy | grep -q "default-src 'self'" && [ "$(header x-content-type-options)" = nosniff ]; ok 'with the headers of every page'
	[ -z "$(header access-control-allow-origin)" ]; ok 'and shared with no other origin'
	etag=$(header etag)
	[ -n "$etag" ] && ask -H "if-none-match: $etag" -H "authorization: Bearer $member" "${page}index.html"; [ "$status" = 304 ]; ok 'a member is told that it is the same'
	ask -H "if-none-match: $etag" "${page}index.html"; [ "$status" != 304 ] && [ "$status" != 200 ]; ok 'nobody is not'
	ask -I "${page}index.html"; [ "$status" != 200 ] && [ -z "$(header etag)$(header last-modified)" ]; ok 'nor told of it by HEAD'
	ask -H 'range: bytes=0-9' "${page}index.html"; [ "$status" != 206 ] && [ "$status" != 200 ]; ok 'nor given a part'
	for method in POST PUT DELETE PATCH OPTIONS TRACE PROPFIND GET2; do
		ask -X $method -d x=1 "${page}index.html"; [ "$status" != 200 ] || [ ! -s "$TMP/page" ] && closed; ok "nor by $method"
		case $(header cache-control) in *public*) false ;; esac; ok 'and nothing says that all may keep it'
	done
	ask -H "authorization: Bearer $member" "$BASE_URL/api/auth/token"; jwt=$(sed 's/.*"token":"\([^"]*\)".*/\1/' "$TMP/page")
	ask -H "$html" -H "authorization: Bearer $jwt" "$page"; [ "$status" = 200 ] && ! closed; ok 'a JWT opens it'
	ask -H "$html" -H "authorization: Bearer ${jwt%?????}AAAAA" "$page"; [ "$status" = 302 ] && closed; ok 'a forged one does not'
	ask -H 'gate-require: session' -H 'fcgi-role: RESPONDER' -H "authorization: Bearer $guest" "$page"; closed; ok 'a header changes nothing'
	ask -H "authorization: Bearer $guest" "$BASE_URL/account.html"; [ "$status" = 200 ]; ok 'a guest passes where any session does'
	ask "$BASE_URL/account.html"; [ "$status" = 401 ]; ok 'and nobody does not'
	spellings >"$TMP/spellings"
	while read -r spelling; do
		ask "$BASE_URL$spelling"; closed; ok "closed: $spelling"
		ask -H "authorization: Bearer $bare" "$BASE_URL$spelling"; closed; ok "closed without profile: $spelling"
	done <"$TMP/spellings"
	for target in http://localhost/members/ http://localhost//members/index.html http://x/y/../members/ members/; do
		ask --request-target "$target" "$BASE_URL"; closed; ok "closed: $target"
	done
}

server=lighttpd
lighttpd_up; ok 'runs'
look
if command -v nginx >/dev/null; then
	server=nginx
	: >"$TMP/head"
	nginx_up; ok 'runs'; look
	web_stop
else
	echo "ok - nginx # SKIP not installed"
fi
if command -v apache2 >/dev/null; then
	server=apache
	: >"$TMP/head"
	apache_up; ok 'runs'; look
	web_stop
else
	echo "ok - apache # SKIP not installed"
fi
# Forward authentication over HTTP, as INSTALL has it.
look_forward() {
	app=http://127.0.0.1:$application_port/app/x
	ask "$app"; [ "$status" = 401 ]; ok 'forward: nobody'
	ask -H "authorization: Bearer $bare" "$app"; [ "$status" = 403 ] && [ "$(header x-auth-reason)" = profile_required ]; ok 'forward: without profile'
	ask -H "authorization: Bearer $member" -H 'x-auth-user-id: root' -H 'x-auth-anonymous: no' "$app"
	[ "$status" = 200 ] && grep -q '^An application for [A-Za-z0-9]\{32\}, false$' "$TMP/page"; ok 'forward: a member, told by name'
	ask -H "authorization: Bearer $member" -H 'x-auth-user-id: root' -H 'x_auth_user_id: root' -H 'x-auth_user_id: root' "$BASE_URL/told"
	[ "$status" = 200 ] && grep -q '^[A-Za-z0-9]\{32\},,,$' "$TMP/page"; ok 'nor by another name that CGI takes for it'
}

if command -v caddy >/dev/null; then
	server=caddy
	: >"$TMP/head"
	caddy_up; ok 'runs'; look; look_forward
	web_stop
else
	echo "ok - caddy # SKIP not installed"
fi
echo "1..$count"
exit $failed
