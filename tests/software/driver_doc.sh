#!/bin/sh
# driver_doc.sh SOURCE_FOLDER BUILD_FOLDER
#
# Follows docs/driver.md outside the tree: the example is apps/hello.c, and the
# command given there builds it.
set -eu
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The n-th fenced block of a language.
block() {
	awk -v lang="$1" -v want="$2" '
		/^```/ { if (on) { on = 0; next }
			 if ($0 == "```" lang && ++seen == want) on = 1; next }
		on' "$source/docs/driver.md"
}

block c 1 >hello.c
sed '1{/^\/\*/d}' "$source/software/apps/hello.c" | diff hello.c - || {
	echo "the example is not apps/hello.c"
	exit 1
}
block sh 1 | sed "s,\$SQZ/build/,$build/," >build.sh
SQZ=$source sh -eu build.sh
test -s hello.elf
