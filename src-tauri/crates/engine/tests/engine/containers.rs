//! Containers from their creation to their end.

use std::collections::BTreeMap;
use std::time::Duration;

use slipway_engine::containers::{
    ChangeKind, ContainerSpec, ExecSpec, Mount, MountSource, PlacedFile, PortBinding, Removal,
    Restart, RestartKind,
};
use slipway_engine::inventory::ContainerState;
use slipway_engine::{Bytes, Error};

use crate::{Gone, docker, engine, running};

fn spec(name: &str) -> ContainerSpec {
    ContainerSpec {
        name: name.to_owned(),
        image: "slipway/webapp:1".to_owned(),
        ..ContainerSpec::default()
    }
}

fn port(listen_ip: &str, host_port: u16) -> PortBinding {
    PortBinding {
        listen_ip: listen_ip.to_owned(),
        host_port,
        container_port: 8080,
        protocol: "tcp".to_owned(),
    }
}

#[tokio::test]
async fn a_created_container_is_what_docker_run_would_have_made() {
    let engine = engine().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let mine = ContainerSpec {
        ports: vec![port("0.0.0.0", 18881)],
        mounts: vec![
            Mount {
                source: MountSource::Volume("engine-my-vol".into()),
                target: "/root/notebooks".into(),
                read_only: false,
            },
            Mount {
                source: MountSource::Folder(path.clone()),
                target: "/data".into(),
                read_only: true,
            },
        ],
        environment: vec![("KEY".into(), "a value = with signs".into())],
        labels: BTreeMap::from([("io.slipway.lab".into(), "1".into())]),
        memory: Some(Bytes(64 * 1024 * 1024)),
        shared_memory: Some(Bytes(128 * 1024 * 1024)),
        restart: Restart {
            kind: RestartKind::UnlessStopped,
            retries: 0,
        },
        ..spec("engine-mine")
    };
    let _gone = (Gone("engine-mine".into()), Gone("engine-theirs".into()));
    let id = engine.create_container(&mine).await.unwrap();
    let bind = format!("type=bind,source={path},target=/data,readonly");
    docker(&[
        "create",
        "--name",
        "engine-theirs",
        "--publish",
        "0.0.0.0:18881:8080",
        "--volume",
        "engine-my-vol:/root/notebooks",
        "--mount",
        &bind,
        "--env",
        "KEY=a value = with signs",
        "--label",
        "io.slipway.lab=1",
        "--memory",
        "64m",
        "--shm-size",
        "128m",
        "--restart",
        "unless-stopped",
        "slipway/webapp:1",
    ]);
    for part in [
        "{{json .HostConfig.PortBindings}}",
        "{{json .HostConfig.Binds}}",
        "{{json .HostConfig.RestartPolicy}}",
        "{{json .HostConfig.Memory}} {{json .HostConfig.ShmSize}} {{json .HostConfig.NetworkMode}} {{json .HostConfig.Privileged}}",
        "{{json .Config.Image}} {{json .Config.Env}} {{json .Config.Labels}} {{json .Config.ExposedPorts}} {{json .Config.Cmd}}",
        "{{range .HostConfig.Mounts}}{{.Type}} {{.Source}} {{.Target}} {{.ReadOnly}}{{end}}",
    ] {
        let of = |name: &str| docker(&["inspect", "--format", part, name]);
        assert_eq!(
            of("engine-mine"),
            of("engine-theirs"),
            "what docker inspect shows of {part}"
        );
    }
    let row = engine.inspect_container("engine-mine").await.unwrap();
    assert_eq!(
        (&row.id, row.state, row.ports[0].host_port),
        (&id, ContainerState::Created, Some(18881)),
        "a created container carries its ports"
    );
    let found = engine.found_container(&id.0).await.unwrap();
    assert!(
        found
            .environment
            .contains(&("KEY".into(), "a value = with signs".into())),
        "the value holds its own equals sign"
    );
    docker(&["rm", "engine-mine", "engine-theirs"]);
    docker(&["volume", "rm", "engine-my-vol"]);
}

