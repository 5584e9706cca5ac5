#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: package_check.sh PACKAGE.deb     (./dev soak package; as root, needs debootstrap)
#
# The life of the Debian package in a fresh, minimal Debian 12: installed with nothing but what it asks
# for, configured, started as the service's user, upgraded with the administrator's configuration kept,
# removed, purged. The system is a folder that is deleted at the end, with a mount and process namespace
# of its own; PACKAGE_ROOT names one to work in that is kept instead.

set -euo pipefail
package=$(realpath "${1:?usage: package_check.sh PACKAGE.deb}")
script=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/../.."

if [[ ${2:-} != inside ]]; then
    root=${PACKAGE_ROOT:-}
    if [[ -z $root ]]; then
        root=$(mktemp -d /var/tmp/package-check.XXXXXX)
        chmod 755 "$root" # the service's user must get past its own /
        trap 'rm -rf --one-file-system "$root"' EXIT
    fi
    [[ -x $root/bin/sh ]] || bash docker/debian_root.sh "$root"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    proxies=()
    for proxy in http_proxy https_proxy no_proxy; do
        [[ -z ${!proxy:-} ]] || proxies+=("$proxy=${!proxy}")
    done
    mkdir -p "$root/srv/tests/system"
    cp "$package" "$root/srv/package.deb"
    cp "$script" "$root/srv/tests/system/package_check.sh"
    unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
        chroot "$root" /usr/bin/env -i "${proxies[@]}" HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        bash /srv/tests/system/package_check.sh /srv/package.deb inside </dev/null
    exit
fi

name=glpi-alert-bridge
export DEBIAN_FRONTEND=noninteractive

fail() {
    echo "package: $*" >&2
    exit 1
}

is() {
    [[ $2 == "$3" ]] || fail "$1 is '$2', not '$3'"
}

step() {
    echo "package: $*"
}

# Without documentation, as in images for containers, there would be no manual pages to look at.
rm -f /etc/dpkg/dpkg.cfg.d/*docker*

step "installed with what it asks for"
apt-get -q update >/tmp/log 2>&1 || fail "apt-get update: $(cat /tmp/log)"
apt-get -q -y install --no-install-recommends "$package" >/tmp/log 2>&1 ||
    fail "installation: $(cat /tmp/log)"
getent passwd "$name" >/dev/null || fail "there is no user"
is "mode of /etc/$name" "$(stat -c '%a %U:%G' /etc/$name)" "750 root:$name"
dpkg-query -W -f '${Conffiles}' "$name" | grep -q " /etc/$name/bridge.yaml " ||
    fail "bridge.yaml is no conffile"
for file in man/man1/$name.1.gz man/man5/$name.yaml.5.gz bash-completion/completions/$name \
    zsh/vendor-completions/_$name $name/bridge.schema.json doc/$name/copyright; do
    [[ -s /usr/share/$file ]] || fail "/usr/share/$file is missing"
done
grep -q "Dan Vanderkam" /usr/share/doc/$name/copyright || fail "the notice of dygraphs is missing"
[[ -s /lib/systemd/system/$name.service ]] || fail "there is no unit"

step "its configuration is told to be incomplete"
if $name check >/tmp/log 2>&1; then fail "a configuration without secrets was called right"; fi
grep -q "user_token" /tmp/log || fail "check says: $(cat /tmp/log)"

step "configured and started as the service's user"
cat >/etc/$name/bridge.yaml <<'END'
# edited by the administrator
listen: {port: 18480}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: secret}}, time_zone: Europe/Paris}
glpi:
  url: http://127.0.0.1:9
  user_token: {file: secret}
  default_entity: Root entity
END
install -m 600 -o $name -g $name /dev/stdin /etc/$name/secret <<<a-secret-of-the-test
# What systemd makes of StateDirectory= and RuntimeDirectory=.
install -d -m 700 -o $name -g $name /var/lib/$name
install -d -m 750 -o $name -g $name /run/$name

as_service=(setpriv "--reuid=$name" "--regid=$name" --clear-groups)

start() {
    "${as_service[@]}" $name run -c /etc/$name/bridge.yaml >/tmp/daemon.log 2>&1 &
    pid=$!
    local i
    for ((i = 0; i < 300; i++)); do
        $name health >/dev/null 2>&1 && return
        kill -0 $pid 2>/dev/null || fail "the daemon ended: $(cat /tmp/daemon.log)"
        sleep 0.2
    done
    fail "the daemon does not answer: $(cat /tmp/daemon.log)"
}

stop() {
    kill $pid
    wait $pid || fail "the daemon ended with status $?: $(cat /tmp/daemon.log)"
}

"${as_service[@]}" $name check -c /etc/$name/bridge.yaml >/tmp/log 2>&1 || fail "check: $(cat /tmp/log)"
start
$name sessions >/tmp/log 2>&1 || fail "sessions: $(cat /tmp/log)"
grep -q "127.0.0.1:9" /tmp/log || fail "sessions says: $(cat /tmp/log)"
stop

step "upgraded, with the configuration, its mode and the store kept"
chmod 755 /etc/$name # the administrator's wish
dpkg-deb -R "$package" /tmp/next
sed -i 's/^Version: .*/&+next/' /tmp/next/DEBIAN/control
echo "# another default" >>/tmp/next/etc/$name/bridge.yaml
md5=$(cd /tmp/next && md5sum etc/$name/bridge.yaml)
sed -i "s#.* etc/$name/bridge.yaml\$#$md5#" /tmp/next/DEBIAN/md5sums
dpkg-deb --root-owner-group -b /tmp/next /tmp/next.deb >/dev/null
apt-get -q -y -o Dpkg::Options::=--force-confold install /tmp/next.deb >/tmp/log 2>&1 ||
    fail "upgrade: $(cat /tmp/log)"
