//! The rows of ports that a generation proposes.

use slipway_engine::inventory::Snapshot;

use super::{PortRow, typed_port};
use crate::listen;
use crate::recipe::Generation;

/// The generation's rows, then the rows that the person added. Rows that are there already keep
/// their port on this computer.
pub(super) fn ports_of(
    generation: &Generation,
    old: &[PortRow],
    listen_ip: &str,
    snapshot: &Snapshot,
) -> Vec<PortRow> {
    let mut taken: Vec<u16> = old.iter().filter_map(|row| typed_port(&row.host)).collect();
    let mut host_of = |port: u16, kept: Option<&PortRow>| {
        if let Some(row) = kept {
            return row.host.clone();
        }
        let free =
            listen::free_port(snapshot, listen_ip, usual_host_port(port), &taken).unwrap_or(port);
        taken.push(free);
        free.to_string()
    };
    let mut rows = Vec::new();
    let mut added = old;
    if generation.port != 0 {
        rows.push(PortRow {
            listen_ip: String::new(),
            host: host_of(generation.port, old.first()),
            container: generation.port.to_string(),
            protocol: "tcp".to_owned(),
            purpose: generation.answers.clone(),
        });
        added = old.get(1..).unwrap_or_default();
    }
    for extra in &generation.more_ports {
        let kept = added
            .iter()
            .find(|row| typed_port(&row.container) == Some(extra.port));
        if kept.is_some() || extra.published {
            rows.push(PortRow {
                listen_ip: String::new(),
                host: host_of(extra.port, kept),
                container: extra.port.to_string(),
                protocol: kept.map_or_else(|| "tcp".to_owned(), |row| row.protocol.clone()),
                purpose: extra.purpose.clone(),
            });
        }
    }
    let own = |row: &&PortRow| {
        row.purpose.is_empty()
            && typed_port(&row.container)
                .is_none_or(|port| generation.more_ports.iter().all(|extra| extra.port != port))
    };
    rows.extend(added.iter().filter(own).cloned());
    rows
}

/// Ordinary programs may not listen below 1024, so the web's own ports get their usual stand-ins.
fn usual_host_port(port: u16) -> u16 {
    match port {
        80 => 8080,
        443 => 8443,
        1..1024 => port.saturating_add(8000),
        _ => port,
    }
}
