# SPDX-License-Identifier: ISC
# Turns named statements into C.  Input: files with
#     -- name: user_by_email :one
#     SELECT ... ;
# Kinds: :one and :many read; :write changes rows and is never sent twice.
# Output: one line SQL(name, kind, parameters, text) per statement.
function flush_statement(    i, n) {
	if (name == "")
		return
	gsub(/[ \t\n]+$/, "", text)
	sub(/;$/, "", text)
	n = 0
	for (i = 1; i <= 30; i++)
		if (text ~ ("\\$" i "([^0-9]|$)"))
			n = i
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n\"\n    \"", text)
	printf "SQL(%s, %s, %d,\n    \"%s\")\n", name, kind, n, text
	name = ""
	text = ""
}
/^-- name: / {
	flush_statement()
	name = $3
	kind = toupper(substr($4, 2))
	if (name !~ /^[a-z][a-z0-9_]*$/ || kind !~ /^(ONE|MANY|WRITE)$/) {
		printf "%s:%d: bad name line: %s\n", FILENAME, FNR, $0 > "/dev/stderr"
		failed = 1
		exit 1
	}
	next
}
/^--/ { next }
name != "" {
	sub(/[ \t]+$/, "")
	if (text != "" || $0 != "")
		text = text == "" ? $0 : text "\n" $0
}
END {
	if (!failed)
		flush_statement()
}
