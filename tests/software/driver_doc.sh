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

# ... and the other one makes a program for --host native of it.
block bash 1 | sed "s,\$SQZ/build/,$build/,; /^sqz /d; /^valgrind /d" >native.sh
SQZ=$source sh -eu native.sh
nm -D hello.so | grep -q sqz_native_program

# The table of errors is that of the driver, in its order.
awk -F'"' '/RESULT\(SQZ_E/ { split($0, name, /[(,]/); print name[2] ": " $2 }' \
	"$source/software/driver/result.c" >results
awk -F' *[|] *' '/^\| -[0-9]+ \| `SQZ_E/ { gsub(/`/, "", $3); print $3 ": " $4 }' \
	"$source/docs/driver.md" | diff results - || {
	echo "the table of errors is not that of result.c"
	exit 1
}
test -s results

# What it names exists.
grep -o '\bsqz_[a-z0-9_]*()' "$source/docs/driver.md" | sort -u |
	while read -r name; do
		grep -qr "\b${name%()}(" "$source/software" || {
			echo "no function $name"
			exit 1
		}
	done