#[tokio::test]
async fn a_container_lives_its_life() {
    let engine = engine().await;
    let _gone = Gone("engine-life".into());
    let id = engine.create_container(&spec("engine-life")).await.unwrap();
    engine.start_container(&id).await.unwrap();
    engine.start_container(&id).await.unwrap();
    let row = engine.inspect_container(&id.0).await.unwrap();
    assert_eq!(
        (row.state, row.started.is_some(), row.exit_code),
        (ContainerState::Running, true, None),
        "it runs"
    );
    let removed = engine.remove_container(&id, Removal::default()).await;
    assert!(
        matches!(removed, Err(Error::InUse { .. })),
        "a running container is not removed unasked: {removed:?}"
    );
    let waiting = tokio::spawn({
        let (engine, id) = (engine.clone(), id.clone());
        async move { engine.wait_container(&id).await }
    });
    engine
        .restart_container(&id, Duration::from_secs(5))
        .await
        .unwrap();
    assert!(waiting.await.unwrap().is_ok(), "a restart ends the wait");
    engine
        .stop_container(&id, Duration::from_secs(5))
        .await
        .unwrap();
    engine
        .stop_container(&id, Duration::from_secs(5))
        .await
        .unwrap();
    let row = engine.inspect_container(&id.0).await.unwrap();
    assert_eq!(
        (row.state, row.finished.is_some(), row.exit_code.is_some()),
        (ContainerState::Exited, true, true),
        "it is over"
    );
    engine
        .remove_container(&id, Removal::default())
        .await
        .unwrap();
    engine
        .remove_container(&id, Removal::default())
        .await
        .unwrap();
    let error = engine.inspect_container(&id.0).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotFound {
                what: "container",
                ..
            }
        ),
        "it is gone: {error:?}"
    );
}

#[tokio::test]
async fn a_stubborn_container_is_killed_when_its_grace_is_over() {
    let engine = engine().await;
    let _gone = Gone("engine-stubborn".into());
    let stubborn = ContainerSpec {
        command: Some(
            [
                "/bin/busybox",
                "sh",
                "-c",
                "trap '' TERM; while :; do busybox sleep 1; done",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        ..spec("engine-stubborn")
    };
    let id = engine.create_container(&stubborn).await.unwrap();
    engine.start_container(&id).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    engine
        .stop_container(&id, Duration::from_secs(1))
        .await
        .unwrap();
    assert_eq!(engine.wait_container(&id).await.unwrap(), 137, "killed");
}

#[tokio::test]
async fn refusals_have_names() {
    let engine = engine().await;
    let error = engine
        .create_container(&ContainerSpec {
            image: "nobody/nothing:1".into(),
            ..spec("engine-none")
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::ImageNotFound { reference, .. } if reference == "nobody/nothing:1"),
        "{error:?}"
    );
    let (_, _gone) = running("engine-taken", &["--publish", "127.0.0.1:18882:8080"]);
    let error = engine
        .create_container(&spec("engine-taken"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::NameTaken { name, .. } if name == "engine-taken"),
        "{error:?}"
    );
    let error = engine.create_container(&spec("x")).await.unwrap_err();
    assert!(
        matches!(&error, Error::InvalidName { name, .. } if name == "x"),
        "{error:?}"
    );
    let missing = Mount {
        source: MountSource::Folder("/nowhere/at all".into()),
        target: "/data".into(),
        read_only: false,
    };
    let error = engine
        .create_container(&ContainerSpec {
            mounts: vec![missing],
            ..spec("engine-folder")
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::FolderNotFound { path, .. } if path == "/nowhere/at all"),
        "{error:?}"
    );

    let _second = Gone("engine-second".into());
    let id = engine
        .create_container(&ContainerSpec {
            ports: vec![port("127.0.0.1", 18882)],
            ..spec("engine-second")
        })
        .await
        .unwrap();
    let error = engine.start_container(&id).await.unwrap_err();
    assert!(
        matches!(error, Error::PortTaken { port: 18882, .. }),
        "another container has the port: {error:?}"
    );

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let held = listener.local_addr().unwrap().port();
    let _third = Gone("engine-third".into());
    let id = engine
        .create_container(&ContainerSpec {
            ports: vec![port("127.0.0.1", held)],
            ..spec("engine-third")
        })
        .await
        .unwrap();
    let error = engine.start_container(&id).await.unwrap_err();
    assert!(
        matches!(error, Error::PortTaken { port, .. } if port == held),
        "a program of this machine has the port: {error:?}"
    );

    let _fourth = Gone("engine-fourth".into());
    let id = engine
        .create_container(&ContainerSpec {
            ports: vec![port("192.0.2.77", 18883)],
            ..spec("engine-fourth")
        })
        .await
        .unwrap();
    let error = engine.start_container(&id).await.unwrap_err();
    assert!(
        matches!(&error, Error::AddressNotAvailable { address, .. } if address == "192.0.2.77"),
        "{error:?}"
    );

    let error = engine
        .exec(
            &id,
            &ExecSpec {
                command: vec!["true".into()],
                ..ExecSpec::default()
            },
        )
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotRunning { .. }), "{error:?}");
}

