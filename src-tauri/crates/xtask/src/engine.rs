//! Is there an engine that the window could use, and does it reach an image registry? Only asked to decide
//! whether the test bed has to step in; the product finds its engine by itself, with more care.

use std::path::{Path, PathBuf};

use slipway_testbed::{http_get, unix_get};

/// What was found.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// No engine answers.
    Nothing,
    /// One answers, but gets no images.
    WithoutRegistry(String),
    /// One answers and gets images.
    Whole(String),
}

/// Looks where the docker client would: `DOCKER_HOST`, the current context, the usual sockets.
pub fn look() -> Found {
    let Some(host) = candidates().into_iter().find(|host| answers(host)) else {
        return Found::Nothing;
    };
    // The engine itself asks the registry, over its own network; a login is not needed for this image.
    if ask(&host, "/distribution/hello-world/json") == Some(200) {
        Found::Whole(host)
    } else {
        Found::WithoutRegistry(host)
    }
}

fn candidates() -> Vec<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(host) = variable("DOCKER_HOST") {
        return vec![host];
    }
    let home = variable("HOME").map(PathBuf::from).unwrap_or_default();
    let settings = variable("DOCKER_CONFIG").map_or_else(|| home.join(".docker"), PathBuf::from);
    let context = variable("DOCKER_CONTEXT").or_else(|| current_context(&settings));
    if let Some(host) = context.and_then(|name| host_of(&settings, &name)) {
        return vec![host];
    }
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    if let Some(runtime) = variable("XDG_RUNTIME_DIR") {
        sockets.push(Path::new(&runtime).join("docker.sock"));
        sockets.push(Path::new(&runtime).join("podman/podman.sock"));
    }
    sockets.push(home.join(".docker/run/docker.sock"));
    sockets.push(home.join(".docker/desktop/docker.sock"));
    sockets
        .into_iter()
        .map(|path| format!("unix://{}", path.display()))
        .collect()
}

fn current_context(settings: &Path) -> Option<String> {
    let text = std::fs::read_to_string(settings.join("config.json")).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    json["currentContext"]
        .as_str()
        .filter(|name| !name.is_empty() && *name != "default")
        .map(str::to_owned)
}

/// The address in the file of a context; the folder's name is a hash, so the files are looked through.
fn host_of(settings: &Path, name: &str) -> Option<String> {
    let folders = std::fs::read_dir(settings.join("contexts/meta")).ok()?;
    folders.flatten().find_map(|folder| {
        let text = std::fs::read_to_string(folder.path().join("meta.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        (json["Name"] == name).then(|| {
            json["Endpoints"]["docker"]["Host"]
                .as_str()
                .map(str::to_owned)
        })?
    })
}

fn answers(host: &str) -> bool {
    match host.split_once("://") {
        // Whether a remote engine or a Windows pipe answers is for the product to say.
        Some(("ssh" | "npipe" | "https", _)) => true,
        _ => ask(host, "/_ping") == Some(200),
    }
}

fn ask(host: &str, path: &str) -> Option<u16> {
    let answer = match host.split_once("://")? {
        ("unix", socket) => unix_get(Path::new(socket), path),
        ("tcp" | "http", address) => http_get(&format!("http://{address}{path}")),
        _ => return Some(200),
    };
    answer.ok().map(|answer| answer.status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_testbed::{FakeEngine, Reply};

    #[test]
    fn an_engine_that_answers_may_still_get_no_images() {
        let engine = FakeEngine::start().unwrap();
        assert!(answers(&engine.docker_host()));
        assert_eq!(
            ask(&engine.docker_host(), "/distribution/hello-world/json"),
            Some(404)
        );
        engine.on(
            "GET",
            "/distribution/hello-world/json",
            Reply::json(200, "{}"),
        );
        assert_eq!(
            ask(&engine.docker_host(), "/distribution/hello-world/json"),
            Some(200)
        );
        assert!(!answers("unix:///nowhere/docker.sock"));
    }

    #[test]
    fn a_context_leads_to_its_address() {
        let settings = tempfile::tempdir().unwrap();
        let meta = settings.path().join("contexts/meta/abc");
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::write(
            settings.path().join("config.json"),
            r#"{"currentContext":"lab"}"#,
        )
        .unwrap();
        let text = r#"{"Name":"lab","Endpoints":{"docker":{"Host":"tcp://10.0.0.7:2375"}}}"#;
        std::fs::write(meta.join("meta.json"), text).unwrap();
        let name = current_context(settings.path()).unwrap();
        assert_eq!(
            host_of(settings.path(), &name).as_deref(),
            Some("tcp://10.0.0.7:2375")
        );
        assert_eq!(host_of(settings.path(), "other"), None);
    }
}
