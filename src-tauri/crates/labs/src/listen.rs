//! Who listens where: addresses of this machine, free ports, and who holds a taken one.
//!
//! Applies to engines on this computer; for a remote engine only other containers are known.
//! Containers are asked first, because a published port is held by one of Docker's own processes,
//! whose name would help nobody. Programs are found by trying to listen, which is what Docker will
//! do a moment later; their names come from the system's tables, where it lets us see them.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use slipway_engine::inventory::{ContainerRow, ContainerState, Snapshot};
use socket2::{Domain, Protocol, Socket, Type};

use crate::form::ListenAddress;

/// Label that says which lab a container is.
const PROFILE_LABEL: &str = "io.slipway.profile";

/// Who holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortHolder {
    /// A container of the engine, running or not, by name; `lab` is the lab's name if it is one.
    Container {
        name: String,
        lab: Option<String>,
        running: bool,
    },
    /// Another program of this computer, by name where it can be known.
    Program(Option<String>),
    /// The system does not let ordinary programs listen there (below 1024), so Slipway cannot see
    /// whether it is free.
    Reserved,
}

/// Addresses of this machine that can be listened on, loopback and link-local left out.
///
/// Addresses of Docker's own bridges are left out, too: they reach nobody but containers.
pub fn addresses() -> Vec<ListenAddress> {
    let mut addresses: Vec<ListenAddress> = interfaces()
        .into_iter()
        .filter(|(name, ip)| !ip.is_loopback() && !is_link_local(*ip) && !is_bridge(name))
        .map(|(name, ip)| ListenAddress {
            ip: ip.to_string(),
            label: label_of(&name),
            is_ipv6: ip.is_ipv6(),
        })
        .collect();
    addresses.sort_by(|a, b| (a.is_ipv6, &a.label, &a.ip).cmp(&(b.is_ipv6, &b.label, &b.ip)));
    addresses.dedup_by(|a, b| a.ip == b.ip);
    addresses
}

/// Whether this machine has this address: any of its own, a loopback one, or "all".
pub fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_unspecified() || ip.is_loopback() || interfaces().iter().any(|(_, own)| *own == ip)
}

/// Link-local addresses need a zone (`%eth0`), which Docker does not take.
pub fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// Who holds this port on this address (a wildcard holder blocks every address and the reverse);
/// `except` is a container that does not count. Blocking; run it on a blocking thread.
pub fn holder(
    snapshot: &Snapshot,
    listen_ip: &str,
    port: u16,
    except: Option<&str>,
) -> Option<PortHolder> {
    holder_of(snapshot, listen_ip, port, "tcp", except)
}

/// As `holder`, for `tcp` or `udp`.
pub fn holder_of(
    snapshot: &Snapshot,
    listen_ip: &str,
    port: u16,
    protocol: &str,
    except: Option<&str>,
) -> Option<PortHolder> {
    let claims: Vec<&ContainerRow> = snapshot
        .containers
        .values()
        .map(AsRef::as_ref)
        .filter(|row| claims(row, listen_ip, port, protocol))
        .collect();
    let others = || {
        claims
            .iter()
            .copied()
            .filter(|row| except != Some(row.name.as_str()) && except != Some(row.id.as_str()))
    };
    // One that runs is the reason; a stopped one only wants the port back when it starts.
    if let Some(row) = others().find(|row| is_up(row)) {
        return Some(holder_named(row));
    }
    let own = claims.iter().any(|row| is_up(row));
    let program = if own {
        None
    } else {
        program_holding(snapshot, listen_ip, port, protocol)
    };
    match program {
        Some(PortHolder::Reserved) => others()
            .next()
            .map(holder_named)
            .or(Some(PortHolder::Reserved)),
        Some(program) => Some(program),
        None => others().next().map(holder_named),
    }
}

/// The first free port from `from` on, not in `taken`. Ports of stopped containers are left to them.
pub fn free_port(snapshot: &Snapshot, listen_ip: &str, from: u16, taken: &[u16]) -> Option<u16> {
    let from = from.max(1);
    let taken: HashSet<u16> = taken.iter().copied().collect();
    (from..=u16::MAX)
        .chain(1024..from.max(1024))
        .filter(|port| !taken.contains(port))
        .find(|port| holder_quickly(snapshot, listen_ip, *port).is_none())
}

/// As `holder`, without looking for a program's name.
fn holder_quickly(snapshot: &Snapshot, listen_ip: &str, port: u16) -> Option<()> {
    let claimed = snapshot
        .containers
        .values()
        .any(|row| claims(row, listen_ip, port, "tcp"));
    (claimed || !matches!(probe(snapshot, listen_ip, port, "tcp"), Probe::Free)).then_some(())
}

fn holder_named(row: &ContainerRow) -> PortHolder {
    PortHolder::Container {
        name: row.name.clone(),
        lab: lab_name(row),
        running: is_up(row),
    }
}

/// The lab's own name, from the form that its container carries.
fn lab_name(row: &ContainerRow) -> Option<String> {
    let saved: serde_json::Value = serde_json::from_str(row.labels.get(PROFILE_LABEL)?).ok()?;
    saved.pointer("/form/name")?.as_str().map(str::to_owned)
}

fn is_up(row: &ContainerRow) -> bool {
    matches!(
        row.state,
        ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
    )
}