dpkg-query -W -f '${Version}' $name | grep -q '+next$' || fail "the version did not change"
grep -q "edited by the administrator" /etc/$name/bridge.yaml || fail "bridge.yaml was replaced"
[[ -s /var/lib/$name/bridge.db ]] || fail "the store is gone"
is "mode of /etc/$name" "$(stat -c '%a %U:%G' /etc/$name)" "755 root:$name"
start
stop

step "what its scripts ask of a systemd that runs"
mkdir -p /tmp/stubs /run/systemd/system
for program in systemctl deb-systemd-invoke; do
    cat >/tmp/stubs/$program <<'END'
#!/bin/sh
echo "${0##*/} $*" >>/tmp/asked
[ "$*" != "--quiet is-active glpi-alert-bridge.service" ] || [ -e /tmp/is-active ]
END
    chmod +x /tmp/stubs/$program
done

# asks WISH SCRIPT ARGUMENT...: what the script wants of deb-systemd-invoke; what it says is in $said.
asks() {
    local wish=$1
    shift
    : >/tmp/asked
    said=$(PATH=/tmp/stubs:$PATH DPKG_MAINTSCRIPT_PACKAGE=$name \
        sh "/var/lib/dpkg/info/$name.$1" "${@:2}" 2>&1) || fail "$*: $said"
    is "what $* asks for" "$(sed -n 's/^deb-systemd-invoke //p' /tmp/asked)" "$wish"
}

says() {
    [[ $said == *"$1"* ]] || fail "it says '$said', not '$1'"
}

asks "restart $name.service" postinst configure 1.0-1
is "what is said" "$said" ""
asks "start $name.service" postinst configure
asks "start $name.service" postinst abort-remove
asks "stop $name.service $name-send.timer $name-send.service" prerm remove
asks "" prerm upgrade 1.0-1
# A secret that systemd hands over; it shows root those of a service that runs.
sed -i 's/user_token: {file: secret}/user_token: {credential: glpi-user-token}/' /etc/$name/bridge.yaml
asks "" postinst configure
says "not started"
touch /tmp/is-active
asks "" postinst configure 1.0-1
says "The old version goes on"
install -D -m 400 /etc/$name/secret /run/credentials/$name.service/glpi-user-token
asks "restart $name.service" postinst configure 1.0-1
rm -r /run/systemd /run/credentials

step "removed: configuration and store stay, and its units are masked"
mkdir -p /etc/systemd/system/timers.target.wants # as `systemctl enable` of the timer does
ln -s /lib/systemd/system/$name-send.timer /etc/systemd/system/timers.target.wants/
apt-get -q -y remove $name >/tmp/log 2>&1 || fail "remove: $(cat /tmp/log)"
[[ -s /etc/$name/bridge.yaml && -s /var/lib/$name/bridge.db ]] || fail "something is gone"
[[ ! -e /usr/bin/$name ]] || fail "the program is still there"
for unit in $name.service $name-send.service $name-send.timer; do
    is "$unit" "$(readlink "/etc/systemd/system/$unit")" /dev/null
done

step "purged: nothing stays"
apt-get -q -y purge $name >/tmp/log 2>&1 || fail "purge: $(cat /tmp/log)"
rmdir /run/$name 2>/dev/null || true # systemd's, gone with the service
left=$(find / -xdev \( -path /proc -o -path /srv -o -path /tmp -o -path /var/log \
    -o -path /var/cache \) -prune -o -name "*$name*" -print)
is "what is left" "$left" ""
if getent passwd $name || getent group $name; then fail "the user is still there"; fi
is "dpkg --audit" "$(dpkg --audit)" ""
step "clean"
