//! What Slipway does so that the browser opens signed in: passwords and tokens set for real.
//!
//! An own password goes into the variable that the image reads, and only into the request that
//! creates the container. A token of Slipway's own goes into a Jupyter config file inside, so that
//! it stands in no variable and in no command.

use std::time::Duration;

use slipway_engine::containers::{ExecSpec, PlacedFile};
use slipway_engine::{ContainerId, Engine};
use slipway_vault::Secret;

use crate::form::LaunchForm;
use crate::recipe::{Generation, StartInside, UserMapping};

/// Time for an entrypoint to give the person's ids to the lab's user.
const MAPPING_LIMIT: Duration = Duration::from_mins(1);

/// The variable in which a server that Slipway starts inside finds its token.
const TOKEN_VARIABLE: &str = "JUPYTER_TOKEN";

/// Jupyter's config with this token. Each generation of the server reads its own of the three:
/// `jupyter_server` 2, 1, and Notebook (`auth/identity.py`, `serverapp.py`, `notebookapp.py`).
pub(super) fn token_file(path: &str, token: &Secret) -> PlacedFile {
    let token = token.reveal();
    let config = serde_json::json!({
        "IdentityProvider": { "token": token },
        "ServerApp": { "token": token },
        "NotebookApp": { "token": token },
    });
    PlacedFile {
        path: path.to_owned(),
        content: config.to_string().into_bytes(),
        mode: 0o644,
        uid: 0,
        gid: 0,
    }
}

/// Whether this is the content of such a file, and of nothing that a person wrote.
pub(crate) fn is_token_file(content: &[u8]) -> bool {
    let Ok(config) = serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(content)
    else {
        return false;
    };
    let sections = ["IdentityProvider", "ServerApp", "NotebookApp"];
    let only_token = |section: &&str| {
        let section = config.get(*section).and_then(serde_json::Value::as_object);
        section.is_some_and(|section| section.len() == 1 && section.contains_key("token"))
    };
    config.len() == sections.len() && sections.iter().all(only_token)
}

/// Starts the server inside a container whose image starts none.
///
/// # Errors
/// Those of the engine's exec.
pub(crate) async fn run_inside(
    engine: &Engine,
    container: &ContainerId,
    program: &StartInside,
    generation: &Generation,
    form: &LaunchForm,
    token: &Secret,
) -> slipway_engine::Result<()> {
    if let Some(user) = &program.user {
        wait_for_mapping(engine, container, user, generation, form).await?;
    }
    let fill = |part: &String| part.replace("${PORT}", &generation.port.to_string());
    // Commands stand in the engine's events and log; their environment does not.
    let spec = ExecSpec {
        command: program.command.iter().map(fill).collect(),
        user: program.user.clone(),
        environment: vec![(TOKEN_VARIABLE.to_owned(), token.reveal().to_owned())],
        ..ExecSpec::default()
    };
    engine.exec_detached(container, &spec).await
}

/// An entrypoint that maps ids edits the user first and hands over its home last; a server started
/// in between would run with the old ids in a home that is taken away from it.
async fn wait_for_mapping(
    engine: &Engine,
    container: &ContainerId,
    user: &str,
    generation: &Generation,
    form: &LaunchForm,
) -> slipway_engine::Result<()> {
    let mapped =
        form.user.mapped && matches!(generation.user_mapping, Some(UserMapping::Variables { .. }));
    let safe = user
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !mapped || !safe {
        return Ok(());
    }
    let owner = ExecSpec {
        command: vec![
            "sh".into(),
            "-c".into(),
            format!("id -u {user}; stat -c %u ~{user}"),
        ],
        user: Some("0".into()),
        ..ExecSpec::default()
    };
    let expected = form.user.uid.trim().to_owned();
    let mapped = async {
        loop {
            let output = engine.exec(container, &owner).await?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let ids: Vec<&str> = text.split_whitespace().collect();
            if ids.len() < 2 || ids.iter().all(|id| *id == expected) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    tokio::time::timeout(MAPPING_LIMIT, mapped)
        .await
        .unwrap_or(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_file_speaks_to_every_generation() {
        let file = token_file(
            "/etc/jupyter/jupyter_server_config.json",
            &Secret::new("a\"b".into()),
        );
        let config: serde_json::Value =
            serde_json::from_slice(&file.content).expect("it is JSON whatever the token");
        for section in ["IdentityProvider", "ServerApp", "NotebookApp"] {
            assert_eq!(config[section]["token"], "a\"b");
        }
        assert!(is_token_file(&file.content));
        assert!(!is_token_file(b"{}") && !is_token_file(b"not JSON"));
    }
}
