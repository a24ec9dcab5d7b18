# SPDX-License-Identifier: ISC
# Turns the migrations into C: one line MIGRATION(number, name, text) per file.
function flush_file() {
	if (file == "")
		return
	printf "\")\n"
}
FNR == 1 {
	flush_file()
	file = FILENAME
	base = FILENAME
	sub(/.*\//, "", base)
	sub(/\.sql$/, "", base)
	number = substr(base, 1, 4) + 0
	printf "MIGRATION(%d, \"%s\",\n    \"", number, substr(base, 6)
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "%s\\n\"\n    \"", $0
}
END { flush_file() }
