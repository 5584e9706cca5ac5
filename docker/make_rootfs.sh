#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Lays out the file system of the final image: a program, every library it is linked to, what the
# C library and OpenSSL read at run time, and a user. Runs in the build stage of docker/Dockerfile.
#
# usage: make_rootfs.sh PROGRAM FOLDER
#
# var/lib/dpkg/status.d names the Debian packages that the files came from, in the form in which
# image scanners look for it.

set -euo pipefail

program=$1
root=$2
user_id=8480

copy() {
    mkdir -p "$root$(dirname "$1")"
    cp -L "$1" "$root$1"
}

# Debian 12 keeps /lib and /lib64 as links into /usr.
lay_out() {
    mkdir -p "$root"/{etc,tmp,usr/bin,usr/lib,usr/lib64,var/lib/glpi-alert-bridge}
    mkdir -p "$root"/{etc/glpi-alert-bridge,run/glpi-alert-bridge,var/lib/dpkg/status.d}
    ln -s usr/lib "$root/lib"
    ln -s usr/lib64 "$root/lib64"
    chmod 1777 "$root/tmp"
    chown "$user_id:$user_id" "$root"/{var/lib,run}/glpi-alert-bridge
    chmod 0700 "$root"/{var/lib,run}/glpi-alert-bridge
    echo "glpi-alert-bridge:x:$user_id:$user_id::/var/lib/glpi-alert-bridge:/nonexistent" \
        >"$root/etc/passwd"
    echo "glpi-alert-bridge:x:$user_id:" >"$root/etc/group"
    echo "hosts: files dns" >"$root/etc/nsswitch.conf"
}

# The program and the libraries, as the dynamic linker resolves them here.
copy_program() {
    install -m 0755 -s "$program" "$root/usr/bin/"
    local library
    while read -r library; do
        copy "$library"
    done < <(libraries)
}

libraries() {
    ldd "$program" | grep -oE '/[^ ]+'
}

copy_run_time_data() {
    tar -C / -c etc/ssl/certs usr/share/ca-certificates usr/lib/ssl usr/share/zoneinfo |
        tar -C "$root" -x
    copy /etc/ssl/openssl.cnf
    copy /etc/os-release
    rm -rf "$root/usr/share/zoneinfo/right" "$root/usr/share/zoneinfo/posix" "$root/usr/lib/ssl/misc"
}

record_packages() {
    local package
    # dpkg knows some libraries by their path before the merge of /lib into /usr. dygraphs is part of
    # the program.
    for package in $({
        libraries | xargs -n 1 dpkg -S 2>/dev/null
        libraries | sed 's#^#/usr#' | xargs -n 1 dpkg -S 2>/dev/null
    } | cut -d: -f1 | sort -u) ca-certificates tzdata openssl libjs-dygraphs; do
        dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
        copy "/usr/share/doc/$package/copyright"
    done
}

lay_out
copy_program
copy_run_time_data
record_packages
du -sh "$root"
