//! Every option of a container, compared with what the docker client makes of the same flags.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_engine::containers::{
    ContainerSpec, Device, GpuRequest, Mount, MountSource, PortBinding, Restart, RestartKind,
    Ulimit,
};
use slipway_engine::{Bytes, Error};

use crate::{Gone, bed, docker, engine};

/// What `docker inspect` shows, without what is empty, and without what must differ: names, times,
/// and that the client's `create` keeps the way to attach open.
fn inspected(name: &str) -> Value {
    let mut shown: Vec<Value> = serde_json::from_str(&docker(&["inspect", name])).unwrap();
    let mut shown = shown.remove(0);
    let mut parts = serde_json::Map::new();
    for part in ["Config", "HostConfig", "Platform"] {
        parts.insert(part.to_owned(), shown[part].take());
    }
    for chosen_anew in [
        "/Config/Hostname",
        "/Config/AttachStdin",
        "/Config/AttachStdout",
        "/Config/AttachStderr",
        "/Config/StdinOnce",
        "/HostConfig/ConsoleSize",
    ] {
        let (part, key) = chosen_anew[1..].split_once('/').unwrap();
        if let Some(object) = parts[part].as_object_mut() {
            object.remove(key);
        }
    }
    // Sets that the engine spells as objects of nothing, and lists in no order of their own.
    for set in ["Volumes", "ExposedPorts"] {
        let keys = parts["Config"][set].as_object();
        let keys: Vec<Value> = keys
            .iter()
            .flat_map(|keys| keys.keys().cloned().map(Value::String))
            .collect();
        parts["Config"][set] = Value::Array(keys);
    }
    if let Some(environment) = parts["Config"]["Env"].as_array_mut() {
        environment.sort_by_key(ToString::to_string);
    }
    let mut parts = Value::Object(parts);
    drop_empty(&mut parts);
    parts
}

