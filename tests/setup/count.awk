# Reads `ctest -V` and prints "P F S": checks passed, failed, tests skipped. A
# test of the Check framework counts its checks, any other test counts one. What
# a test left out, it says in lines of "SKIP: ". Names what failed and why
# something was skipped, on stderr.

/^[0-9]+: +[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
	split($0, part, ":")
	match($0, /Checks: [0-9]+/)
	checks[part[1]] += substr($0, RSTART + 8, RLENGTH - 8)
	match($0, /Failures: [0-9]+/)
	bad[part[1]] += substr($0, RSTART + 10, RLENGTH - 10)
	match($0, /Errors: [0-9]+/)
	bad[part[1]] += substr($0, RSTART + 8, RLENGTH - 8)
}

/^[0-9]+: SKIP: / {
	split($0, part, ":")
	reason[part[1]] = substr($0, index($0, "SKIP: ") + 6)
	left_out[part[1]]++
}

/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
	match($0, /#[0-9]+/)
	number = substr($0, RSTART + 1, RLENGTH - 1)
	name = $0
	sub(/^.*#[0-9]+: /, "", name)
	sub(/ \.*.*$/, "", name)
	good = checks[number] ? checks[number] - bad[number] : 0
	if ($0 ~ /Passed/) {
		passed += checks[number] ? good : 1
		skipped += left_out[number]
		if (left_out[number])
			print "skipped: part of " name ": " reason[number] > "/dev/stderr"
	} else if ($0 ~ /Skipped/) {
		skipped++
		print "skipped: " name ": " reason[number] > "/dev/stderr"
	} else {
		passed += good
		failed += bad[number] ? bad[number] : 1
		print "failed: " name > "/dev/stderr"
	}
}

END { print passed + 0, failed + 0, skipped + 0 }
