#!/bin/sh
# fuzz.sh PROGRAM FOLDER MEGABYTES SECONDS: what the tests run.
#
# PROGRAM is a harness, fuzz_NAME; its inputs are FOLDER/seeds/NAME and
# tests/fuzz/corpus/NAME. Fuzzes for SECONDS with a fixed seed, or, if SECONDS
# is "corpus", runs the inputs as a harness without libFuzzer does.
# SQZ_FUZZ_SECONDS takes the place of a longer time. What is found is left in
# FOLDER/found/NAME.
set -eu
program=$1 folder=$2 megabytes=$3 seconds=$4
name=${program##*/fuzz_}

set -- "$folder/seeds/$name"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
if [ "$seconds" = corpus ]; then
	exec "$program" "$@"
fi
if [ "${SQZ_FUZZ_SECONDS-600}" -lt "$seconds" ]; then
	seconds=$SQZ_FUZZ_SECONDS
fi

found=$folder/found/$name
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$found"
"$program" -seed=1 -max_total_time="$seconds" -timeout=10 \
	-rss_limit_mb="$megabytes" -malloc_limit_mb=$((megabytes / 2)) \
	-max_len=65536 -print_final_stats=1 -artifact_prefix="$found/" \
	"$fresh" "$@" >"$found/log" 2>&1 || {
	tail -n 60 "$found/log"
	exit 1
}
grep -E 'stat::number_of_executed_units|stat::peak_rss_mb' "$found/log"
