use std::fmt::Write;

use crate::endpoint::{Endpoint, EndpointSource};
use crate::health::{EngineFacts, of_error, problems};
use crate::{Bytes, Error};

#[expect(clippy::too_many_lines, reason = "a list of every error there is")]
fn every_error() -> Vec<Error> {
    let reference = || "exasol/ai-lab:6.0.0".to_owned();
    let detail = || "the engine's own words".to_owned();
    vec![
        Error::EngineNotFound {
            tried: vec![
                "unix:///var/run/docker.sock".into(),
                "unix:///run/user/1000/docker.sock".into(),
            ],
        },
        Error::EngineUnreachable {
            endpoint: "unix:///var/run/docker.sock".into(),
            detail: detail(),
        },
        Error::Connecting,
        Error::PermissionDenied {
            socket: "/var/run/docker.sock".into(),
            detail: detail(),
        },
        Error::PortTaken {
            port: 8888,
            holder: None,
            detail: detail(),
        },
        Error::PortTaken {
            port: 8888,
            holder: Some("the lab “climate”".into()),
            detail: detail(),
        },
        Error::PortNotAllowed {
            port: 80,
            detail: detail(),
        },
        Error::AddressNotAvailable {
            address: "192.0.2.7".into(),
            detail: detail(),
        },
        Error::NameTaken {
            name: "climate".into(),
            detail: detail(),
        },
        Error::InvalidName {
            name: "x".into(),
            detail: detail(),
        },
        Error::FolderNotFound {
            path: "/home/ada/work".into(),
            detail: detail(),
        },
        Error::FolderNotShared {
            path: "/srv/work".into(),
            detail: detail(),
        },
        Error::ImageNotFound {
            reference: reference(),
            detail: detail(),
        },
        Error::RegistryDenied {
            reference: reference(),
            detail: detail(),
        },
        Error::RegistryUnreachable {
            reference: reference(),
            detail: detail(),
        },
        Error::RateLimited {
            reference: reference(),
            detail: detail(),
        },
        Error::DiskFull { detail: detail() },
        Error::WrongPlatform {
            reference: reference(),
            detail: detail(),
        },
        Error::GpuUnavailable { detail: detail() },
        Error::NotFound {
            what: "container",
            name: "climate".into(),
            detail: detail(),
        },
        Error::InUse {
            what: "The volume my-vol".into(),
            detail: detail(),
        },
        Error::NotRunning {
            name: "climate".into(),
            detail: detail(),
        },
        Error::NotSupported {
            what: "Slipway cannot use an engine over SSH yet.".into(),
        },
        Error::InvalidReference {
            reference: "Exasol/ai-lab".into(),
            why: "Image names have small letters only.".into(),
        },
        Error::Interrupted { detail: detail() },
        Error::TimedOut { detail: detail() },
        Error::Engine {
            status: 500,
            message: detail(),
        },
    ]
}

pub fn facts() -> EngineFacts {
    EngineFacts {
        id: "3f9c-engine".into(),
        endpoint: Endpoint::new(
            "unix:///run/user/1000/docker.sock",
            EndpointSource::KnownPlace,
        ),
        product_name: "Docker Engine".into(),
        version: "18.9.1".into(),
        api_version: "1.39".into(),
        os_type: "windows".into(),
        operating_system: "Debian".into(),
        architecture: "amd64".into(),
        host_name: "ada".into(),
        processors: 2,
        memory: Bytes(4_000_000_000),
        storage_driver: "overlay2".into(),
        containerd_store: false,
        data_root: "/var/lib/docker".into(),
        disk_free: Some(Bytes(3_210_000_000)),
        rootless: true,
        this_computer: true,
        gpu: false,
        gpu_devices: Vec::new(),
        runtimes: Vec::new(),
        socket_group_writable: Some(true),
        socket_group: Some(998),
        socket_path: None,
        wsl: false,
        mirrors: Vec::new(),
    }
}

/// Everything that this crate says to a person, in one file, so that the voice can be heard at once.
#[test]
fn the_whole_voice() {
    let mut text = String::new();
    for error in every_error() {
        writeln!(
            text,
            "{error}\n    next: {}\n    detail: {}",
            error.hint().unwrap_or_default(),
            error.detail().unwrap_or_default()
        )
        .unwrap();
        assert!(
            !error.to_string().contains("own words"),
            "the engine's text is for the details only: {error}"
        );
    }
    let of_errors = every_error().into_iter().filter(|error| {
        matches!(
            error,
            Error::EngineNotFound { .. }
                | Error::EngineUnreachable { .. }
                | Error::PermissionDenied { .. }
                | Error::Interrupted { .. }
                | Error::Connecting
                | Error::NotSupported { .. }
                | Error::TimedOut { .. }
        )
    });
    let mut found: Vec<_> = of_errors
        .flat_map(|error| [of_error(&error, false)])
        .collect();
    for address in [
        "unix:///home/ada/.docker/desktop/docker.sock",
        "unix:///home/ada/.colima/default/docker.sock",
        "unix:///run/user/1000/podman/podman.sock",
        "tcp://127.0.0.1:2375",
    ] {
        found.push(of_error(
            &Error::EngineUnreachable {
                endpoint: address.into(),
                detail: "connection refused".into(),
            },
            false,
        ));
    }
    let denied = Error::PermissionDenied {
        socket: "/var/run/docker.sock".into(),
        detail: String::new(),
    };
    found.push(of_error(&denied, true));
    found.extend(problems(Ok(&facts())));
    text.push_str("\n=== the engine's problems ===\n");
    for problem in found {
        let blocking = if problem.blocking {
            ""
        } else {
            " (labs still run)"
        };
        writeln!(
            text,
            "{:?}{blocking}: {}\n    {}\n    buttons: {:?}, command: {}",
            problem.kind,
            problem.title,
            problem.message,
            problem.remedies,
            problem.command.as_deref().unwrap_or("none")
        )
        .unwrap();
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("voice", text);
    });
}

#[test]
fn a_healthy_engine_has_no_problem() {
    let healthy = EngineFacts {
        api_version: "1.41".into(),
        os_type: "linux".into(),
        disk_free: Some(Bytes(100_000_000_000)),
        rootless: false,
        ..facts()
    };
    assert_eq!(problems(Ok(&healthy)), [], "nothing to say");
}
