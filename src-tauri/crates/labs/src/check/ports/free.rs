//! The next port that is free, and the first that ordinary programs may have.

use crate::check::{FieldFix, Subject};
use crate::listen;
use crate::options::ports::{MOST_PORTS, listen_ip_of, typed_range};

/// Below it, systems let only root listen.
pub(super) const FIRST_ORDINARY_PORT: u16 = 1024;

/// A button for the next free port from this one on, or the next so many in a row.
pub(super) fn next_free(
    subject: &Subject,
    index: usize,
    from: u16,
    length: usize,
) -> Option<FieldFix> {
    /// Enough to find a gap, and soon done.
    const MOST_TRIES: usize = 64;
    let form = subject.form;
    let row = form.ports.get(index)?;
    let others: Vec<u16> = form
        .ports
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != index)
        .filter_map(|(_, row)| typed_range(&row.host))
        .flatten()
        .take(MOST_PORTS)
        .collect();
    let mut from = match from {
        80 => 8080,
        443 => 8443,
        low if low < FIRST_ORDINARY_PORT => low.saturating_add(8000),
        port => port,
    };
    let last = u16::try_from(length.checked_sub(1)?).ok()?;
    let snapshot = &subject.facts.snapshot;
    let listen_ip = listen_ip_of(form, row);
    let free = (0..MOST_TRIES).find_map(|_| {
        let first = listen::free_port(snapshot, listen_ip, from, &others)?;
        let end = first.checked_add(last)?;
        let broken = (first..=end)
            .find(|port| listen::free_port(snapshot, listen_ip, *port, &others) != Some(*port));
        match broken {
            None => Some((first, end)),
            Some(port) => {
                from = port.saturating_add(1);
                None
            }
        }
    });
    let (first, end) = free?;
    let (label, text) = if last == 0 {
        (format!("Use port {first}"), first.to_string())
    } else {
        (format!("Use ports {first}-{end}"), format!("{first}-{end}"))
    };
    subject.fix(label, |form| {
        if let Some(row) = form.ports.get_mut(index) {
            row.host = text;
        }
    })
}

/// The first port for ordinary programs on this computer; administrators may lower it
/// (`net.ipv4.ip_unprivileged_port_start`).
pub(super) fn first_unprivileged(subject: &Subject) -> u16 {
    let told = || {
        std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    if subject.this_computer() {
        told().unwrap_or(FIRST_ORDINARY_PORT)
    } else {
        FIRST_ORDINARY_PORT
    }
}
