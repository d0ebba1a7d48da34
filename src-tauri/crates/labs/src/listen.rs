//! Who listens where: addresses of this machine, free ports, and who holds a taken one.
//!
//! Applies to engines on this computer; for a remote engine only other containers are known.

use slipway_engine::inventory::Snapshot;

use crate::form::ListenAddress;

/// Who holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortHolder {
    /// A container of the engine, running or not, by name; `lab` is the lab's name if it is one.
    Container { name: String, lab: Option<String>, running: bool },
    /// Another program of this computer, by name where it can be known.
    Program(Option<String>),
    /// The system does not let ordinary programs listen there (below 1024).
    Reserved,
}

/// Addresses of this machine that can be listened on, loopback and link-local left out.
pub fn addresses() -> Vec<ListenAddress> {
    todo!("labs")
}

/// Who holds this port on this address (a wildcard holder blocks every address and the reverse);
/// `except` is a container that does not count. Blocking; run it on a blocking thread.
pub fn holder(snapshot: &Snapshot, listen_ip: &str, port: u16, except: Option<&str>) -> Option<PortHolder> {
    let _ = (snapshot, listen_ip, port, except);
    todo!("labs")
}

/// The first free port from `from` on, not in `taken`.
pub fn free_port(snapshot: &Snapshot, listen_ip: &str, from: u16, taken: &[u16]) -> Option<u16> {
    let _ = (snapshot, listen_ip, from, taken);
    todo!("labs")
}
