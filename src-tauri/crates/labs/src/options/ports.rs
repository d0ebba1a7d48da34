//! Rows of ports as typed: single ports and ranges, each on its own listen address.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use slipway_engine::containers::PortBinding;

use crate::form::{LaunchForm, PortRow, typed_port};

/// Docker keeps a process or a rule for each; more of them are a slip of the keyboard.
pub(crate) const MOST_PORTS: usize = 1_000;

/// A port or a range as typed: `8888`, `4040-4045`. `None` where it is neither, or runs backwards.
pub(crate) fn typed_range(text: &str) -> Option<RangeInclusive<u16>> {
    if let Some(port) = typed_port(text) {
        return Some(port..=port);
    }
    let (first, last) = text.split_once('-')?;
    let (first, last) = (typed_port(first)?, typed_port(last)?);
    (first <= last).then_some(first..=last)
}

/// Where the row listens: its own address, else the lab's.
pub(crate) fn listen_ip_of<'a>(form: &'a LaunchForm, row: &'a PortRow) -> &'a str {
    let own = row.listen_ip.trim();
    if own.is_empty() {
        form.listen_ip.trim()
    } else {
        own
    }
}

/// What a row publishes.
///
/// # Errors
/// The part of the row that is wrong (`host`, `container`, `listenIp`), and why.
pub(crate) fn bindings(
    form: &LaunchForm,
    row: &PortRow,
) -> Result<Vec<PortBinding>, (&'static str, &'static str)> {
    const NOT_A_PORT: &str = "A port is a number from 1 to 65535.";
    let listen_ip = listen_ip_of(form, row);
    if listen_ip.parse::<IpAddr>().is_err() {
        return Err(("listenIp", "The listen address is not an IP address."));
    }
    let protocol = row.protocol.trim().to_ascii_lowercase();
    if protocol != "tcp" && protocol != "udp" {
        return Err(("container", "A port is either tcp or udp."));
    }
    let container = typed_range(&row.container).ok_or(("container", NOT_A_PORT))?;
    if container.len() > MOST_PORTS {
        return Err(("container", "These are too many ports for one lab."));
    }
    let host = if row.host.trim().is_empty() {
        None
    } else {
        Some(typed_range(&row.host).ok_or(("host", NOT_A_PORT))?)
    };
    if host
        .as_ref()
        .is_some_and(|host| host.len() != container.len())
    {
        return Err(("host", "Both ranges must have the same length."));
    }
    let first = host.map(|host| *host.start());
    let binding = |(number, container_port): (u16, u16)| PortBinding {
        listen_ip: listen_ip.to_owned(),
        host_port: first.map_or(0, |first| first.saturating_add(number)),
        container_port,
        protocol: protocol.clone(),
    };
    Ok((0_u16..).zip(container).map(binding).collect())
}
