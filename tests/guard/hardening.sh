#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# The built programs carry what the compiler and the linker can do for them.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"
command -v readelf >/dev/null || skip_all "readelf is not installed"

all() {
	programs
	sed -n 's/^\(mailer\|sbin\)_PROGRAMS = //p' Makefile.am | tr ' ' '\n'
}

# lacking OPTION EXPRESSION: programs of which readelf says no such thing.
lacking() {
	for program in $(all); do
		readelf -W "$1" "$builddir/$program" | grep -Eq "$2" || echo "$program"
	done
}

executable_stack() {
	for program in $(all); do
		readelf -Wl "$builddir/$program" | grep -Eq 'GNU_STACK.* RW +0x' || echo "$program"
	done
}

# Where to find its libraries is the system's business.
with_rpath() {
	for program in $(all); do
		readelf -Wd "$builddir/$program" | grep -E 'R(UN)?PATH' | sed "s/^/$program: /"
	done
}

for program in $(all); do
	[ -x "$builddir/$program" ] || { echo "Bail out! $builddir/$program is not built"; exit 1; }
	! readelf -W --dyn-syms "$builddir/$program" | grep -Eq '__(asan|ubsan|tsan|msan)_' ||
		skip_all "a build with sanitizers"
done
check "position independent" lacking -h 'Type: +DYN'
check "marked as such" lacking -d 'FLAGS_1.*PIE'
check "relocations are read-only" lacking -l GNU_RELRO
check "all of them, from the start" lacking -d '(BIND_NOW|FLAGS_1.*NOW)'
check "no stack can be executed" executable_stack
check "stacks are protected" lacking --dyn-syms '__stack_chk_fail'
check "functions of libc are fortified" lacking --dyn-syms ' __(f?printf|v?snprintf|v?fprintf|mem[a-z]*|str[a-z]*|read|readlink)_chk'
check "no path to libraries" with_rpath
finish
