#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# What belongs to one module alone: headers of libraries, the environment, the terminal, the
# heap.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

# An expression over code without comments and literals, where \W is no letter, digit or _;
# the files that may match it (an expression too; - for none); what it is.
owners() {
	sed -e '/^$/d' <<-'END'
	include.*[<"]fcgiapp\.h       common/http/http\.c               libfcgi
	include.*[<"]fcgi_stdio\.h    -                                 libfcgi's stdio
	include.*[<"]libpq            common/port/(db|pq)\.c            libpq
	include.*[<"]json(-c/|\.h)    common/port/js\.c                 json-c
	include.*[<"]crypt\.h         common/port/pass\.c               libxcrypt
	include.*[<"]uni(norm|str)    common/port/pass\.c               libunistring
	include.*[<"]openssl/         common/port/(foreign|pass|jw[eks]|jwk_import|roca|secret)\.c  OpenSSL
	include.*[<"]sodium           common/port/[a-z_]*\.c            libsodium
	include.*[<"]libpsl           common/port/suffix\.c             libpsl
	include.*[<"]curl/            common/port/(fetch|load|smtp|url)\.c       libcurl
	\W(secure_)?getenv\(          common/(base/conf|http/http)\.c   the environment
	\W(setenv|putenv|clearenv)\(  -                                 changing the environment
	\W(std(out|err))\W            common/(base/(conf|conf_print|arena)|port/limit|http/app)\.c|sbin/.*\.c  the terminal
	\W(v?f?printf|f?puts|f?putc|putchar|perror|v?dprintf)\(  common/(base/(conf|conf_print|arena)|port/limit|http/app)\.c|sbin/.*\.c  printing
	\W([mc]alloc|realloc|reallocarray|free|strn?dup|asprintf)\(  common/(base/arena|port/[a-z_]*|flow/keys)\.c  the heap
	\W(system|popen|exec[lv][pe]*)\(  common/http/serve\.c|sbin/(postern|mailer|posternctl/routes)\.c  other programs
	\W(gets|v?sprintf|alloca|strtok|setjmp|longjmp|s?rand|s?random)\(  -  what nobody uses
	\W(localtime|gmtime|mktime|setlocale)\(  -                      time zones and locales
	\Wgoto\W                      common/port/[a-z_]*\.c            goto
	END
}
# flow/keys holds the JWKS text as long as the process: an arena would grow with each reading.

strangers() {
	grep -E "$(echo "$1" | sed 's/\\W/[^A-Za-z0-9_]/g')" "$tmp/code" | grep -Ev "^($2):" | cut -c1-120
}

# shellcheck disable=SC2046
code $(c_files) | sed 's/^\([^:]*:[0-9]*:\)/\1 /' >"$tmp/code"
check "there is something to look at" enough 4000 "$tmp/code"
owners >"$tmp/owners"
while read -r what where name; do
	check "$name: $where" strangers "$what" "$where"
done <"$tmp/owners"
finish
