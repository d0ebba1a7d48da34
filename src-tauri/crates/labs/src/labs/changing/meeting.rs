//! Whether the old container of a lab and the new one can run side by side for a moment.
//!
//! Where there is a doubt they cannot: an old one that is stopped for half a minute costs less than
//! files into which two programs have written.

use slipway_engine::containers::{ContainerSpec, JoinedNetwork, MountSource};
use slipway_engine::inventory::ContainerRow;

use crate::listen;
use crate::names;
use crate::recipe::Recipe;

/// Why the old one has to be stopped before the new one starts, as a sentence.
pub(super) fn why_not_both(
    row: &ContainerRow,
    networks: &[JoinedNetwork],
    new: &ContainerSpec,
    recipe: &Recipe,
) -> Option<String> {
    port(row, new)
        .or_else(|| network(networks, new))
        .or_else(|| work(row, new, recipe))
}

fn port(row: &ContainerRow, new: &ContainerSpec) -> Option<String> {
    let held = |binding: &&slipway_engine::containers::PortBinding| {
        binding.host_port != 0
            && row.ports.iter().any(|port| {
                port.host_port == Some(binding.host_port)
                    && port.protocol == binding.protocol
                    && listen::addresses_meet(&port.listen_ip, &binding.listen_ip)
            })
    };
    let binding = new.ports.iter().find(held)?;
    Some(format!(
        "Both use port {}, and only one of them can have it.",
        binding.host_port
    ))
}

fn network(networks: &[JoinedNetwork], new: &ContainerSpec) -> Option<String> {
    let own = new.network.as_deref().unwrap_or_default();
    if own == "host" || networks.iter().any(|network| network.name == "host") {
        return Some("Both use the machine’s own network.".to_owned());
    }
    let chosen = networks
        .iter()
        .find_map(|network| network.ipv4.as_ref().or(network.ipv6.as_ref()))?;
    Some(format!("Both use the address {chosen}."))
}

/// A folder or volume into which both would write, unless the recipe says that this does no harm.
fn work(row: &ContainerRow, new: &ContainerSpec, recipe: &Recipe) -> Option<String> {
    let carried = row
        .mounts
        .iter()
        .find(|mount| mount.kind == "volume" && names::is_anonymous_volume(&mount.source));
    if let Some(mount) = carried.filter(|_| !recipe.shared_work) {
        return Some(format!("Both would write into {}.", mount.target));
    }
    if recipe.shared_work {
        return None;
    }
    let shared = new.mounts.iter().find_map(|mount| {
        let (kind, source) = match &mount.source {
            MountSource::Volume(name) if !name.is_empty() => ("volume", name),
            MountSource::Folder(path) if !path.ends_with("docker.sock") => ("bind", path),
            _ => return None,
        };
        let both = !mount.read_only
            && row
                .mounts
                .iter()
                .any(|old| old.kind == kind && old.source == *source && !old.read_only);
        both.then_some(source)
    })?;
    Some(format!(
        "Both would write into {shared}, and programs such as databases cannot share their files."
    ))
}