/// Absent, null, empty, false and zero mean the same to the engine; -1 is the client's word for "not set".
fn drop_empty(value: &mut Value) {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(_) => false,
    };
    match value {
        Value::Object(object) => {
            object.remove("MemorySwappiness");
            for inner in object.values_mut() {
                drop_empty(inner);
            }
            object.retain(|_, inner| {
                !is_empty(inner) && inner.as_object().is_none_or(|o| !o.is_empty())
            });
        }
        Value::Array(list) => list.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

fn same(mine: &str, theirs: &str) {
    let (mine, theirs) = (inspected(mine), inspected(theirs));
    assert_eq!(
        serde_json::to_string_pretty(&mine).unwrap(),
        serde_json::to_string_pretty(&theirs).unwrap(),
        "docker inspect of ours, and of what the docker client makes"
    );
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "every option there is, and every flag for it"
)]
async fn each_option_is_what_the_docker_client_makes_of_its_flag() {
    let engine = engine().await;
    let network = "engine-options-net";
    docker(&["network", "create", network]);
    let mine = ContainerSpec {
        name: "options-mine".into(),
        image: "slipway/webapp:1".into(),
        platform: Some("linux/amd64".into()),
        environment: vec![("A".into(), "1".into()), ("EMPTY".into(), String::new())],
        ports: vec![
            binding("", 0, 8080, "tcp"),
            binding("127.0.0.1", 28080, 8080, "tcp"),
            binding("::1", 28053, 53, "udp"),
        ],
        publish_all: true,
        mounts: vec![
            mount(MountSource::Volume("options-vol".into()), "/data", true),
            mount(MountSource::Volume(String::new()), "/nameless", false),
            mount(
                MountSource::Memory {
                    size: Some(Bytes(67_108_864)),
                },
                "/scratch",
                false,
            ),
            mount(MountSource::Memory { size: None }, "/scratch-too", true),
        ],
        labels: BTreeMap::from([("team".into(), "climate".into())]),
        entrypoint: Some(words(&["/bin/busybox"])),
        command: Some(words(&["sleep", "60"])),
        user: Some("1000:1000".into()),
        group_add: words(&["100"]),
        working_directory: Some("/data".into()),
        hostname: Some("lab-of-anna".into()),
        tty: true,
        stdin_open: true,
        memory: Some(Bytes(268_435_456)),
        nano_cpus: Some(1_500_000_000),
        shared_memory: Some(Bytes(134_217_728)),
        ulimits: vec![Ulimit {
            name: "memlock".into(),
            soft: -1,
            hard: -1,
        }],
        gpu: Some(GpuRequest::Devices(words(&["0", "GPU-3a23c669"]))),
        devices: vec![Device {
            host: "/dev/null".into(),
            container: "/dev/nothing".into(),
            permissions: "rwm".into(),
        }],
        network: Some(network.into()),
        network_aliases: words(&["db", "database"]),
        extra_hosts: words(&["exasol:10.0.0.7"]),
        dns: words(&["10.0.0.2"]),
        ipc: Some("private".into()),
        pid: Some("host".into()),
        init: true,
        read_only_root: true,
        privileged: true,
        capabilities_added: words(&["SYS_ADMIN"]),
        capabilities_dropped: words(&["NET_RAW"]),
        security_options: words(&["seccomp=unconfined"]),
        sysctls: BTreeMap::from([("net.core.somaxconn".into(), "1024".into())]),
        restart: Restart {
            kind: RestartKind::OnFailure,
            retries: 3,
        },
        stop_signal: Some("SIGINT".into()),
        stop_timeout: Some(60),
        ..ContainerSpec::default()
    };
    let _gone = (Gone("options-mine".into()), Gone("options-theirs".into()));
    engine.create_container(&mine).await.unwrap();
    docker(&[
        "create",
        "--name",
        "options-theirs",
        "--platform",
        "linux/amd64",
        "--env",
        "A=1",
        "--env",
        "EMPTY=",
        "--publish",
        "8080",
        "--publish",
        "127.0.0.1:28080:8080",
        "--publish",
        "[::1]:28053:53/udp",
        "--publish-all",
        "--volume",
        "options-vol:/data:ro",
        "--volume",
        "/nameless",
        "--tmpfs",
        "/scratch:size=67108864",
        "--tmpfs",
        "/scratch-too:ro",
        "--label",
        "team=climate",
        "--entrypoint",
        "/bin/busybox",
        "--user",
        "1000:1000",
        "--group-add",
        "100",
        "--workdir",
        "/data",
        "--hostname",
        "lab-of-anna",
        "--interactive",
        "--tty",
        "--memory",
        "256m",
        "--cpus",
        "1.5",
        "--shm-size",
        "128m",
        "--ulimit",
        "memlock=-1",
        "--gpus",
        "\"device=0,GPU-3a23c669\"",
        "--device",
        "/dev/null:/dev/nothing",
        "--network",
        network,
        "--network-alias",
        "db",
        "--network-alias",
        "database",
        "--add-host",
        "exasol:10.0.0.7",
        "--dns",
        "10.0.0.2",
        "--ipc",
        "private",
        "--pid",
        "host",
        "--init",
        "--read-only",
        "--privileged",
        "--cap-add",
        "SYS_ADMIN",
        "--cap-drop",
        "NET_RAW",
        "--security-opt",
        "seccomp=unconfined",
        "--sysctl",
        "net.core.somaxconn=1024",
        "--restart",
        "on-failure:3",
        "--stop-signal",
        "SIGINT",
        "--stop-timeout",
        "60",
        "slipway/webapp:1",
        "sleep",
        "60",
    ]);
    same("options-mine", "options-theirs");
    let aliases = |name: &str| {
        let format =
            format!("{{{{json (index .NetworkSettings.Networks \"{network}\").Aliases}}}}");
        let aliases: Vec<String> =
            serde_json::from_str(&docker(&["inspect", "--format", &format, name])).unwrap();
        // Engines before API 1.45 add the container's own id.
        aliases
            .into_iter()
            .filter(|alias| alias.len() != 12)
            .collect::<Vec<_>>()
    };
    assert_eq!(aliases("options-mine"), aliases("options-theirs"));
    let shown = engine.inspect_container("options-mine").await.unwrap();
    assert_eq!(shown.networks, [network]);
    docker(&["rm", "--volumes", "options-mine", "options-theirs"]);
    docker(&["volume", "rm", "options-vol"]);
    docker(&["network", "rm", network]);
}

