//! The words for each problem, with its next step.
//!
//! One sentence for the title, one or two for why and what it means, a button for what can be done
//! here and the command for those who prefer to type.

use super::{EngineFacts, EngineProblem, EngineProblemKind as Kind, EngineRemedy as Remedy};
use crate::connection::ApiVersion;
use crate::endpoint::{EngineProduct, product_at};
use crate::{Bytes, Error};

/// Below this, images of labs hardly fit any more.
const LITTLE: Bytes = Bytes(5 * 1024 * 1024 * 1024);
/// Below this, not even a container can be made.
const NOTHING: Bytes = Bytes(200 * 1024 * 1024);

/// The problems that these facts, or this failure to get them, show.
pub fn problems(facts: Result<&EngineFacts, &Error>) -> Vec<EngineProblem> {
    match facts {
        Ok(facts) => of_facts(facts),
        Err(error) => vec![of_error(error, joined_already())],
    }
}

/// True where this account is a member of the docker group in the books, whatever this session knows.
fn joined_already() -> bool {
    let Ok(groups) = std::fs::read_to_string("/etc/group") else {
        return false;
    };
    let user = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_default();
    is_member(&groups, &user)
}

/// `docker:x:998:ada,grace`
fn is_member(groups: &str, user: &str) -> bool {
    let members = groups
        .lines()
        .find_map(|line| line.strip_prefix("docker:"))
        .and_then(|rest| rest.rsplit(':').next());
    !user.is_empty()
        && members.is_some_and(|members| members.split(',').any(|member| member == user))
}

pub(crate) fn of_error(error: &Error, joined: bool) -> EngineProblem {
    match error {
        Error::EngineNotFound { .. } => EngineProblem {
            remedies: vec![Remedy::InstallGuide, Remedy::TryAgain],
            ..blocking(
                Kind::NotInstalled,
                "No container engine is installed.",
                "Labs run in containers, and containers need an engine such as Docker. Installing it takes a few minutes and is done once.",
                error,
            )
        },
        Error::PermissionDenied { .. } if joined => EngineProblem {
            remedies: vec![Remedy::TryAgain],
            ..blocking(
                Kind::PermissionDenied,
                "Sign out and in again to use Docker.",
                "Your account is a member of the group “docker” now. This session began before that and does not know it yet.",
                error,
            )
        },
        Error::PermissionDenied { .. } => EngineProblem {
            remedies: if cfg!(target_os = "linux") {
                vec![Remedy::JoinGroup, Remedy::TryAgain]
            } else {
                vec![Remedy::TryAgain]
            },
            command: cfg!(target_os = "linux").then(|| "sudo usermod -aG docker $USER".to_owned()),
            ..blocking(
                Kind::PermissionDenied,
                "Your account may not use Docker yet.",
                "On this computer only members of the group “docker” may. Joining it gives your account the same power over this computer as an administrator has; it takes effect after you sign out and in again.",
                error,
            )
        },
        Error::EngineUnreachable { endpoint, .. } => not_running(endpoint, error),
        Error::NotSupported { what } => EngineProblem {
            remedies: vec![Remedy::TryAgain],
            detail: None,
            ..blocking(
                Kind::EndpointInvalid,
                "The engine's address cannot be used.",
                &format!(
                    "{what} The address comes from DOCKER_HOST, DOCKER_CONTEXT or docker's own settings."
                ),
                error,
            )
        },
        other => EngineProblem {
            remedies: vec![Remedy::TryAgain],
            ..blocking(
                Kind::Unreachable,
                "Docker does not answer as it should.",
                &other.to_string(),
                error,
            )
        },
    }
}

