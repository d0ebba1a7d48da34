use slipway_engine::Bytes;
use slipway_engine::containers::{Device, GpuRequest, MountSource, Restart, RestartKind, Ulimit};

use super::environment::looks_secret;
use super::*;
use crate::fixtures::{facts, form_of};
use crate::form::{GpuChoice, MountKind, MountRow, RareKind, RareRow, RestartChoice, VariableRow};

fn form_with(change: impl FnOnce(&mut LaunchForm)) -> LaunchForm {
    let mut form = form_of("jupyter", &facts());
    change(&mut form);
    form
}

fn options(change: impl FnOnce(&mut LaunchForm)) -> Options {
    let form = form_with(change);
    let (options, notes) = read(&form);
    let wrong: Vec<_> = notes
        .iter()
        .filter(|note| note.level == NoteLevel::Error)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    options
}

#[test]
fn sizes_are_docker_s() {
    let bytes = |typed: &str| limits::size(typed).map(|size| size.0);
    assert_eq!(bytes("512m"), Some(512 * 1024 * 1024));
    assert_eq!(bytes("1.5g"), Some(1536 * 1024 * 1024));
    assert_eq!(bytes("2GiB"), Some(2 * 1024 * 1024 * 1024));
    assert_eq!(
        bytes("64MB"),
        Some(64 * 1024 * 1024),
        "units are powers of 1024"
    );
    assert_eq!(bytes("1048576"), Some(1_048_576));
    for wrong in [
        "",
        "m",
        "1x",
        "-1",
        "1,5g",
        "9999999t",
        "1..5g",
        "99999999999999999999",
    ] {
        assert_eq!(bytes(wrong), None, "{wrong}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "everything that can be folded away")]
fn what_is_folded_away_becomes_the_engine_s() {
    let read = options(|form| {
        let advanced = &mut form.advanced;
        advanced.environment = vec![
            VariableRow {
                name: " A ".into(),
                value: " 1 ".into(),
                secret: false,
            },
            VariableRow {
                name: "API_KEY".into(),
                value: String::new(),
                secret: true,
            },
        ];
        advanced.mounts = vec![
            MountRow {
                kind: MountKind::Memory,
                target: "/scratch".into(),
                size: "64m".into(),
                ..MountRow::default()
            },
            MountRow {
                target: "/nameless".into(),
                ..MountRow::default()
            },
        ];
        advanced.entrypoint = "\"\"".into();
        advanced.command = "python -c 'print(1)'".into();
        advanced.cpus = "1.5".into();
        advanced.memory = "1g".into();
        advanced.gpu.choice = GpuChoice::Chosen;
        advanced.gpu.devices = "0, 2".into();
        advanced.restart.choice = RestartChoice::OnFailure;
        advanced.restart.retries = "3".into();
        advanced.network.name = "team".into();
        advanced.network.aliases = vec!["db".into()];
        advanced.capabilities_added = vec!["cap_sys_ptrace".into()];
        advanced.rare = [
            (RareKind::Ulimit, "nofile=1024:4096"),
            (RareKind::Device, "/dev/fuse"),
            (RareKind::Host, "exasol=10.0.0.7"),
            (RareKind::Init, "true"),
            (RareKind::StopTimeout, "60"),
            (RareKind::Sysctl, "net.core.somaxconn=1024"),
        ]
        .map(|(kind, value)| RareRow {
            kind,
            value: value.into(),
        })
        .to_vec();
    });
    let spec = read.spec;
    assert_eq!(
        spec.environment,
        [("A".to_owned(), " 1 ".to_owned())],
        "a value is kept as typed"
    );
    assert_eq!(read.secret_variables, ["API_KEY"]);
    assert_eq!(
        spec.mounts[0].source,
        MountSource::Memory {
            size: Some(Bytes(67_108_864))
        }
    );
    assert_eq!(spec.mounts[1].source, MountSource::Volume(String::new()));
    assert_eq!(spec.entrypoint, Some(vec![String::new()]));
    assert_eq!(
        spec.command,
        Some(vec!["python".into(), "-c".into(), "print(1)".into()])
    );
    assert_eq!(spec.nano_cpus, Some(1_500_000_000));
    assert_eq!(
        spec.gpu,
        Some(GpuRequest::Devices(vec!["0".into(), "2".into()]))
    );
    assert_eq!(
        spec.restart,
        Restart {
            kind: RestartKind::OnFailure,
            retries: 3
        }
    );
    assert_eq!(spec.network_aliases, ["db"]);
    assert_eq!(spec.capabilities_added, ["SYS_PTRACE"]);
    assert_eq!(
        spec.ulimits,
        [Ulimit {
            name: "nofile".into(),
            soft: 1024,
            hard: 4096
        }]
    );
    let fuse = "/dev/fuse".to_owned();
    assert_eq!(
        spec.devices,
        [Device {
            host: fuse.clone(),
            container: fuse,
            permissions: "rwm".into()
        }]
    );
    assert_eq!(spec.extra_hosts, ["exasol:10.0.0.7"]);
    assert!(spec.init && spec.stop_timeout == Some(60));
    assert_eq!(spec.sysctls["net.core.somaxconn"], "1024");
}

#[test]
fn the_older_way_to_a_card_is_a_runtime_and_a_variable() {
    let older = |devices: &str, typed: Option<&str>| {
        options(|form| {
            form.advanced.gpu.choice = GpuChoice::Chosen;
            form.advanced.gpu.devices = devices.to_owned();
            form.advanced.gpu.by_runtime = true;
            form.advanced.environment = typed
                .map(|value| VariableRow {
                    name: limits::VISIBLE_DEVICES.into(),
                    value: value.into(),
                    secret: false,
                })
                .into_iter()
                .collect();
        })
        .spec
    };
    let spec = older("2,3", None);
    assert_eq!((spec.runtime.as_deref(), spec.gpu), (Some("nvidia"), None));
    assert_eq!(
        spec.environment,
        [("NVIDIA_VISIBLE_DEVICES".to_owned(), "2,3".to_owned())]
    );
    let spec = older("2,3", Some("all"));
    assert_eq!(spec.environment[0].1, "all", "what was typed counts");
}

#[test]
fn names_tell_secrets() {
    for secret in [
        "MYSQL_ROOT_PASSWORD",
        "PGPASSWORD",
        "AWS_SECRET_ACCESS_KEY",
        "hf_token",
        "api.key",
        "OPENAI_API_KEY",
    ] {
        assert!(looks_secret(secret, "abc123"), "{secret}");
    }
    for open in [
        "KEYBOARD",
        "MONKEY",
        "POSTGRES_PASSWORD_FILE",
        "PWD",
        "TOKENIZERS_PARALLELISM",
        "AWS_ACCESS_KEY_ID",
    ] {
        assert!(!looks_secret(open, "abc123"), "{open}");
    }
    assert!(!looks_secret("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"));
}

#[test]
fn ranges_are_taken_port_by_port() {
    let form = form_with(|form| {
        form.ports[0].host = "4040-4042".into();
        form.ports[0].container = "8040-8042".into();
        form.ports[0].listen_ip = "::1".into();
    });
    let bound = ports::bindings(&form, &form.ports[0]).unwrap();
    let pairs: Vec<_> = bound
        .iter()
        .map(|port| (port.host_port, port.container_port))
        .collect();
    assert_eq!(pairs, [(4040, 8040), (4041, 8041), (4042, 8042)]);
    assert!(bound.iter().all(|port| port.listen_ip == "::1"));
    assert_eq!(ports::typed_range("4045-4040"), None);
    assert_eq!(ports::typed_range(" 80 - 90 "), Some(80..=90));
    let form = form_with(|form| form.ports[0].host.clear());
    assert_eq!(
        ports::bindings(&form, &form.ports[0]).unwrap()[0].host_port,
        0
    );
}