fn claims(row: &ContainerRow, listen_ip: &str, port: u16, protocol: &str) -> bool {
    let going = matches!(row.state, ContainerState::Removing | ContainerState::Dead);
    !going
        && row.ports.iter().any(|published| {
            published.host_port == Some(port)
                && published.protocol == protocol
                && addresses_meet(&published.listen_ip, listen_ip)
        })
}

/// Whether listening on both addresses at once would collide. An empty one is every address.
pub(crate) fn addresses_meet(a: &str, b: &str) -> bool {
    if a == b || a.is_empty() || b.is_empty() {
        return true;
    }
    match (a.parse::<IpAddr>(), b.parse::<IpAddr>()) {
        (Ok(a), Ok(b)) => {
            a == b || (a.is_ipv4() == b.is_ipv4() && (a.is_unspecified() || b.is_unspecified()))
        }
        // What cannot be read may be anything.
        _ => true,
    }
}

enum Probe {
    Free,
    Taken,
    Reserved,
}

fn program_holding(
    snapshot: &Snapshot,
    listen_ip: &str,
    port: u16,
    protocol: &str,
) -> Option<PortHolder> {
    match probe(snapshot, listen_ip, port, protocol) {
        Probe::Free => None,
        Probe::Taken => Some(PortHolder::Program(program_name(port, protocol))),
        Probe::Reserved => {
            // Whoever listens there is still known by the system's table.
            let name = program_name(port, protocol);
            Some(if name.is_some() {
                PortHolder::Program(name)
            } else {
                PortHolder::Reserved
            })
        }
    }
}

/// Tries to listen there for a moment. Says "free" where that cannot be known: an engine on another
/// machine, or an address that this machine does not have.
fn probe(snapshot: &Snapshot, listen_ip: &str, port: u16, protocol: &str) -> Probe {
    let elsewhere = snapshot
        .report
        .facts
        .as_ref()
        .is_some_and(|facts| !facts.this_computer);
    let Ok(ip) = listen_ip.parse::<IpAddr>() else {
        return Probe::Free;
    };
    if elsewhere {
        return Probe::Free;
    }
    match listen_once(ip, port, protocol) {
        Ok(()) => {
            // Elsewhere than on Linux one may listen on an address although another program has them all.
            let hidden = !cfg!(target_os = "linux")
                && !ip.is_unspecified()
                && listen_once(everyone_like(ip), port, protocol)
                    .is_err_and(|kind| kind == ErrorKind::AddrInUse)
                && listens_everywhere(ip, port);
            if hidden { Probe::Taken } else { Probe::Free }
        }
        Err(ErrorKind::AddrInUse) => Probe::Taken,
        Err(ErrorKind::PermissionDenied) => Probe::Reserved,
        Err(_) => Probe::Free,
    }
}

/// As Docker does it: an IPv6 address is listened on for IPv6 alone, so that whoever listens on IPv4
/// is not in the way.
fn listen_once(ip: IpAddr, port: u16, protocol: &str) -> Result<(), ErrorKind> {
    let udp = protocol == "udp";
    let tried = || -> std::io::Result<()> {
        let (kind, transport) = if udp {
            (Type::DGRAM, Protocol::UDP)
        } else {
            (Type::STREAM, Protocol::TCP)
        };
        let address = SocketAddr::from((ip, port));
        let socket = match Socket::new(Domain::for_address(address), kind, Some(transport)) {
            Ok(socket) => socket,
            // A system without IPv6 has nothing there that could be taken.
            Err(error) if ip.is_ipv6() => {
                tracing::debug!(%error, "no IPv6 here");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if ip.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // What was closed a moment ago is free; on Windows the option would mean something else.
        if cfg!(unix) && !udp {
            socket.set_reuse_address(true)?;
        }
        socket.bind(&address.into())?;
        if udp { Ok(()) } else { socket.listen(1) }
    };
    tried().map_err(|error| error.kind())
}

fn everyone_like(ip: IpAddr) -> IpAddr {
    if ip.is_ipv4() {
        IpAddr::from([0; 4])
    } else {
        IpAddr::from([0_u16; 8])
    }
}

/// A listener on every IPv6 address may have IPv4, too; one on IPv4 has only that.
fn listens_everywhere(ip: IpAddr, port: u16) -> bool {
    listeners::get_all().is_ok_and(|all| {
        all.iter().any(|listener| {
            listener.socket.port() == port
                && listener.socket.ip().is_unspecified()
                && (ip.is_ipv4() || listener.socket.ip().is_ipv6())
        })
    })
}

fn program_name(port: u16, protocol: &str) -> Option<String> {
    let protocol = if protocol == "udp" {
        listeners::Protocol::UDP
    } else {
        listeners::Protocol::TCP
    };
    let process = listeners::get_process_by_port(port, protocol).ok()?;
    Some(process.name).filter(|name| !name.is_empty())
}

fn interfaces() -> Vec<(String, IpAddr)> {
    if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .map(|interface| {
            let ip = interface.ip();
            (interface.name, ip)
        })
        .collect()
}

fn is_bridge(name: &str) -> bool {
    name == "docker0"
        || ["br-", "veth", "virbr", "vmnet", "bridge100"]
            .iter()
            .any(|start| name.starts_with(start))
}

fn label_of(name: &str) -> String {
    if name.starts_with("wl") || name.starts_with("Wi-Fi") {
        "Wi-Fi".to_owned()
    } else if name.starts_with('{') {
        // Windows gives some adapters only a number in braces.
        "Network".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests;