fn not_running(address: &str, error: &Error) -> EngineProblem {
    let product = product_at(address);
    if product == EngineProduct::Remote {
        return EngineProblem {
            remedies: vec![Remedy::TryAgain],
            ..blocking(
                Kind::Unreachable,
                "The engine cannot be reached.",
                &format!(
                    "Nothing answers at {address}. The engine may be stopped, or the way to it closed."
                ),
                error,
            )
        };
    }
    let (title, command) = match product {
        EngineProduct::DockerDesktop if cfg!(target_os = "linux") => (
            "Docker Desktop is not running.",
            Some("systemctl --user start docker-desktop"),
        ),
        EngineProduct::DockerDesktop if cfg!(target_os = "macos") => {
            ("Docker Desktop is not running.", Some("open -a Docker"))
        }
        EngineProduct::DockerDesktop => ("Docker Desktop is not running.", None),
        EngineProduct::Colima => ("Colima is not running.", Some("colima start")),
        EngineProduct::OrbStack => ("OrbStack is not running.", Some("orb start")),
        EngineProduct::RancherDesktop => ("Rancher Desktop is not running.", Some("rdctl start")),
        EngineProduct::Lima => ("Lima is not running.", Some("limactl start")),
        EngineProduct::Podman => (
            "Podman is not running.",
            Some("systemctl --user start podman.socket"),
        ),
        EngineProduct::Rootless => (
            "Docker is not running.",
            Some("systemctl --user start docker"),
        ),
        EngineProduct::DockerEngine | EngineProduct::Remote => (
            "Docker is not running.",
            Some("sudo systemctl start docker"),
        ),
    };
    EngineProblem {
        remedies: vec![Remedy::StartEngine, Remedy::TryAgain],
        command: command.map(str::to_owned),
        ..blocking(
            Kind::NotRunning,
            title,
            "It is installed, but nothing answers at its address. Your labs and their work are safe; they can be used again when it runs.",
            error,
        )
    }
}

fn blocking(kind: Kind, title: &str, message: &str, error: &Error) -> EngineProblem {
    EngineProblem {
        kind,
        title: title.to_owned(),
        message: message.to_owned(),
        remedies: Vec::new(),
        command: None,
        detail: error.detail(),
        blocking: true,
    }
}

fn of_facts(facts: &EngineFacts) -> Vec<EngineProblem> {
    let mut problems = Vec::new();
    let mut add = |kind,
                   blocking,
                   title: &str,
                   message: String,
                   remedies: Vec<Remedy>,
                   command: Option<&str>| {
        problems.push(EngineProblem {
            kind,
            title: title.to_owned(),
            message,
            remedies,
            command: command.map(str::to_owned),
            detail: None,
            blocking,
        });
    };
    if facts.os_type == "windows" {
        let message = "Docker is set to run Windows containers, and labs are made for Linux ones. Switching keeps both kinds; only one of them runs at a time.";
        let command = Some(r#""%ProgramFiles%\Docker\Docker\DockerCli.exe" -SwitchLinuxEngine"#);
        add(
            Kind::WindowsContainers,
            true,
            "Docker runs Windows containers.",
            message.to_owned(),
            vec![Remedy::SwitchToLinux, Remedy::TryAgain],
            command,
        );
    }
    if ApiVersion::parse(&facts.api_version).is_some_and(|version| version < ApiVersion::OLDEST) {
        let message = format!(
            "{} {} is older than what Slipway can work with: at least Docker 19.03 is needed. An update keeps your images, containers and volumes.",
            facts.product_name, facts.version
        );
        add(
            Kind::ApiTooOld,
            true,
            "Docker is too old.",
            message,
            vec![Remedy::InstallGuide, Remedy::TryAgain],
            None,
        );
    }
    if let Some(free) = facts.disk_free.filter(|free| *free < LITTLE) {
        let message = format!(
            "Only {} are free where Docker keeps its data ({}). Images of labs often need more. Removing images that you no longer need makes room.",
            readable(free),
            facts.data_root
        );
        add(
            Kind::DiskLow,
            free < NOTHING,
            "The disk is nearly full.",
            message,
            vec![Remedy::TryAgain],
            None,
        );
    }
    if facts.rootless {
        let message = "It has no administrator rights, which is safer. It cannot open ports below 1024, and inside a lab the administrator “root” is your own account.";
        add(
            Kind::Rootless,
            false,
            "This engine runs without administrator rights.",
            message.to_owned(),
            Vec::new(),
            None,
        );
    }
    problems
}

/// "3.2 GB", in the decimal units of disks.
fn readable(size: Bytes) -> String {
    let tenths = size.0 / 100_000_000;
    if tenths < 10 {
        format!("{} MB", size.0 / 1_000_000)
    } else {
        format!("{}.{} GB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_member, of_error};
    use crate::Error;

    #[test]
    fn a_member_is_told_to_sign_in_again() {
        let groups = "root:x:0:\ndocker:x:998:ada,grace\nusers:x:100:linus\n";
        assert!(
            is_member(groups, "grace") && !is_member(groups, "linus") && !is_member(groups, ""),
            "as the books say"
        );
        let denied = Error::PermissionDenied {
            socket: "/var/run/docker.sock".into(),
            detail: String::new(),
        };
        assert_ne!(
            of_error(&denied, true).title,
            of_error(&denied, false).title,
            "joining again would not help"
        );
    }
}
