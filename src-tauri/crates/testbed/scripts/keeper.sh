#!/bin/bash
# The keeper of one bed: the only part that needs root, and the part that leaves no trace.
#
# It takes orders on standard input, one a line, and answers each with one line, "ok …" or "failed …":
#   registry   start the registries, answer with their addresses
#   start      lay the bridge and start the engine
#   stop       ask the engine to stop, as the service manager would, then end what is left
#   kill       end the engine and everything that it started at once, as a power cut would
#   alive      ok while the engine runs
# The end of standard input is the last order: end and remove everything. So a bed also goes when the test
# that owns it is killed. A signal meant for the test does not reach the work here.
#
# Settings, all in the environment:
#   SLOT RUN DATA BRIDGE GATEWAY POOL LOOPBACK MIRROR CERTIFICATE ENGINE_SCRIPT KIND FORKY OWNER
#   IMAGE_STORE IMAGE_STORE_READONLY CARDS
set -u
# Not ignored but answered with nothing: what is ignored here would be ignored by the engine and the labs too.
trap : INT TERM HUP PIPE
engine=
registries=

groups_of_slot() { find /sys/fs/cgroup -maxdepth 3 -type d -name "slipbed$SLOT" 2>/dev/null; }

# Everything of this slot that processes can be holding: the engine's own process space, then its control groups.
end_engine() {
    if [ -n "$engine" ]; then
        kill -KILL "$engine" 2>/dev/null
        wait "$engine" 2>/dev/null
        engine=
    fi
    local try group pids
    for try in $(seq 50); do
        pids=$(for group in $(groups_of_slot); do find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null; done)
        [ -z "$pids" ] && break
        # shellcheck disable=SC2086
        kill -KILL $pids 2>/dev/null
        sleep 0.1
    done
    for try in $(seq 50); do
        [ -z "$(groups_of_slot)" ] && break
        for group in $(groups_of_slot); do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; done
        [ -z "$(groups_of_slot)" ] || sleep 0.1
    done
    # What an engine keeps under /run is empty after a machine's start as well; process numbers in there are stale.
    rm -rf "$RUN/docker.sock" "$RUN/docker.pid" "$RUN/exec"
}

end_leftovers() {
    # A keeper that was itself killed leaves its engine to the next one in the same slot.
    local file pid
    for file in "$RUN"/engine.pid "$RUN"/registries.pid; do
        [ -r "$file" ] || continue
        for pid in $(cat "$file"); do
            if tr '\0' ' ' < "/proc/$pid/environ" 2>/dev/null | grep -q "RUN=$RUN "; then
                kill -KILL "$pid" 2>/dev/null
            fi
        done
    done
}

remove_all() {
    end_engine
    if [ -n "$registries" ]; then
        # shellcheck disable=SC2086
        kill -KILL $registries 2>/dev/null
        # shellcheck disable=SC2086
        wait $registries 2>/dev/null
        registries=
    fi
    # The bed's bridges are told by their addresses: its own, and those of the networks that tests made.
    ip -o -4 address show 2>/dev/null | while read -r _ link _ address _; do
        case "$address" in
            "${GATEWAY%.*}".*) ip link delete "$link" 2>/dev/null ;;
            "${POOL%.*.*}".*) [[ "$link" == br-* ]] && in_pool "$address" && ip link delete "$link" 2>/dev/null ;;
        esac
    done
    ip link delete "$BRIDGE" 2>/dev/null
    local mount
    awk -v a="$RUN/" -v b="$DATA/" 'index($2, a) == 1 || index($2, b) == 1 { print $2 }' /proc/self/mounts | sort -r |
        while read -r mount; do umount -l "$mount" 2>/dev/null; done
    local try
    for try in $(seq 20); do
        rm -rf --one-file-system "$RUN" "$DATA" 2>/dev/null
        [ -e "$RUN" ] || [ -e "$DATA" ] || break
        sleep 0.1
    done
    [ -e "$MARK_DOCKER" ] && rmdir /etc/docker 2>/dev/null && rm -f "$MARK_DOCKER"
    true
}

