#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: debian_root.sh FOLDER      (as root; needs debootstrap)
#
# Makes a minimal Debian 12 in FOLDER from the mirror that this machine's apt uses for Debian, or
# from the default mirror. For a base image where none can be pulled, and for tests on a system
# that has nothing installed.

set -euo pipefail

folder=$1
suite=bookworm

# debootstrap's last argument, or nothing: then it takes its own default.
mirror=()
mapfile -t -n 1 mirror < <(
    # shellcheck disable=SC2016 # $(SITE) is for apt
    apt-get indextargets --format '$(SITE)' \
        "Codename: $suite" 'Origin: Debian' 'Created-By: Packages'
)

((EUID == 0)) || {
    echo "debian_root.sh: must be run as root" >&2
    exit 1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
debootstrap --variant=minbase "$suite" "$folder" "${mirror[@]}" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
