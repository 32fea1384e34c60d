# Sourced by demo and check: installs the packages of tests/setup/packages that
# are missing. Quiet when all is there; one clear line when it cannot.

# A package counts as there, too, if an installed one provides it.
sqz_missing_packages()
{
	there=$(dpkg-query -W -f='${db:Status-Status},${Package},${Provides}\n' |
		sed -n 's/^installed,//p' | sed 's/([^)]*)//g' | tr -s ', ' '\n')
	sed 's/#.*//' tests/setup/packages | while read -r name rest; do
		[ -n "$name" ] || continue
		echo "$there" | grep -qxF "$name" || printf '%s ' "$name"
	done
}

sqz_install_packages()
{
	missing=$(sqz_missing_packages)
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "missing packages: run as root once, or: apt-get install $missing" >&2
		return 1
	fi
	echo "installing: $missing"
	log=$(mktemp)
	# shellcheck disable=SC2086 # the list is meant to be split
	if ! { apt-get update -qq &&
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends $missing; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "apt-get could not install: $missing" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# sqz_build FOLDER TARGETS [CMAKE OPTION...]: configures and builds, with the
# log only if it fails.
sqz_build()
{
	folder=$1
	targets=$2
	shift 2
	log=$(mktemp)
	# shellcheck disable=SC2086
	if ! { cmake -G Ninja -B "$folder" -S . "$@" &&
		ninja -C "$folder" -j 2 $targets; } >"$log" 2>&1; then
		grep -E 'error|Error|FAILED' "$log" | head -n 40 >&2
		echo "the build in $folder failed; whole log: $log" >&2
		return 1
	fi
	rm -f "$log"
}