#[tokio::test]
async fn nothing_chosen_is_what_the_docker_client_makes_of_no_flags() {
    let engine = engine().await;
    let _gone = (Gone("plain-mine".into()), Gone("plain-theirs".into()));
    let plain = |name: &str| ContainerSpec {
        name: name.to_owned(),
        image: "slipway/webapp:1".into(),
        ..ContainerSpec::default()
    };
    engine.create_container(&plain("plain-mine")).await.unwrap();
    docker(&["create", "--name", "plain-theirs", "slipway/webapp:1"]);
    same("plain-mine", "plain-theirs");
    for (gpu, flag) in [(GpuRequest::All, "all"), (GpuRequest::Count(2), "2")] {
        let (mine, theirs) = (format!("gpu-mine-{flag}"), format!("gpu-theirs-{flag}"));
        let _gone = (Gone(mine.clone()), Gone(theirs.clone()));
        let spec = ContainerSpec {
            gpu: Some(gpu),
            auto_remove: true,
            ..plain(&mine)
        };
        engine.create_container(&spec).await.unwrap();
        docker(&[
            "create",
            "--rm",
            "--gpus",
            flag,
            "--name",
            &theirs,
            "slipway/webapp:1",
        ]);
        same(&mine, &theirs);
    }
}

#[tokio::test]
async fn cards_that_the_engine_cannot_give_are_named_at_the_start_or_before() {
    let engine = engine().await;
    let spec = |name: &str| ContainerSpec {
        name: name.to_owned(),
        image: "slipway/webapp:1".into(),
        ..ContainerSpec::default()
    };
    let _gone = (Gone("gpu-none".into()), Gone("gpu-runtime".into()));
    let asked = ContainerSpec {
        gpu: Some(GpuRequest::All),
        ..spec("gpu-none")
    };
    let id = engine.create_container(&asked).await.unwrap();
    let refused = engine.start_container(&id).await.unwrap_err();
    assert!(
        matches!(refused, Error::GpuUnavailable { .. }),
        "{refused:?}"
    );
    let asked = ContainerSpec {
        runtime: Some("nvidia".into()),
        ..spec("gpu-runtime")
    };
    let refused = match engine.create_container(&asked).await {
        Ok(id) => engine.start_container(&id).await.unwrap_err(),
        Err(refused) => refused,
    };
    assert!(
        matches!(refused, Error::GpuUnavailable { .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_network_comes_and_goes() {
    let engine = engine().await;
    let name = "engine-team";
    let labels = BTreeMap::from([("io.slipway.lab".to_owned(), "1".to_owned())]);
    assert!(matches!(
        engine.inspect_network(name).await,
        Err(Error::NotFound {
            what: "network",
            ..
        })
    ));
    let made = engine.create_network(name, labels.clone()).await.unwrap();
    assert_eq!((made.name.as_str(), made.driver.as_str()), (name, "bridge"));
    assert_eq!(made.labels, labels);
    let _gone = Gone("in-team".into());
    docker(&[
        "run",
        "--detach",
        "--name",
        "in-team",
        "--network",
        name,
        "slipway/webapp:1",
    ]);
    let refused = engine.remove_network(name).await.unwrap_err();
    assert!(matches!(refused, Error::InUse { .. }), "{refused:?}");
    docker(&["rm", "--force", "in-team"]);
    engine.remove_network(name).await.unwrap();
    engine.remove_network(name).await.unwrap();
    assert!(bed().docker(&["network", "inspect", name]).is_err());

    let lost = ContainerSpec {
        name: "lost".into(),
        image: "slipway/webapp:1".into(),
        network: Some("engine-nowhere".into()),
        ..ContainerSpec::default()
    };
    let _gone = Gone("lost".into());
    let refused = match engine.create_container(&lost).await {
        Ok(id) => engine.start_container(&id).await.unwrap_err(),
        Err(refused) => refused,
    };
    assert!(
        matches!(&refused, Error::NotFound { what: "network", name, .. } if name == "engine-nowhere"),
        "{refused:?}"
    );
}

fn binding(listen_ip: &str, host_port: u16, container_port: u16, protocol: &str) -> PortBinding {
    PortBinding {
        listen_ip: listen_ip.to_owned(),
        host_port,
        container_port,
        protocol: protocol.to_owned(),
    }
}

fn mount(source: MountSource, target: &str, read_only: bool) -> Mount {
    Mount {
        source,
        target: target.to_owned(),
        read_only,
    }
}
