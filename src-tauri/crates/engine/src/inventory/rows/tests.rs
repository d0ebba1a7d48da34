use serde_json::value::RawValue;

use super::{ContainerEntry, ContainerInspection, each, unreadable_container};
use crate::inventory::{ContainerRow, ContainerState, Health, PublishedPort};

fn listed(json: &str) -> Vec<ContainerRow> {
    let list: Vec<Box<RawValue>> = serde_json::from_str(json).unwrap();
    each::<ContainerEntry, _>(&list, unreadable_container)
}

fn inspected(json: &str) -> ContainerRow {
    serde_json::from_str::<ContainerInspection>(json)
        .unwrap()
        .into()
}

#[test]
fn one_odd_container_does_not_hide_the_others() {
    let rows = listed(
        r#"[{"Id":"a","Names":["/good"],"State":"running","Status":"Up 2 minutes (healthy)"},
            {"Id":"b","Names":["/odd"],"State":{"no":"word"},"Ports":"none"},
            {"Id":"c","Names":["/new"],"State":"hibernating","Status":"Hibernating since noon"},
            {"Id":"d","Names":null,"Labels":null,"Ports":null,"Mounts":null,"State":"exited","Status":"Exited (137) 3 hours ago","Health":null}]"#,
    );
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.id.as_str(),
                row.name.as_str(),
                row.state,
                row.status.as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("a", "good", ContainerState::Running, ""),
            ("b", "odd", ContainerState::Unknown, "unreadable"),
            ("c", "new", ContainerState::Unknown, "hibernating"),
            ("d", "", ContainerState::Exited, ""),
        ],
        "each is there"
    );
    assert_eq!(
        (rows[0].health, rows[3].exit_code),
        (Health::Healthy, Some(137)),
        "what the prose says"
    );
}

#[test]
fn names_of_links_are_not_its_own() {
    let rows = listed(r#"[{"Id":"a","Names":["/other/alias","/own"]}]"#);
    assert_eq!(rows[0].name, "own", "the one without a second slash");
}

#[test]
fn stopped_containers_carry_their_wishes_and_running_ones_their_ports() {
    let stopped = inspected(
        r#"{"Id":"a","Name":"/lab","State":{"Status":"exited","ExitCode":3,"OOMKilled":true,"StartedAt":"2026-11-20T10:00:00Z","FinishedAt":"2026-11-20T11:00:00.5Z"},
            "Config":{"Image":"x:1","ExposedPorts":{"8888/tcp":{},"4040/tcp":{}},"Labels":null},
            "HostConfig":{"PortBindings":{"8888/tcp":[{"HostIp":"127.0.0.1","HostPort":"8888"}]}},"NetworkSettings":{"Ports":{}}}"#,
    );
    let port = |listen_ip: &str, host_port, container_port| PublishedPort {
        listen_ip: listen_ip.into(),
        host_port,
        container_port,
        protocol: "tcp".into(),
    };
    assert_eq!(
        stopped.ports,
        [port("", None, 4040), port("127.0.0.1", Some(8888), 8888)],
        "exposed and wished for"
    );
    assert_eq!(
        (
            stopped.exit_code,
            stopped.out_of_memory,
            stopped.finished.is_some()
        ),
        (Some(3), true, true),
        "how it ended"
    );
    let running = inspected(
        r#"{"Id":"a","Name":"/lab","State":{"Status":"running","FinishedAt":"0001-01-01T00:00:00Z"},"Config":{"ExposedPorts":{"8888/tcp":{}}},
            "HostConfig":{"PortBindings":{"8888/tcp":[{"HostIp":"","HostPort":""}]}},
            "NetworkSettings":{"Ports":{"8888/tcp":[{"HostIp":"0.0.0.0","HostPort":"32768"},{"HostIp":"::","HostPort":"32768"}]}}}"#,
    );
    assert_eq!(
        (running.ports, running.exit_code, running.finished),
        (vec![port("", Some(32768), 8888)], None, None),
        "the engine's choice, once"
    );
    let list = listed(
        r#"[{"Id":"a","State":"running","Ports":[{"IP":"0.0.0.0","PrivatePort":8888,"PublicPort":32768,"Type":"tcp"},{"IP":"::","PrivatePort":8888,"PublicPort":32768,"Type":"tcp"}]}]"#,
    );
    assert_eq!(
        list[0].ports,
        [port("", Some(32768), 8888)],
        "the list says the same"
    );
}
