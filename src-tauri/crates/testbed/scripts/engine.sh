#!/bin/bash
# Runs as the first process of a process space and with mounts of its own: when it ends, everything that the
# engine started ends with it, and every mount goes. The machine's own /run and /etc/docker are not seen
# from here, so an engine that the machine itself runs is neither used nor disturbed; the engine's usual socket,
# /var/run/docker.sock, is this engine's, so that a lab that mounts it reaches the bed.
#
# For today's engine the programs come from another Debian release: its /usr and /etc lie over the machine's.
set -eu
resolver=$(readlink -f /etc/resolv.conf || true)
[ -n "$resolver" ] && [ -r "$resolver" ] && cp "$resolver" "$RUN/resolv.conf" || : > "$RUN/resolv.conf"
# Where image names lead. Without a mirror the bed has Docker Hub and quay.io itself; where it does not, and for every
# other registry, nobody listens: an engine of the bed never asks the real ones.
nobody=${LOOPBACK%.*}.3
hub=${LOOPBACK%.*}.1
quay=${LOOPBACK%.*}.2
[ -n "$MIRROR" ] && hub=$nobody quay=$nobody
{
    cat /etc/hosts 2> /dev/null || true
    echo "$hub registry-1.docker.io index.docker.io auth.docker.io"
    echo "$quay quay.io"
    echo "$nobody ghcr.io docker.pkg.github.com gcr.io nvcr.io registry.gitlab.com public.ecr.aws mcr.microsoft.com"
} > "$RUN/hosts"
bundle=/etc/ssl/certs/ca-certificates.crt
cat "$CERTIFICATE" > "$RUN/trusted.crt"
[ -r "$bundle" ] && cat "$bundle" >> "$RUN/trusted.crt"
export SSL_CERT_FILE="$RUN/trusted.crt" SSL_CERT_DIR=/nonexistent
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
if [ "$KIND" != floor ]; then
    mount --bind "$FORKY/etc" /etc
    [ -e /etc/hosts ] || : > /etc/hosts
    mount --bind "$RUN/resolv.conf" /etc/resolv.conf
    mount --bind "$FORKY/usr" /usr
elif [ "${resolver#/run/}" != "$resolver" ]; then
    kept=1
fi
[ -e /etc/hosts ] && mount --bind "$RUN/hosts" /etc/hosts
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/lock
if [ -n "${kept:-}" ]; then
    mkdir -p "${resolver%/*}"
    cp "$RUN/resolv.conf" "$resolver"
fi
mount --bind "$RUN/etc-docker" /etc/docker
options=()
[ -n "$MIRROR" ] && options+=(--registry-mirror "http://$MIRROR")
case "$KIND" in
    today-classic) options+=(--feature containerd-snapshotter=false) ;;
    today-containerd) options+=(--feature containerd-snapshotter=true) ;;
esac
if [ "$CARDS" = true ]; then
    # What the engine sees of NVIDIA's toolkit: a runtime of its name, and the program that is run before each start with
    # cards. The runtime is the ordinary one, which NVIDIA's wraps; the program has nothing to do, as no card is here.
    mkdir -p "$RUN/cards"
    printf '#!/bin/sh\nexit 0\n' > "$RUN/cards/nvidia-container-runtime-hook"
    chmod 0755 "$RUN/cards/nvidia-container-runtime-hook"
    export PATH="$RUN/cards:$PATH"
    options+=(--add-runtime "nvidia=$(command -v runc)")
fi
# No firewall rules: published ports are carried by docker-proxy, and two engines do not undo each other's chains.
dockerd "${options[@]}" \
    --host "unix://$RUN/docker.sock" --host unix:///run/docker.sock \
    --data-root "$DATA/docker" --exec-root "$RUN/exec" --pidfile "$RUN/docker.pid" \
    --bridge "$BRIDGE" --default-address-pool "base=$POOL/20,size=24" \
    --iptables=false --ip-masq=false \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/slipbed$SLOT" \
    --shutdown-timeout 5 &
# The first process inherits the orphans, so it waits for all of them, and passes the wish to stop on.
dockerd=$!
trap 'kill -TERM $dockerd' TERM
while kill -0 "$dockerd" 2> /dev/null; do wait -n || true; done
