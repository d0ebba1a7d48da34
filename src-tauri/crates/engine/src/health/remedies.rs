//! The only place of this crate that starts programs: those that start an engine or let a person use it.
//!
//! Each is run without a shell, with fixed arguments, and asks for the administrator's password
//! through the system's own dialog (`pkexec`) where it needs it. What cannot be done here is said
//! as the sentence of what to do by hand.

use std::time::Duration;

use super::EngineRemedy;
use crate::endpoint::{Endpoint, EndpointSource, EngineProduct, Surroundings, candidates};
use crate::{Error, Result};

/// Somebody may have to find the administrator's password first.
const LONGEST: Duration = Duration::from_mins(5);

/// Carries out a remedy on this computer.
///
/// `TryAgain` and `InstallGuide` are the window's own to do; here they succeed and do nothing.
///
/// # Errors
/// `NotSupported` with what to do by hand.
pub async fn apply(remedy: EngineRemedy) -> Result<()> {
    match remedy {
        EngineRemedy::StartEngine => start_engine(&meant_endpoint()).await,
        EngineRemedy::JoinGroup => join_group().await,
        EngineRemedy::SwitchToLinux => switch_to_linux().await,
        EngineRemedy::InstallGuide | EngineRemedy::TryAgain => Ok(()),
    }
}

/// The endpoint that is to come up: the one that is configured, else this system's usual one.
fn meant_endpoint() -> Endpoint {
    let surroundings = Surroundings::of_this_process();
    if let Some(endpoint) = candidates(&surroundings)
        .ok()
        .and_then(|found| found.into_iter().next())
    {
        return endpoint;
    }
    let address = match surroundings.home {
        Some(home) if home.join(".docker/desktop").is_dir() => {
            format!("unix://{}/.docker/desktop/docker.sock", home.display())
        }
        _ if cfg!(windows) => "npipe:////./pipe/docker_engine".to_owned(),
        _ => "unix:///var/run/docker.sock".to_owned(),
    };
    Endpoint::new(address, EndpointSource::KnownPlace)
}

async fn start_engine(endpoint: &Endpoint) -> Result<()> {
    match endpoint.product {
        EngineProduct::DockerDesktop if cfg!(target_os = "macos") => {
            run("open", &["-a", "Docker"]).await
        }
        EngineProduct::DockerDesktop if cfg!(windows) => start_desktop_on_windows(),
        EngineProduct::DockerDesktop => {
            run("systemctl", &["--user", "start", "docker-desktop"]).await
        }
        EngineProduct::Rootless => run("systemctl", &["--user", "start", "docker"]).await,
        EngineProduct::Podman => run("systemctl", &["--user", "start", "podman.socket"]).await,
        EngineProduct::Colima => run("colima", &["start"]).await,
        EngineProduct::OrbStack => run("orb", &["start"]).await,
        EngineProduct::RancherDesktop => run("rdctl", &["start"]).await,
        EngineProduct::Lima => run("limactl", &["start"]).await,
        EngineProduct::DockerEngine if cfg!(target_os = "linux") => {
            run_as_administrator(&["systemctl", "start", "docker"]).await
        }
        EngineProduct::DockerEngine | EngineProduct::Remote => Err(Error::NotSupported {
            what: "Slipway cannot start this engine; start it where it runs.".to_owned(),
        }),
    }
}

fn start_desktop_on_windows() -> Result<()> {
    let folder = std::env::var("ProgramFiles").unwrap_or_else(|_| r"C:\Program Files".to_owned());
    let program = format!(r"{folder}\Docker\Docker\Docker Desktop.exe");
    // It stays open, so its end is not waited for.
    command(&program, &[])
        .spawn()
        .map(drop)
        .map_err(|error| by_hand(&program, &[], &error.to_string()))
}

async fn switch_to_linux() -> Result<()> {
    if !cfg!(windows) {
        return Err(Error::NotSupported {
            what: "Only Docker Desktop on Windows can switch to Linux containers.".to_owned(),
        });
    }
    let folder = std::env::var("ProgramFiles").unwrap_or_else(|_| r"C:\Program Files".to_owned());
    run(
        &format!(r"{folder}\Docker\Docker\DockerCli.exe"),
        &["-SwitchLinuxEngine"],
    )
    .await
}

async fn join_group() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Err(Error::NotSupported {
            what: "On this system there is no docker group to join.".to_owned(),
        });
    }
    let user = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|user| !user.is_empty());
    let Some(user) = user else {
        return Err(Error::NotSupported { what: "Slipway cannot tell the name of your account; ask an administrator to add it to the docker group.".to_owned() });
    };
    run_as_administrator(&["usermod", "-aG", "docker", &user]).await
}

async fn run_as_administrator(words: &[&str]) -> Result<()> {
    if is_administrator() {
        let (program, rest) = words.split_first().unwrap_or((&"true", &[]));
        return run(program, rest).await;
    }
    run("pkexec", words).await
}

#[cfg(unix)]
fn is_administrator() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_administrator() -> bool {
    false
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one module of this crate that starts programs"
)]
fn command(program: &str, arguments: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(false);
    command
}

async fn run(program: &str, arguments: &[&str]) -> Result<()> {
    tracing::info!(program, ?arguments, "carrying out a remedy");
    let output = tokio::time::timeout(LONGEST, command(program, arguments).output());
    let output = output
        .await
        .map_err(|_| by_hand(program, arguments, "it took too long"))?;
    let output = output.map_err(|error| by_hand(program, arguments, &error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    // pkexec: 126 is a dialog that was closed, 127 a password that was refused.
    let said = String::from_utf8_lossy(&output.stderr);
    let why = match output.status.code() {
        Some(126 | 127) if program == "pkexec" => "the administrator's permission was not given",
        _ => said
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it failed"),
    };
    Err(by_hand(program, arguments, why))
}

/// What a person can type instead.
fn by_hand(program: &str, arguments: &[&str], why: &str) -> Error {
    let program = if program == "pkexec" { "sudo" } else { program };
    let line = [&[program], arguments].concat().join(" ");
    Error::NotSupported {
        what: format!(
            "This did not work: {}. You can do it by hand with: {line}",
            why.trim().trim_end_matches('.')
        ),
    }
}
