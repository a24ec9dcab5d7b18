#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the guards: claims about the sources, not about what the programs do.
failed=0 skipped=0
for guard in "${srcdir:-.}"/tests/guard/*.sh; do
	echo "# $(basename "$guard" .sh)"
	sh "$guard" "${srcdir:-.}" "${builddir:-.}"
	case $? in
	0) ;;
	77) skipped=$((skipped + 1)) ;;
	*) failed=1 ;;
	esac
done
exit $failed
