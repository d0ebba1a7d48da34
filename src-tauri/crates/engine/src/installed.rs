//! Whether an engine is installed that merely does not run.
//!
//! Only looked for when no known place has a socket: "not installed" and "not running" need
//! different next steps.

use std::path::{Path, PathBuf};

use crate::endpoint::Surroundings;

/// The address at which the engine that is installed would answer.
pub(crate) fn installed(surroundings: &Surroundings) -> Option<String> {
    let home = |rest: &str| surroundings.home.as_ref().map(|home| home.join(rest));
    let socket = |path: Option<PathBuf>| path.map(|path| format!("unix://{}", path.display()));
    if cfg!(windows) {
        let folder = surroundings
            .variable("ProgramFiles")
            .unwrap_or(r"C:\Program Files");
        let desktop = Path::new(folder).join(r"Docker\Docker\Docker Desktop.exe");
        return desktop
            .exists()
            .then(|| "npipe:////./pipe/docker_engine".to_owned());
    }
    if cfg!(target_os = "macos") {
        if Path::new("/Applications/Docker.app").exists() {
            return socket(home(".docker/run/docker.sock"));
        }
        if Path::new("/Applications/OrbStack.app").exists() {
            return socket(home(".orbstack/run/docker.sock"));
        }
        return on_path(surroundings, "colima")
            .then(|| socket(home(".colima/default/docker.sock")))?;
    }
    if Path::new("/opt/docker-desktop").exists()
        || home(".docker/desktop").is_some_and(|folder| folder.is_dir())
    {
        return socket(home(".docker/desktop/docker.sock"));
    }
    if home(".config/systemd/user/docker.service").is_some_and(|unit| unit.exists()) {
        return socket(
            surroundings
                .variable("XDG_RUNTIME_DIR")
                .map(|folder| Path::new(folder).join("docker.sock")),
        );
    }
    on_path(surroundings, "dockerd").then(|| "unix:///var/run/docker.sock".to_owned())
}

/// Programs of the administrator are looked for, too, although they are seldom on a person's path.
fn on_path(surroundings: &Surroundings, program: &str) -> bool {
    let own = surroundings.variable("PATH").unwrap_or_default();
    let usual = [
        "/usr/bin",
        "/usr/sbin",
        "/usr/local/bin",
        "/usr/local/sbin",
        "/snap/bin",
        "/opt/homebrew/bin",
    ]
    .map(PathBuf::from);
    std::env::split_paths(own)
        .chain(usual)
        .any(|folder| folder.join(program).is_file())
}