# POOL is a /20, sixteen networks whose third numbers follow each other.
in_pool() {
    local third=${1#*.*.} first=${POOL#*.*.}
    third=${third%%.*} first=${first%%.*}
    [ "$third" -ge "$first" ] && [ "$third" -lt $((first + 16)) ]
}

# Serves a storage folder on a loopback port, with a certificate where one is given; puts the address into `served`.
serve_images() { # name storage certificate
    local tls=
    [ -n "$3" ] && tls=", tls: {certificate: \"$3\", key: \"${3%.crt}.key\"}"
    cat > "$RUN/registry-$1.yml" <<CONFIG
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: "$2"}
  maintenance: {readonly: {enabled: $IMAGE_STORE_READONLY}}
http: {addr: "127.0.0.1:0", secret: slipway$tls}
CONFIG
    setpriv --pdeathsig KILL docker-registry serve "$RUN/registry-$1.yml" < /dev/null > "$RUN/registry-$1.log" 2>&1 9>&- &
    registries="$registries $!"
    echo "$registries" > "$RUN/registries.pid"
    local try
    for try in $(seq 200); do
        served=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$RUN/registry-$1.log")
        [ -n "$served" ] && return 0
        kill -0 $! 2>/dev/null || break
        sleep 0.05
    done
    echo "failed the registry did not start: $(tail -n 3 "$RUN/registry-$1.log" | tr '\n' ' ')"
    return 1
}

start_registries() {
    local images="$IMAGE_STORE/docker/registry/v2" quay="$RUN/quay/docker/registry/v2" addresses served
    mkdir -p "$images/blobs" "$images/repositories/quay.io"
    serve_images plain "$IMAGE_STORE" "" || return
    addresses=$served
    if [ -z "$MIRROR" ]; then
        # What stands under quay.io/ in the one storage is the whole of quay.io's own.
        mkdir -p "$quay"
        ln -sfn "$images/blobs" "$quay/blobs"
        ln -sfn "$images/repositories/quay.io" "$quay/repositories"
        serve_images hub "$IMAGE_STORE" "$CERTIFICATE" || return
        addresses="$addresses $served"
        serve_images quay "$RUN/quay" "$CERTIFICATE" || return
        addresses="$addresses $served"
    fi
    echo "ok $addresses"
}

start_engine() {
    if ! ip link show "$BRIDGE" > /dev/null 2>&1; then
        ip link add "$BRIDGE" type bridge && ip address add "$GATEWAY/24" dev "$BRIDGE" && ip link set "$BRIDGE" up ||
            { echo "failed the bridge $BRIDGE could not be made"; return; }
    fi
    [ -d /etc/docker ] || { mkdir -p /etc/docker && touch "$MARK_DOCKER"; }
    mkdir -p "$DATA/docker" "$RUN/exec" "$RUN/etc-docker"
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        bash -c "$ENGINE_SCRIPT" engine < /dev/null >> "$DATA/engine.log" 2>&1 9>&- &
    engine=$!
    echo "$engine" > "$RUN/engine.pid"
    echo ok
}

stop_engine() {
    # The engine is the first process of its own process space; the number that it has here is its parent's child.
    local inner try
    inner=$(cat "/proc/$engine/task/$engine/children" 2>/dev/null)
    if [ -n "$inner" ]; then
        # shellcheck disable=SC2086
        kill -TERM $inner 2>/dev/null
        for try in $(seq 200); do
            kill -0 "$engine" 2>/dev/null || break
            sleep 0.1
        done
    fi
    end_engine
    echo ok
}

export SLOT RUN DATA
MARK_DOCKER=/tmp/slipway-bed-made-etc-docker
# The slot is free as soon as the test has ended; the keeper before this one may still be removing.
exec 9>> "/tmp/slipway-bed-$SLOT.keeper"
flock 9
end_leftovers
remove_all
mkdir -p "$RUN" "$DATA"
chmod 0755 "$RUN"
while read -r order; do
    case "$order" in
        registry) start_registries ;;
        start) start_engine ;;
        own) chown "$OWNER" "$RUN/docker.sock" && echo ok || echo "failed the socket could not be handed over" ;;
        stop) stop_engine ;;
        kill) end_engine; echo ok ;;
        alive) if [ -n "$engine" ] && kill -0 "$engine" 2>/dev/null; then echo ok; else echo "failed the engine has ended"; fi ;;
        *) echo "failed unknown order $order" ;;
    esac
done
remove_all
