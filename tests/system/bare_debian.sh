#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: bare_debian.sh 'TASK'      (./dev bare-test 'demo --once'; as root, needs debootstrap)
#
# What a newcomer does: takes a minimal Debian 12 with nothing installed, clones the project (what
# is committed here) into it and runs ./dev TASK. The system lives in a mount and process
# namespace of its own: when the task ends, every process and mount in it ends too, and its folder
# is deleted. BARE_ROOT names a folder to work in that is kept instead.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

task=${1:?usage: bare_debian.sh TASK}
root=${BARE_ROOT:-}
proxies=()
if [[ -z $root ]]; then
    root=$(mktemp -d /var/tmp/bare-debian.XXXXXX)
    trap 'rm -rf --one-file-system "$root"' EXIT
fi

[[ -x $root/bin/sh ]] || bash docker/debian_root.sh "$root"
rm -rf "$root/srv/project"
git clone --quiet --no-hardlinks . "$root/srv/project"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" # names are resolved as they are here
for proxy in http_proxy https_proxy no_proxy; do
    [[ -z ${!proxy:-} ]] || proxies+=("$proxy=${!proxy}")
done

start=$SECONDS
status=0
# shellcheck disable=SC2086 # the task is several words
unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
    chroot "$root" /usr/bin/env -i "${proxies[@]}" HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /srv/project/dev $task </dev/null || status=$?
echo "bare Debian $(cat "$root/etc/debian_version"): ./dev $task: status $status," \
    "$((SECONDS - start)) s with the installation of packages"
exit "$status"
