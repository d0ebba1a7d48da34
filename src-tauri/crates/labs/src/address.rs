//! The address to open: scheme, path and token from the lab; host and port from the binding on the
//! engine's machine. Only http(s) addresses built here are ever opened.
//!
//! What a server prints is never opened as it stands: it names the host inside the container, it
//! may hide its token, and a log can hold whatever a program in the lab writes. So the log gives at
//! most three things, each checked: a scheme of two, a path, and a token's characters.

use serde::{Deserialize, Serialize};
use slipway_engine::inventory::{ContainerRow, PublishedPort};
use specta::Type;

use crate::form::LaunchForm;

mod announced;
mod page;

pub use announced::{Announced, announced, is_announcement, servers_inside};
pub use page::PageAddress;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// Loopback: only this computer (the engine's machine).
    ThisComputer,
    /// One address of the network.
    Network,
    Everyone,
}

/// An address as the screen shows it: never with a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShownAddress {
    /// `http://127.0.0.1:8888`
    pub text: String,
    /// "JupyterLab", "Spark UI"
    pub purpose: String,
    pub reach: Reach,
    /// `Only this computer`, `Everyone on the network`, …
    pub reach_words: String,
}

/// Who can reach a port that listens there.
pub fn reach(listen_ip: &str) -> Reach {
    match listen_ip.trim() {
        "" | "0.0.0.0" | "::" | "[::]" => Reach::Everyone,
        ip if is_loopback(ip) => Reach::ThisComputer,
        _ => Reach::Network,
    }
}

fn is_loopback(ip: &str) -> bool {
    ip.trim_matches(['[', ']'])
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback())
}

fn reach_words(listen_ip: &str, engine_host: Option<&str>) -> String {
    match reach(listen_ip) {
        Reach::ThisComputer if engine_host.is_some() => "Only the engine’s machine".to_owned(),
        Reach::ThisComputer => "Only this computer".to_owned(),
        Reach::Everyone => "Everyone on the network".to_owned(),
        Reach::Network => format!("Everyone who reaches {listen_ip}"),
    }
}

/// The host to speak to for a port bound there: `engine_host` where the engine is another computer.
/// Always the address, never `localhost`: that name may mean `::1`, where nothing listens.
pub fn host(listen_ip: &str, engine_host: Option<&str>) -> String {
    match (reach(listen_ip), engine_host) {
        (Reach::Network, _) | (Reach::ThisComputer, None) => bracketed(listen_ip.trim()),
        // Where only IPv6 is listened on, nothing answers on IPv4.
        (Reach::Everyone, None) if listen_ip.contains(':') => "[::1]".to_owned(),
        (Reach::Everyone, None) => "127.0.0.1".to_owned(),
        (_, Some(engine)) => bracketed(engine),
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// The host of an engine on another computer, from its endpoint's address.
pub fn engine_host(endpoint: &slipway_engine::endpoint::Endpoint) -> Option<String> {
    if endpoint.is_this_computer() {
        return None;
    }
    let address = url::Url::parse(&endpoint.address).ok()?;
    address.host_str().map(str::to_owned)
}

/// The binding of a port in the lab that a browser would use: TCP, IPv4 before IPv6.
pub fn binding(row: &ContainerRow, container_port: u16) -> Option<&PublishedPort> {
    let mut bound: Vec<&PublishedPort> = row
        .ports
        .iter()
        .filter(|port| {
            port.container_port == container_port
                && port.protocol == "tcp"
                && port.host_port.is_some()
        })
        .collect();
    bound.sort_by_key(|port| port.listen_ip.contains(':'));
    bound.first().copied()
}

/// Every published address of a lab, its page first.
pub fn shown(
    row: &ContainerRow,
    form: &LaunchForm,
    page: Option<&PageAddress>,
    answers: &str,
    engine_host: Option<&str>,
) -> Vec<ShownAddress> {
    let mut addresses: Vec<ShownAddress> = Vec::new();
    let first = form
        .ports
        .first()
        .and_then(|port| port.container.trim().parse::<u16>().ok());
    let mut ports: Vec<&PublishedPort> = row
        .ports
        .iter()
        .filter(|port| port.host_port.is_some())
        .collect();
    ports.sort_by_key(|port| {
        (
            Some(port.container_port) != first,
            port.container_port,
            port.listen_ip.contains(':'),
        )
    });
    let mut seen = Vec::new();
    for port in ports {
        let Some(host_port) = port.host_port else {
            continue;
        };
        // An engine that listens everywhere names the port twice, for IPv4 and for IPv6.
        if seen.contains(&(host_port, port.container_port, port.protocol.as_str())) {
            continue;
        }
        seen.push((host_port, port.container_port, port.protocol.as_str()));
        let is_page = Some(port.container_port) == first && port.protocol == "tcp";
        let typed = form
            .ports
            .iter()
            .find(|typed| typed.container.trim() == port.container_port.to_string());
        let purpose = typed
            .map(|typed| typed.purpose.clone())
            .filter(|purpose| !purpose.is_empty());
        let at = format!("{}:{host_port}", host(&port.listen_ip, engine_host));
        let text = match (is_page, page) {
            (true, Some(page)) => page.shown(),
            (true, None) => format!("http://{at}"),
            // A port with a known purpose is a page; one that the person added may be anything.
            (false, _) if purpose.is_some() && port.protocol == "tcp" => format!("http://{at}"),
            (false, _) => at,
        };
        let purpose = if is_page {
            answers.to_owned()
        } else {
            purpose.unwrap_or_else(|| format!("Port {}", port.container_port))
        };
        addresses.push(ShownAddress {
            text,
            purpose,
            reach: reach(&port.listen_ip),
            reach_words: reach_words(&port.listen_ip, engine_host),
        });
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_from_the_binding() {
        assert_eq!(host("0.0.0.0", None), "127.0.0.1");
        assert_eq!(host("", None), "127.0.0.1");
        assert_eq!(host("::", None), "[::1]");
        assert_eq!(host("::1", None), "[::1]");
        assert_eq!(host("192.168.1.5", None), "192.168.1.5");
        assert_eq!(host("127.0.0.1", Some("lab.example")), "lab.example");
        assert_eq!(host("0.0.0.0", Some("fd00::2")), "[fd00::2]");
    }

    #[test]
    fn reach_knows_loopback_and_wildcards() {
        assert_eq!(reach("127.0.0.1"), Reach::ThisComputer);
        assert_eq!(reach("127.3.0.9"), Reach::ThisComputer);
        assert_eq!(reach("::1"), Reach::ThisComputer);
        assert_eq!(reach("0.0.0.0"), Reach::Everyone);
        assert_eq!(reach("10.0.0.2"), Reach::Network);
    }
}
