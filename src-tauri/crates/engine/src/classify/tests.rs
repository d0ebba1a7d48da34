use crate::Error;
use crate::classify::{Failure, Subject, answer, classify};
use crate::endpoint::{Endpoint, EndpointSource};

/// What the engine said, and what it must be taken for: the variant and its telling part.
fn meant(status: u16, message: &str, subject: Subject<'_>) -> String {
    match answer(status, message.to_owned(), subject) {
        Error::PortTaken { port, .. } => format!("PortTaken {port}"),
        Error::PortNotAllowed { port, .. } => format!("PortNotAllowed {port}"),
        Error::AddressNotAvailable { address, .. } => format!("AddressNotAvailable {address}"),
        Error::NameTaken { name, .. } => format!("NameTaken {name}"),
        Error::InvalidName { name, .. } => format!("InvalidName {name}"),
        Error::FolderNotFound { path, .. } => format!("FolderNotFound {path}"),
        Error::FolderNotShared { path, .. } => format!("FolderNotShared {path}"),
        Error::ImageNotFound { reference, .. } => format!("ImageNotFound {reference}"),
        Error::RegistryDenied { .. } => "RegistryDenied".to_owned(),
        Error::RegistryUnreachable { .. } => "RegistryUnreachable".to_owned(),
        Error::RateLimited { .. } => "RateLimited".to_owned(),
        Error::DiskFull { .. } => "DiskFull".to_owned(),
        Error::WrongPlatform { .. } => "WrongPlatform".to_owned(),
        Error::NotFound { what, name, .. } => format!("NotFound {what} {name}"),
        Error::InUse { what, .. } => format!("InUse {what}"),
        Error::NotRunning { name, .. } => format!("NotRunning {name}"),
        Error::InvalidReference { reference, .. } => format!("InvalidReference {reference}"),
        Error::GpuUnavailable { .. } => "GpuUnavailable".to_owned(),
        Error::NotSupported { .. } => "NotSupported".to_owned(),
        Error::Engine { status, .. } => format!("Engine {status}"),
        other => format!("{other:?}"),
    }
}

const RUN: Subject<'static> = Subject::Container("lab");
const MAKE: Subject<'static> = Subject::Creation {
    name: "lab",
    image: "exasol/ai-lab:6.0.0",
};
const PULL: Subject<'static> = Subject::Registry("exasol/ai-lab:6.0.0");
const IMAGE: Subject<'static> = Subject::Image("exasol/ai-lab:6.0.0");
const VOLUME: Subject<'static> = Subject::Volume("my-vol");
const NETWORK: Subject<'static> = Subject::Network("team");

