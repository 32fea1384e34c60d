#!/bin/sh
# qemu.sh PROGRAM.elf EXIT_CODE EXPECTED_FILE
#
# Boots a firmware in QEMU's virt board and compares exit code and console
# output. Every line of EXPECTED_FILE is a basic regular expression for the whole
# line of output. Exit status 77 (skipped) where there is no QEMU.
set -u
elf=$1 code=$2 expected=$3
qemu=qemu-system-riscv64

if ! command -v $qemu >/dev/null; then
	echo "SKIP: $qemu is not installed"
	exit 77
fi
output=$(timeout 60 $qemu -machine virt -bios none -nographic -kernel "$elf" \
	</dev/null)
status=$?
output=$(printf '%s\n' "$output" | tr -d '\r')
printf '%s\n' "$output"
if [ $status -ne "$code" ]; then
	echo "exit code $status, expected $code"
	exit 1
fi
lines=$(printf '%s\n' "$output" | wc -l)
if [ "$lines" -ne "$(wc -l <"$expected")" ]; then
	echo "$lines lines, expected those of $expected"
	exit 1
fi
number=0
while IFS= read -r pattern; do
	number=$((number + 1))
	if ! printf '%s\n' "$output" | sed -n "${number}p" |
		grep -qx -- "$pattern"; then
		echo "line $number does not match: $pattern"
		exit 1
	fi
done <"$expected"
