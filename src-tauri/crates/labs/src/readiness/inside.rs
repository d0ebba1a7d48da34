//! A look inside the container, where the log does not tell: the server's own runtime files.
//!
//! Jupyter writes `jpserver-<pid>.json` (before: `nbserver-<pid>.json`) with its base URL and its
//! full token into the runtime folder of the user that runs it. Reading the files takes
//! milliseconds; the `jupyter server list` command takes a second and is asked only where there
//! are none.

use std::time::Duration;

use slipway_engine::containers::ExecSpec;

use super::Wait;
use super::hints::Hints;
use super::lookout::{masked, secrets};
use crate::address::{Announced, servers_inside};

/// The newest first: a killed server leaves its file behind.
const READ_FILES: &str = r#"
for file in $(ls -1t "$JUPYTER_RUNTIME_DIR"/*server-*.json "$HOME"/.local/share/jupyter/runtime/*server-*.json \
    /root/.local/share/jupyter/runtime/*server-*.json /home/*/.local/share/jupyter/runtime/*server-*.json 2>/dev/null)
do cat "$file" 2>/dev/null; echo; done"#;

const LIST: &str =
    "jupyter server list --json 2>/dev/null; jupyter notebook list --json 2>/dev/null";

/// Looks inside each time it is asked to; never ends.
pub(super) async fn look_when_asked(wait: &Wait, hints: &Hints) {
    loop {
        hints.asked().await;
        for pause in [0, 250, 500, 1_000, 2_000] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if let Some(server) = look(wait).await {
                hints.listed(server);
                break;
            }
        }
    }
}

/// The server of the page's port, as it keeps itself.
pub(super) async fn look(wait: &Wait) -> Option<Announced> {
    let files = shell(wait, Some("0"), READ_FILES).await;
    let ours = |listing: &str| {
        servers_inside(listing)
            .into_iter()
            .find(|server| server.port == wait.page_port)
    };
    if let Some(server) = ours(&files) {
        return Some(server);
    }
    ours(&shell(wait, None, LIST).await)
}

/// The last lines of the log file that the recipe names, masked.
pub(super) async fn log_file(wait: &Wait) -> Vec<String> {
    let Some(file) = &wait.generation.ready.log_file else {
        return Vec::new();
    };
    let spec = ExecSpec {
        command: vec!["tail".into(), "-n".into(), "12".into(), file.clone()],
        user: Some("0".into()),
        ..ExecSpec::default()
    };
    let secrets = secrets(wait);
    let lines = exec(wait, &spec).await;
    lines.lines().map(|line| masked(line, &secrets)).collect()
}

async fn shell(wait: &Wait, user: Option<&str>, script: &str) -> String {
    let spec = ExecSpec {
        command: vec!["sh".into(), "-c".into(), script.into()],
        user: user.map(str::to_owned),
        ..ExecSpec::default()
    };
    exec(wait, &spec).await
}

async fn exec(wait: &Wait, spec: &ExecSpec) -> String {
    match tokio::time::timeout(
        Duration::from_secs(5),
        wait.engine.exec(&wait.container, spec),
    )
    .await
    {
        Ok(Ok(output)) => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => String::new(),
    }
}
