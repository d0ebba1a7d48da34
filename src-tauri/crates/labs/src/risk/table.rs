//! The setups in which labs work with and without Docker features.

use slipway_engine::endpoint::EngineProduct;
use slipway_engine::health::EngineFacts;

use super::{Support, SupportRow, SupportTable};

/// The rows, in the order of the published table: system, setup, without and with Docker features.
const ROWS: [(&str, Setup, &str, Support, Support); 6] = [
    (
        "windows",
        Setup::Desktop,
        "Windows, Docker Desktop",
        Support::Supported,
        Support::NeedsRemoteDaemon,
    ),
    (
        "windows",
        Setup::Wsl,
        "Windows, WSL 2",
        Support::Supported,
        Support::RemoteDaemonOrSocket,
    ),
    (
        "windows",
        Setup::ClientOnly,
        "Windows, client binaries only",
        Support::NeedsRemoteDaemon,
        Support::NeedsRemoteDaemon,
    ),
    (
        "macos",
        Setup::Desktop,
        "macOS, Docker Desktop",
        Support::Supported,
        Support::RemoteDaemonOrSocket,
    ),
    (
        "macos",
        Setup::ClientOnly,
        "macOS, client binaries only",
        Support::NeedsRemoteDaemon,
        Support::NeedsRemoteDaemon,
    ),
    (
        "linux",
        Setup::Native,
        "Linux, Docker Engine",
        Support::Unrestricted,
        Support::Unrestricted,
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Setup {
    Desktop,
    Wsl,
    /// Nothing on this computer runs containers.
    ClientOnly,
    /// The engine is a process of this very system, with root's rights.
    Native,
}

/// The support table with this computer's row marked.
pub fn support_table(facts: Option<&EngineFacts>) -> SupportTable {
    support_table_on(std::env::consts::OS, facts)
}

/// As `support_table`, for a client on this system (`windows`, `macos`, `linux`).
pub fn support_table_on(system: &str, facts: Option<&EngineFacts>) -> SupportTable {
    let setup = setup(facts);
    // Slipway may run inside WSL 2, too, and then finds itself on Linux.
    let system = if setup == Some(Setup::Wsl) {
        "windows"
    } else {
        system
    };
    let rows: Vec<SupportRow> = ROWS
        .iter()
        .map(|(row_system, row_setup, name, without, with)| SupportRow {
            setup: (*name).to_owned(),
            without_docker_features: *without,
            with_docker_features: *with,
            without_words: words(*without).to_owned(),
            with_words: words(*with).to_owned(),
            current: *row_system == system && setup == Some(*row_setup),
        })
        .collect();
    let note = if rows.iter().any(|row| row.current) {
        None
    } else {
        note(system, facts)
    };
    SupportTable { rows, note }
}

fn setup(facts: Option<&EngineFacts>) -> Option<Setup> {
    let facts = facts?;
    if facts.wsl {
        return Some(Setup::Wsl);
    }
    if !facts.this_computer {
        return Some(Setup::ClientOnly);
    }
    match facts.endpoint.product {
        EngineProduct::DockerDesktop => Some(Setup::Desktop),
        EngineProduct::DockerEngine if !facts.rootless => Some(Setup::Native),
        _ => None,
    }
}

fn note(system: &str, facts: Option<&EngineFacts>) -> Option<String> {
    let facts = facts?;
    Some(match system {
        "linux" if !facts.this_computer => {
            "The engine is a remote one: labs can use Docker there without restriction.".to_owned()
        }
        "linux" if facts.rootless => {
            "Linux with a rootless engine: labs cannot use Docker. The ordinary engine has no restriction and is recommended."
                .to_owned()
        }
        "linux" if facts.endpoint.product == EngineProduct::DockerDesktop => {
            "Docker Desktop on Linux stands in no row. Labs that use Docker get its virtual machine’s socket."
                .to_owned()
        }
        _ => format!("{} stands in no row. It behaves much like Docker Desktop.", facts.product_name),
    })
}

fn words(support: Support) -> &'static str {
    match support {
        Support::Supported => "Supported",
        Support::NeedsRemoteDaemon => "Needs a remote daemon",
        Support::RemoteDaemonOrSocket => "Remote daemon, or mount the socket",
        Support::Unrestricted => "No restriction, recommended",
    }
}