#[tokio::test]
async fn commands_run_inside() {
    let engine = engine().await;
    let (id, _gone) = running("engine-exec", &["--env", "OWN=1"]);
    let spec = |script: &str| ExecSpec {
        command: vec![
            "/bin/busybox".into(),
            "sh".into(),
            "-c".into(),
            script.into(),
        ],
        ..ExecSpec::default()
    };
    let output = engine
        .exec(&id, &spec("echo out; echo err >&2; exit 7"))
        .await
        .unwrap();
    assert_eq!(
        (output.exit_code, output.stdout, output.stderr),
        (7, b"out\n".to_vec(), b"err\n".to_vec()),
        "output and code"
    );
    let with_input = ExecSpec {
        input: Some(vec![b'x'; 300_000]),
        environment: vec![("MORE".into(), "2".into())],
        ..spec("echo $OWN$MORE; busybox cat | busybox wc -c")
    };
    let output = engine.exec(&id, &with_input).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "12\n300000\n",
        "input arrives whole and is closed"
    );
    let output = engine
        .exec(&id, &spec("busybox yes | busybox head -c 3000000"))
        .await
        .unwrap();
    assert_eq!(
        (output.exit_code, output.stdout.len()),
        (0, 1024 * 1024),
        "long output is cut and the command still ends"
    );
    engine
        .exec_detached(&id, &spec("echo later > /later"))
        .await
        .unwrap();
    let output = engine
        .exec(
            &id,
            &spec("until [ -s /later ]; do busybox sleep 0.1; done; busybox cat /later"),
        )
        .await
        .unwrap();
    assert_eq!(output.stdout, b"later\n", "the detached command has run");
}

#[tokio::test]
async fn files_are_placed_and_changes_seen() {
    let engine = engine().await;
    let _gone = Gone("engine-files".into());
    let id = engine
        .create_container(&spec("engine-files"))
        .await
        .unwrap();
    let file = |path: &str| PlacedFile {
        path: path.into(),
        content: b"secret".to_vec(),
        mode: 0o600,
        uid: 1000,
        gid: 100,
    };
    engine
        .place_files(&id, &[file("/www/one"), file("/bin/two")])
        .await
        .unwrap();
    let (changes, count) = engine.container_changes(&id, 2).await.unwrap();
    assert_eq!(
        (changes.len(), count),
        (2, 4),
        "two folders changed and two files are new: {changes:?}"
    );
    let (changes, _) = engine.container_changes(&id, 100).await.unwrap();
    assert!(
        changes
            .iter()
            .any(|change| change.path == "/www/one" && change.kind == ChangeKind::Added),
        "{changes:?}"
    );
    engine
        .place_files(&id, &[file("/home/new/folder/three")])
        .await
        .unwrap();
    let gone = "0".repeat(64).as_str().into();
    let error = engine
        .place_files(&gone, &[file("/www/one")])
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotFound {
                what: "container",
                ..
            }
        ),
        "{error:?}"
    );
    engine.start_container(&id).await.unwrap();
    let listed = ExecSpec {
        command: [
            "/bin/busybox",
            "stat",
            "-c",
            "%a %u %g",
            "/www/one",
            "/home/new",
        ]
        .map(str::to_owned)
        .to_vec(),
        ..ExecSpec::default()
    };
    let output = engine.exec(&id, &listed).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "600 1000 100\n755 1000 100\n",
        "mode and owner as asked for"
    );
    assert!(
        engine.container_size(&id).await.unwrap().0 >= 12,
        "the files count"
    );
}

#[tokio::test]
async fn volumes_come_and_go() {
    let engine = engine().await;
    let labels = BTreeMap::from([("io.slipway.lab".to_owned(), "abc".to_owned())]);
    let made = engine
        .create_volume("engine-volume", labels.clone())
        .await
        .unwrap();
    assert_eq!(
        (made.name.as_str(), &made.labels, made.driver.as_str()),
        ("engine-volume", &labels, "local"),
        "as asked for"
    );
    assert!(made.created.is_some(), "it has its time");
    assert_eq!(
        engine
            .create_volume("engine-volume", BTreeMap::new())
            .await
            .unwrap(),
        made,
        "the same one again"
    );
    docker(&[
        "create",
        "--name",
        "engine-volume-user",
        "--volume",
        "engine-volume:/x",
        "slipway/webapp:1",
    ]);
    let gone = Gone("engine-volume-user".into());
    let error = engine.remove_volume("engine-volume").await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    drop(gone);
    engine.remove_volume("engine-volume").await.unwrap();
    engine.remove_volume("engine-volume").await.unwrap();
    assert!(
        matches!(
            engine.inspect_volume("engine-volume").await.unwrap_err(),
            Error::NotFound { what: "volume", .. }
        ),
        "gone"
    );
    let error = engine
        .create_volume("not a name", BTreeMap::new())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidName { .. }), "{error:?}");
}

