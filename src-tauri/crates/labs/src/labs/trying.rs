//! The "try it" check: runs `hello-world`, shows what it says, and leaves only the image behind.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use slipway_engine::containers::{ContainerSpec, Removal};
use slipway_engine::{ContainerId, Engine, Error, ImageReference};

use super::shared::Shared;
use crate::problem::{Problem, ProblemKind, Result};

const IMAGE: &str = "hello-world";
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn try_engine(shared: &Arc<Shared>) -> Result<String> {
    let engine = shared.engine()?;
    if let Err(Error::ImageNotFound { .. }) = engine.inspect_image(IMAGE).await {
        let mut pull = engine.pull(&ImageReference::parse(IMAGE)?, None);
        while let Some(progress) = pull.next().await {
            progress?;
        }
    }
    let spec = ContainerSpec {
        name: format!("slipway-try-{}", shared.sources.hex(4)),
        image: IMAGE.to_owned(),
        labels: [("io.slipway.try".to_owned(), "1".to_owned())]
            .into_iter()
            .collect(),
        ..ContainerSpec::default()
    };
    let container = engine.create_container(&spec).await?;
    let said = tokio::time::timeout(PATIENCE, run(&engine, &container)).await;
    let removed = engine
        .remove_container(
            &container,
            Removal {
                kill: true,
                with_anonymous_volumes: true,
            },
        )
        .await;
    let said = said.unwrap_or_else(|_| {
        Err(Error::TimedOut {
            detail: "hello-world did not end".to_owned(),
        })
    })?;
    removed?;
    said.map_err(|code| {
        Problem::new(ProblemKind::Other, "The try-out ended with an error.")
            .because(format!(
                "hello-world ended with exit code {code}, so labs would probably not run either."
            ))
            .hint("Look at the engine's page, or try again.")
    })
}

/// What it says, or the exit code with which it failed.
async fn run(
    engine: &Engine,
    container: &ContainerId,
) -> slipway_engine::Result<std::result::Result<String, i64>> {
    engine.start_container(container).await?;
    let code = engine.wait_container(container).await?;
    if code != 0 {
        return Ok(Err(code));
    }
    let lines = engine.last_log_lines(container, 200).await?;
    let text: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    Ok(Ok(text.join("\n").trim().to_owned()))
}
