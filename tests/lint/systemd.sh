#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Checks what systemd/ ships, without a running systemd: the units have no mistake that systemd knows
# of, their exposure scores are at most 1.5 (10 is worst), and the user and the configuration directory
# are made as promised. Proves first that a mistake and a bare unit are found.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

exposure_max=15 # in tenths
name=glpi-alert-bridge
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "systemd: $*" >&2
    exit 1
}

# The unit names the installed program, which need not be there: any program stands for it.
verify() {
    local output
    local unit=$scratch/${2:-$name.service}
    sed "s#/usr/bin/$name #/bin/true #" "$1" >"$unit"
    output=$(systemd-analyze verify --man=no "$unit" 2>&1) && [[ -z $output ]] &&
        return
    echo "$output"
    return 1
}

exposure_is_low() {
    systemd-analyze security --offline=true --no-pager --threshold="$exposure_max" "$1"
}

self_test() {
    sed 's/^WatchdogSec=/WatchdogSecs=/' systemd/$name.service >"$scratch/mistake.service"
    ! verify "$scratch/mistake.service" >/dev/null || fail "a mistaken key was not found"
    printf '[Service]\nExecStart=/bin/true\nUser=%s\n' "$name" >"$scratch/bare.service"
    ! exposure_is_low "$scratch/bare.service" >/dev/null || fail "a bare unit was called safe"
}

self_test
for unit in "$name" "$name-send"; do
    verify "systemd/$unit.service" "$unit.service" || fail "$unit.service has mistakes"
    exposure_is_low "systemd/$unit.service" >"$scratch/score" || {
        cat "$scratch/score"
        fail "the exposure score of $unit.service is over the limit"
    }
    grep 'Overall exposure' "$scratch/score"
done
# The service that it starts stands beside it already.
verify "systemd/$name-send.timer" "$name-send.timer" || fail "the timer has mistakes"

if ((EUID != 0)); then
    echo "systemd: sysusers.d and tmpfiles.d are tried by root only"
    exit
fi
mkdir -p "$scratch/root/etc"
systemd-sysusers --root="$scratch/root" "$PWD/systemd/sysusers.d/$name.conf" 2>"$scratch/log" || {
    cat "$scratch/log"
    fail "sysusers.d is wrong"
}
grep -q "^$name:" "$scratch/root/etc/passwd" || fail "no user was made"
systemd-tmpfiles --root="$scratch/root" --create "$PWD/systemd/tmpfiles.d/$name.conf"
[[ $(stat -c %a "$scratch/root/etc/$name") == 750 ]] || fail "/etc/$name is not closed to others"
