#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# usage: build_image.sh [TAG]      (./dev image; TAG is glpi-alert-bridge:latest)
#
# Builds docker/Dockerfile with Docker if its engine answers, otherwise with buildah, which needs
# neither an engine nor a container around each step (IMAGE_BUILDER=buildah: in any case). BASE names the base image; where none can be
# pulled, a minimal Debian 12 made by debootstrap takes its place (as root).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tag=${1:-glpi-alert-bridge:latest}
base=${BASE:-docker.io/library/debian:bookworm-slim}
local_base=localhost/debian-bookworm-minbase
buildah=(buildah --storage-driver=vfs)

make_local_base() {
    local folder container
    folder=$(mktemp -d /var/tmp/debian-root.XXXXXX)
    bash docker/debian_root.sh "$folder"
    container=$("${buildah[@]}" from scratch)
    "${buildah[@]}" add --quiet "$container" "$folder" / >/dev/null
    "${buildah[@]}" commit --quiet --rm "$container" "$local_base" >/dev/null
    rm -rf --one-file-system "$folder"
}

choose_base() {
    "${buildah[@]}" pull --quiet "$base" >/dev/null 2>&1 && return
    echo "cannot pull $base: using a Debian 12 made by debootstrap" >&2
    base=$local_base
    "${buildah[@]}" inspect --type image "$local_base" >/dev/null 2>&1 || make_local_base
}

if [[ ${IMAGE_BUILDER:-} != buildah ]] && command -v docker >/dev/null && docker info >/dev/null 2>&1; then
    docker build -f docker/Dockerfile --build-arg "BASE=$base" -t "$tag" .
else
    choose_base
    # The health check is part of Docker's image format only.
    "${buildah[@]}" bud --isolation=chroot --format=docker -f docker/Dockerfile \
        --build-arg "BASE=$base" -t "$tag" .
    "${buildah[@]}" images "$tag"
fi
