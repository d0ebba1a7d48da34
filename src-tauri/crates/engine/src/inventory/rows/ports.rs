//! Published ports, which the engine spells in three ways.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::or_default;
use crate::inventory::PublishedPort;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct HostPart {
    #[serde(deserialize_with = "or_default")]
    port_bindings: BTreeMap<String, Option<Vec<BindingEntry>>>,
    pub(super) privileged: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct PortEntry {
    #[serde(rename = "IP", deserialize_with = "or_default")]
    ip: String,
    private_port: u16,
    public_port: u16,
    #[serde(rename = "Type")]
    protocol: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct BindingEntry {
    host_ip: String,
    host_port: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct NetworkPart {
    #[serde(deserialize_with = "or_default")]
    ports: BTreeMap<String, Option<Vec<BindingEntry>>>,
    #[serde(deserialize_with = "or_default")]
    pub(super) networks: super::Names,
}

/// The ports of a list's entry: those that are open, and those that are only exposed.
pub(super) fn listed(entries: Vec<PortEntry>) -> Vec<PublishedPort> {
    let port = |port: PortEntry| PublishedPort {
        listen_ip: port.ip,
        host_port: (port.public_port != 0).then_some(port.public_port),
        container_port: port.private_port,
        protocol: port.protocol,
    };
    tidy(entries.into_iter().map(port).collect())
}

/// What runs has its real ports in `NetworkSettings`; what does not has only its wishes in
/// `HostConfig`.
pub(super) fn inspected(
    network: &NetworkPart,
    host: &HostPart,
    exposed: &BTreeMap<String, serde_json::Value>,
) -> Vec<PublishedPort> {
    let live = &network.ports;
    let source = if live.values().any(Option::is_some) {
        live
    } else {
        &host.port_bindings
    };
    let mut ports: Vec<PublishedPort> = Vec::new();
    for (name, bindings) in source {
        let Some((container_port, protocol)) = port_name(name) else {
            continue;
        };
        for binding in bindings.iter().flatten() {
            ports.push(PublishedPort {
                listen_ip: binding.host_ip.clone(),
                host_port: binding.host_port.parse().ok().filter(|port| *port != 0),
                container_port,
                protocol: protocol.to_owned(),
            });
        }
    }
    for name in exposed.keys().chain(live.keys()) {
        let Some((container_port, protocol)) = port_name(name) else {
            continue;
        };
        if !ports
            .iter()
            .any(|port| port.container_port == container_port && port.protocol == protocol)
        {
            ports.push(PublishedPort {
                listen_ip: String::new(),
                host_port: None,
                container_port,
                protocol: protocol.to_owned(),
            });
        }
    }
    tidy(ports)
}

/// `8888/tcp`
fn port_name(name: &str) -> Option<(u16, &str)> {
    let (port, protocol) = name.split_once('/').unwrap_or((name, "tcp"));
    Some((port.parse().ok()?, protocol))
}

/// Sorts, and joins the pair `0.0.0.0` and `::` that the engine makes of "every address".
fn tidy(mut ports: Vec<PublishedPort>) -> Vec<PublishedPort> {
    let everywhere: Vec<PublishedPort> = ports
        .iter()
        .filter(|port| port.listen_ip == "::")
        .cloned()
        .collect();
    for six in everywhere {
        let four = PublishedPort {
            listen_ip: "0.0.0.0".to_owned(),
            ..six.clone()
        };
        if let Some(at) = ports.iter().position(|port| *port == four) {
            ports.remove(at);
            ports
                .iter_mut()
                .filter(|port| **port == six)
                .for_each(|port| port.listen_ip.clear());
        }
    }
    ports.sort_by(|one, other| {
        let key = |port: &PublishedPort| {
            (
                port.container_port,
                port.protocol.clone(),
                port.listen_ip.clone(),
                port.host_port,
            )
        };
        key(one).cmp(&key(other))
    });
    ports.dedup();
    ports
}
