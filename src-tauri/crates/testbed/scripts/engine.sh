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
if [ "$KIND" != floor ]; then
    mount --bind "$FORKY/etc" /etc
    mount --bind "$RUN/resolv.conf" /etc/resolv.conf
    mount --bind "$FORKY/usr" /usr
elif [ "${resolver#/run/}" != "$resolver" ]; then
    kept=1
fi
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/lock
if [ -n "${kept:-}" ]; then
    mkdir -p "${resolver%/*}"
    cp "$RUN/resolv.conf" "$resolver"
fi
mount --bind "$RUN/etc-docker" /etc/docker
options=()
case "$KIND" in
    today-classic) options+=(--feature containerd-snapshotter=false) ;;
    today-containerd) options+=(--feature containerd-snapshotter=true) ;;
esac
# No firewall rules: published ports are carried by docker-proxy, and two engines do not undo each other's chains.
dockerd "${options[@]}" \
    --host "unix://$RUN/docker.sock" --host unix:///run/docker.sock \
    --data-root "$DATA/docker" --exec-root "$RUN/exec" --pidfile "$RUN/docker.pid" \
    --bridge "$BRIDGE" --default-address-pool "base=$POOL/20,size=24" \
    --iptables=false --ip-masq=false \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/slipbed$SLOT" \
    --registry-mirror "http://$MIRROR" \
    --shutdown-timeout 5 &
# The first process inherits the orphans, so it waits for all of them, and passes the wish to stop on.
dockerd=$!
trap 'kill -TERM $dockerd' TERM
while kill -0 "$dockerd" 2> /dev/null; do wait -n || true; done