/// Bodies captured from engines 20.10, 24, 28 and 29 in both stores, from Docker Desktop and Podman.
const REFUSALS: &[(u16, &str, Subject<'static>, &str)] = &[
    (
        500,
        "driver failed programming external connectivity on endpoint lab (4f0a): Bind for 0.0.0.0:8888 failed: port is already allocated",
        RUN,
        "PortTaken 8888",
    ),
    (
        500,
        "driver failed programming external connectivity on endpoint lab (4f0a): Error starting userland proxy: listen tcp4 127.0.0.1:8888: bind: address already in use",
        RUN,
        "PortTaken 8888",
    ),
    (
        500,
        "failed to set up container networking: driver failed programming external connectivity on endpoint lab (4f0a): failed to bind host port for 0.0.0.0:49494:172.17.0.2:49494/tcp: address already in use",
        RUN,
        "PortTaken 49494",
    ),
    (
        500,
        "failed to set up container networking: driver failed programming external connectivity on endpoint lab (4f0a): failed to bind host port 0.0.0.0:49494/tcp: address already in use",
        RUN,
        "PortTaken 49494",
    ),
    (
        500,
        "driver failed programming external connectivity on endpoint lab (4f0a): Error starting userland proxy: listen tcp6 [::]:8888: bind: address already in use",
        RUN,
        "PortTaken 8888",
    ),
    (
        500,
        "Ports are not available: exposing port TCP 0.0.0.0:8888 -> 0.0.0.0:0: listen tcp 0.0.0.0:8888: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.",
        RUN,
        "PortTaken 8888",
    ),
    (
        500,
        "Ports are not available: exposing port TCP 127.0.0.1:5000 -> 127.0.0.1:0: listen tcp 127.0.0.1:5000: bind: address already in use",
        RUN,
        "PortTaken 5000",
    ),
    (
        500,
        "driver failed programming external connectivity on endpoint lab (4f0a): Error starting userland proxy: error while calling PortManager.AddPort(): cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf (currently 1024), or set CAP_NET_BIND_SERVICE on rootlesskit binary, or choose a larger port number (>= 1024): listen tcp4 0.0.0.0:80: bind: permission denied",
        RUN,
        "PortNotAllowed 80",
    ),
    (
        500,
        "driver failed programming external connectivity on endpoint lab (4f0a): Error starting userland proxy: listen tcp4 192.0.2.7:8888: bind: cannot assign requested address",
        RUN,
        "AddressNotAvailable 192.0.2.7",
    ),
    (
        404,
        "No such container: 4f0a",
        RUN,
        "NotFound container lab",
    ),
    (
        404,
        "no container with name or ID \"lab\" found: no such container",
        RUN,
        "NotFound container lab",
    ),
    (
        404,
        "Could not find the file /root/x in container 4f0a",
        RUN,
        "NotFound folder /root/x",
    ),
    (
        409,
        "You cannot remove a running container 4f0a. Stop the container before attempting removal or force remove",
        RUN,
        "InUse The container lab",
    ),
    (
        409,
        "cannot remove container \"/lab\": container is running: stop the container before removing or force remove",
        RUN,
        "InUse The container lab",
    ),
    (409, "Container 4f0a is not running", RUN, "NotRunning lab"),
    (
        501,
        "configured logging driver does not support reading",
        RUN,
        "NotSupported",
    ),
    (
        500,
        "could not select device driver \"\" with capabilities: [[gpu]]",
        RUN,
        "GpuUnavailable",
    ),
    (
        400,
        "unknown or invalid runtime name: nvidia",
        MAKE,
        "GpuUnavailable",
    ),
    (
        400,
        "Unknown runtime specified nvidia",
        MAKE,
        "GpuUnavailable",
    ),
    (404, "network team not found", RUN, "NotFound network team"),
    (404, "network team not found", MAKE, "NotFound network team"),
    (
        404,
        "failed to set up container networking: network team not found",
        RUN,
        "NotFound network team",
    ),
    (
        403,
        "error while removing network: network team id 4f0a has active endpoints",
        NETWORK,
        "InUse The network team",
    ),
    (
        409,
        "network with name team already exists",
        NETWORK,
        "NameTaken team",
    ),
    (
        400,
        "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/x\": exec format error: unknown",
        RUN,
        "WrongPlatform",
    ),
    (
        400,
        "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"nope\": executable file not found in $PATH: unknown",
        RUN,
        "Engine 400",
    ),
    (
        409,
        "Conflict. The container name \"/lab\" is already in use by container \"4f0a\". You have to remove (or rename) that container to be able to reuse that name.",
        MAKE,
        "NameTaken lab",
    ),
    (
        500,
        "creating container storage: the container name \"lab\" is already in use by 4f0a. You have to remove that container to be able to reuse that name: that name is already in use",
        MAKE,
        "Engine 500",
    ),
    (
        404,
        "No such image: exasol/ai-lab:6.0.0",
        MAKE,
        "ImageNotFound exasol/ai-lab:6.0.0",
    ),
    (
        400,
        "invalid mount config for type \"bind\": bind source path does not exist: /home/ada/my work",
        MAKE,
        "FolderNotFound /home/ada/my work",
    ),
    (
        400,
        "invalid mount config for type \"bind\": bind source path does not exist: /nope",
        RUN,
        "Engine 400",
    ),
    (
        500,
        "Mounts denied: \nThe path /srv/work is not shared from the host and is not known to Docker.\nYou can configure shared paths from Docker -> Preferences... -> Resources -> File Sharing.",
        MAKE,
        "FolderNotShared /srv/work",
    ),
    (
        400,
        "Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        MAKE,
        "InvalidName lab",
    ),
    (
        400,
        "create my vol: \"my vol\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path",
        MAKE,
        "InvalidName my vol",
    ),
    (
        400,
        "create my vol: \"my vol\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path",
        VOLUME,
        "InvalidName my-vol",
    ),
    (
        404,
        "image with reference exasol/ai-lab:6.0.0 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
        MAKE,
        "WrongPlatform",
    ),
    (
        404,
        "No such image: exasol/ai-lab:6.0.0",
        IMAGE,
        "ImageNotFound exasol/ai-lab:6.0.0",
    ),
    (
        409,
        "conflict: unable to remove repository reference \"exasol/ai-lab:6.0.0\" (must force) - container 4f0a is using its referenced image 9b1c",
        IMAGE,
        "InUse exasol/ai-lab:6.0.0",
    ),
    (
        404,
        "pull access denied for exasol/ai-lb, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
        PULL,
        "RegistryDenied",
    ),
    (
        200,
        "unauthorized: authentication required",
        PULL,
        "RegistryDenied",
    ),
    (
        500,
        "Head \"https://registry.example/v2/x/manifests/1\": no basic auth credentials",
        PULL,
        "RegistryDenied",
    ),
    (
        200,
        "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
        PULL,
        "RegistryDenied",
    ),
    (
        404,
        "manifest for exasol/ai-lab:9.9.9 not found: manifest unknown: manifest unknown",
        PULL,
        "ImageNotFound exasol/ai-lab:6.0.0",
    ),
    (
        404,
        "failed to resolve reference \"docker.io/exasol/ai-lab:9.9.9\": docker.io/exasol/ai-lab:9.9.9: not found",
        PULL,
        "ImageNotFound exasol/ai-lab:6.0.0",
    ),
    (
        500,
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
        PULL,
        "RateLimited",
    ),
    (
        200,
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/x/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests",
        PULL,
        "RateLimited",
    ),
    (
        404,
        "no matching manifest for linux/arm64/v8 in the manifest list entries",
        PULL,
        "WrongPlatform",
    ),
    (
        200,
        "no match for platform in manifest: not found",
        PULL,
        "WrongPlatform",
    ),
    (
        200,
        "image operating system \"windows\" cannot be used on this platform: operating system is not supported",
        PULL,
        "Engine 200",
    ),
    (
        200,
        "failed to register layer: write /opt/spark/x.jar: no space left on device",
        PULL,
        "DiskFull",
    ),
    (
        500,
        "mkdir /var/lib/docker/overlay2/4f: no space left on device",
        MAKE,
        "DiskFull",
    ),
    (
        500,
        "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 192.168.65.7:53: no such host",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "Get \"https://registry-1.docker.io/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "Get \"http://127.0.0.1:5000/v2/\": EOF",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "Get \"https://registry.example/v2/\": x509: certificate signed by unknown authority",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "failed to resolve reference \"docker.io/exasol/ai-lab:6.0.0\": failed to do request: Head \"https://registry-1.docker.io/v2/exasol/ai-lab/manifests/6.0.0\": dial tcp: lookup registry-1.docker.io: i/o timeout",
        PULL,
        "RegistryUnreachable",
    ),
    (
        500,
        "received unexpected HTTP status: 503 Service Unavailable",
        PULL,
        "RegistryUnreachable",
    ),
    (
        400,
        "invalid reference format: repository name must be lowercase",
        PULL,
        "InvalidReference exasol/ai-lab:6.0.0",
    ),
    (
        404,
        "get my-vol: no such volume",
        VOLUME,
        "NotFound volume my-vol",
    ),
    (
        409,
        "remove my-vol: volume is in use - [4f0a, 9b1c]",
        VOLUME,
        "InUse The volume my-vol",
    ),
    (
        500,
        "something nobody has seen",
        Subject::Engine,
        "Engine 500",
    ),
];

#[test]
fn refusals_get_their_meaning() {
    for (status, message, subject, expected) in REFUSALS {
        assert_eq!(
            meant(*status, message, *subject),
            *expected,
            "for {status} {message}"
        );
    }
}

#[test]
fn a_socket_that_may_not_be_used_is_no_engine_that_is_stopped() {
    let endpoint = Endpoint::new("unix:///var/run/docker.sock", EndpointSource::KnownPlace);
    let dial = |kind: std::io::ErrorKind| {
        classify(
            Failure::Dial {
                kind,
                text: "why".into(),
            },
            &endpoint,
            Subject::Engine,
        )
    };
    assert!(
        matches!(dial(std::io::ErrorKind::PermissionDenied), Error::PermissionDenied { socket, .. } if socket == "/var/run/docker.sock"),
        "permission"
    );
    for kind in [
        std::io::ErrorKind::NotFound,
        std::io::ErrorKind::ConnectionRefused,
    ] {
        assert!(
            matches!(dial(kind), Error::EngineUnreachable { .. }),
            "nobody there: {kind:?}"
        );
    }
}

#[test]
fn a_failure_survives_its_way_through_bollard() {
    let through = |failure: Failure| Failure::from(bollard::errors::Error::from(failure));
    let denied = through(Failure::Dial {
        kind: std::io::ErrorKind::PermissionDenied,
        text: "x".into(),
    });
    assert!(
        matches!(
            denied,
            Failure::Dial {
                kind: std::io::ErrorKind::PermissionDenied,
                ..
            }
        ),
        "{denied:?}"
    );
    assert!(
        matches!(
            through(Failure::Cut { text: "x".into() }),
            Failure::Cut { .. }
        ),
        "a broken connection stays one"
    );
    assert!(
        matches!(through(Failure::TimedOut), Failure::TimedOut),
        "a time-out stays one"
    );
}

#[test]
fn an_id_is_shown_as_short_as_docker_shows_it() {
    let id = "3f9c2a1b".repeat(8);
    assert_eq!(
        meant(
            404,
            &format!("No such container: {id}"),
            Subject::Container(&id)
        ),
        "NotFound container 3f9c2a1b3f9c"
    );
}
