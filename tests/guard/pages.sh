#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2317  # functions run by check
# The pages of www/ stand as they are, without a build step: each has a copy of the frame
# around its contents, and all copies are alike.
# shellcheck source-path=SCRIPTDIR source=tap.inc
. "$(dirname "$0")/tap.inc"

# Head, header and foot of a page, without what is the page's own.
frame() {
	awk '
	/<meta name="(description|referrer)"/ || /<script type="module"/ || /<title>/ { next }
	/<body/ { sub(/ class="[^"]*"/, "") }
	{ gsub(/ aria-current="page"/, "") }
	/<main / { inside = 1 }
	/<footer class="site-foot">/ { foot = 1 }
	!inside && !foot { print }
	/<\/main>/ { inside = 0 }
	/<\/footer>/ && foot { foot = 0 }
	' "$1"
}

foot() {
	sed -n '/<footer class="site-foot">/,/<\/footer>/p' "$1"
}

# differing FUNCTION MODEL PAGE...: what is not as in the model.
differing() {
	part=$1 model=$2
	shift 2
	$part "$model" >"$tmp/model"
	[ -s "$tmp/model" ] || echo "$model has none"
	for page; do
		$part "$page" | diff "$tmp/model" - | sed -n "s|^[<>]|$page: &|p"
	done
}

# The chat fills the window and has no foot.
with_foot() {
	xargs grep -L '<body class="app">' <"$tmp/pages"
}

# Each page says once what it is: "LINES EXPRESSION".
wanting() {
	while read -r page; do
		for line in '<title>[^<]* · Postern</title>' '<meta name="description" content="[^"]' \
			'<script type="module" src="/' '<main id="main" class="[^"]*" tabindex="-1">'; do
			[ "$(grep -c -- "$line" "$page")" -eq 1 ] || echo "$page: not once: $line"
		done
	done <"$tmp/pages"
}

twice() {
	while read -r page; do
		sed -n 's/^ *<title>\(.*\)<\/title>$/\1/p' "$page"
	done <"$tmp/pages" | sort | uniq -d
}

# A page that the navigation leads to is the one it shows as the present one.
misled() {
	while read -r page; do
		url=${page#www}
		url=${url%index.html}
		here=$(sed -n '/<nav /,/<\/nav>/s/.*href="\([^"]*\)" aria-current="page".*/\1/p' "$page")
		if sed -n '/<nav /,/<\/nav>/p' "$page" | grep -q "href=\"$url\""; then
			[ "$here" = "$url" ] || echo "$page: shows '$here' as the present page"
		else
			[ -z "$here" ] || echo "$page: shows $here as the present page"
		fi
	done <"$tmp/pages"
}

find www -name '*.html' | sort >"$tmp/pages"
check "there is something to look at" enough 9 "$tmp/pages"
# shellcheck disable=SC2046
check "one frame around all of them" differing frame www/index.html $(cat "$tmp/pages")
# shellcheck disable=SC2046
check "one foot" differing foot www/404.html $(with_foot)
check "title, description, script and main, once each" wanting
check "no title twice" twice
check "the navigation knows where it is" misled
finish