#[tokio::test]
async fn what_a_container_was_made_with_is_read_back() {
    let engine = engine().await;
    let _gone = Gone("engine-found".into());
    docker(&[
        "create",
        "--name",
        "engine-found",
        "--publish",
        "127.0.0.1::8080",
        "--publish",
        "5353:53/udp",
        "--volume",
        "engine-found-vol:/data:ro",
        "--env",
        "KEY=a=b",
        "--user",
        "1000:1000",
        "--workdir",
        "/tmp",
        "--hostname",
        "found",
        "--interactive",
        "--memory",
        "64m",
        "--cpus",
        "0.5",
        "--shm-size",
        "32m",
        "--restart",
        "on-failure:3",
        "--cap-add",
        "SYS_NICE",
        "--group-add",
        "123",
        "--entrypoint",
        "/bin/busybox",
        "slipway/webapp:1",
        "sleep",
        "60",
    ]);
    let found = engine.found_container("engine-found").await.unwrap();
    assert!(found.environment.contains(&("KEY".into(), "a=b".into())));
    let ports: Vec<_> = found
        .ports
        .iter()
        .map(|port| {
            (
                port.listen_ip.as_str(),
                port.host_port,
                port.container_port,
                port.protocol.as_str(),
            )
        })
        .collect();
    assert_eq!(
        ports,
        [("", 5353, 53, "udp"), ("127.0.0.1", 0, 8080, "tcp")],
        "a port that the engine chooses stays one"
    );
    assert_eq!(found.mounts.len(), 1);
    assert_eq!(
        (found.mounts[0].source.as_str(), found.mounts[0].read_only),
        ("engine-found-vol", true)
    );
    assert_eq!(found.entrypoint, ["/bin/busybox"]);
    assert_eq!(found.command, ["sleep", "60"]);
    assert_eq!(
        (
            found.user.as_str(),
            found.working_directory.as_str(),
            found.hostname.as_str()
        ),
        ("1000:1000", "/tmp", "found")
    );
    assert!(found.stdin_open && !found.tty && !found.auto_remove && !found.gpu);
    assert_eq!(found.memory, Some(Bytes(64 * 1024 * 1024)));
    assert_eq!(found.nano_cpus, Some(500_000_000));
    assert_eq!(found.shared_memory, Some(Bytes(32 * 1024 * 1024)));
    assert_eq!(
        (found.restart.as_str(), found.restart_tries),
        ("on-failure", 3)
    );
    assert!(found.capabilities_added[0].ends_with("SYS_NICE"));
    assert_eq!(found.groups, ["123"]);
    docker(&["rm", "engine-found"]);
    docker(&["volume", "rm", "engine-found-vol"]);
}

#[tokio::test]
async fn a_container_gets_another_name() {
    let engine = engine().await;
    let _gone = Gone("engine-name-2".into());
    docker(&["create", "--name", "engine-name-1", "slipway/webapp:1"]);
    let id = engine.inspect_container("engine-name-1").await.unwrap().id;
    engine.rename_container(&id, "engine-name-2").await.unwrap();
    assert_eq!(
        engine.inspect_container(id.as_str()).await.unwrap().name,
        "engine-name-2"
    );
    let _other = Gone("engine-name-other".into());
    docker(&["create", "--name", "engine-name-other", "slipway/webapp:1"]);
    let error = engine
        .rename_container(&id, "engine-name-other")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NameTaken { .. }), "{error:?}");
    let error = engine.rename_container(&id, "-").await.unwrap_err();
    assert!(matches!(error, Error::InvalidName { .. }), "{error:?}");
    let error = engine
        .rename_container(&"none".into(), "engine-name-3")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    docker(&["rm", "engine-name-2"]);
}

#[tokio::test]
async fn an_empty_volume_is_told_from_one_that_holds_something() {
    let engine = engine().await;
    docker(&["volume", "create", "engine-weighed"]);
    assert_eq!(
        engine.volume_is_empty("engine-weighed").await.unwrap(),
        Some(true)
    );
    docker(&[
        "run",
        "--rm",
        "--volume",
        "engine-weighed:/data",
        "--entrypoint",
        "/bin/busybox",
        "slipway/webapp:1",
        "sh",
        "-c",
        "echo work > /data/file",
    ]);
    assert_eq!(
        engine.volume_is_empty("engine-weighed").await.unwrap(),
        Some(false)
    );
    docker(&["volume", "rm", "engine-weighed"]);
    assert!(matches!(
        engine.volume_is_empty("engine-weighed").await.unwrap_err(),
        Error::NotFound { .. }
    ));
}
