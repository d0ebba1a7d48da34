//! Does the lab really get its graphics cards? A small program is run with them, in the lab's own
//! image where that is here.
//!
//! That an engine has NVIDIA's runtime says little: a driver may be missing, or older than the image
//! wants. So a container is made as the lab's would be, asks `nvidia-smi`, and looks for device files
//! where there is none. It is removed again whatever happens.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use slipway_engine::containers::{ContainerSpec, GpuRequest, Removal};
use slipway_engine::{ContainerId, Engine, Error, ImageReference};

use super::shared::Shared;
use crate::form::{GpuChoice, LaunchForm};
use crate::options;
use crate::problem::{Problem, ProblemKind, Result};

/// Small, and everywhere; it has nothing to look with, so that it starts is all that it tells.
const SMALL_IMAGE: &str = "hello-world";
const PATIENCE: Duration = Duration::from_secs(90);
/// Names of the cards, or else the device files that a card would have.
const LOOK: &str = "nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null || ls -d /dev/nvidia[0-9]* /dev/kfd /dev/dri/render* 2>/dev/null || true";

pub(super) async fn check(shared: &Arc<Shared>, form: &LaunchForm) -> Result<String> {
    let engine = shared.engine()?;
    let mut asked = form.clone();
    if asked.advanced.gpu.choice == GpuChoice::Nothing {
        asked.advanced.gpu.choice = GpuChoice::All;
    }
    let (options, notes) = options::read(&asked);
    let wrong = notes
        .into_iter()
        .find(|note| note.field.starts_with("advanced.gpu"));
    if let Some(wrong) = wrong {
        return Err(Problem::new(ProblemKind::InvalidForm, wrong.message).at(wrong.field));
    }
    let own = form.reference().map(|reference| reference.to_string());
    let own_is_here = match &own {
        Some(own) => engine.inspect_image(own).await.is_ok(),
        None => false,
    };
    let image = match own {
        Some(own) if own_is_here => own,
        _ => {
            fetch(&engine).await?;
            SMALL_IMAGE.to_owned()
        }
    };
    let wanted = options.spec.gpu.clone();
    let mut spec = ContainerSpec {
        name: format!("slipway-gpu-{}", shared.sources.hex(4)),
        image,
        gpu: options.spec.gpu,
        runtime: options.spec.runtime,
        environment: options
            .spec
            .environment
            .into_iter()
            .filter(|(name, _)| name == options::limits::VISIBLE_DEVICES)
            .collect(),
        network: Some("none".to_owned()),
        labels: [("io.slipway.try".to_owned(), "1".to_owned())].into(),
        ..ContainerSpec::default()
    };
    if own_is_here {
        spec.entrypoint = Some(vec!["sh".to_owned(), "-c".to_owned(), LOOK.to_owned()]);
    }
    let seen = run(&engine, &spec).await?;
    if own_is_here {
        sentence(&seen, wanted.as_ref())
    } else {
        Ok("The engine gives its graphics cards to containers. Whether this image can use them shows once it is downloaded.".to_owned())
    }
}

async fn fetch(engine: &Engine) -> Result<()> {
    if let Err(Error::ImageNotFound { .. }) = engine.inspect_image(SMALL_IMAGE).await {
        let mut pull = engine.pull(&ImageReference::parse(SMALL_IMAGE)?, None);
        while let Some(progress) = pull.next().await {
            progress?;
        }
    }
    Ok(())
}

/// What the container says; it is gone afterwards.
async fn run(engine: &Engine, spec: &ContainerSpec) -> Result<Vec<String>> {
    let container = engine.create_container(spec).await?;
    let said = tokio::time::timeout(PATIENCE, listen(engine, &container)).await;
    let removal = Removal {
        kill: true,
        with_anonymous_volumes: true,
    };
    let removed = engine.remove_container(&container, removal).await;
    let said = said.unwrap_or_else(|_| {
        Err(Error::TimedOut {
            detail: "the look for graphics cards did not end".to_owned(),
        })
    })?;
    removed?;
    Ok(said)
}

async fn listen(engine: &Engine, container: &ContainerId) -> slipway_engine::Result<Vec<String>> {
    engine.start_container(container).await?;
    engine.wait_container(container).await?;
    let lines = engine.last_log_lines(container, 64).await?;
    let text = lines.into_iter().map(|line| line.text.trim().to_owned());
    Ok(text.filter(|line| !line.is_empty()).collect())
}

/// One sentence on the cards that were seen.
fn sentence(seen: &[String], wanted: Option<&GpuRequest>) -> Result<String> {
    let files = seen.iter().all(|line| line.starts_with("/dev/"));
    match seen {
        [] => Err(Problem::new(ProblemKind::Other, "The lab would see no graphics card.")
            .because("Docker started it with the graphics cards that were asked for, and inside there is none.")
            .hint("Check the driver on the engine's computer: nvidia-smi must list the cards there.")),
        [_] if files => Ok("The lab sees a graphics card.".to_owned()),
        files_seen if files => Ok(format!("The lab sees {} devices of graphics cards.", files_seen.len())),
        [one] => Ok(format!("The lab sees a graphics card: {one}.")),
        names => {
            let all = if wanted == Some(&GpuRequest::All) { "all " } else { "" };
            Ok(format!("The lab sees {all}{} graphics cards: {}.", names.len(), names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_one_sentence() {
        let said = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            sentence(&lines, Some(&GpuRequest::All)).map_err(|problem| problem.title)
        };
        assert_eq!(
            said(&["NVIDIA A100"]).unwrap(),
            "The lab sees a graphics card: NVIDIA A100."
        );
        assert_eq!(
            said(&["NVIDIA A100", "NVIDIA T4"]).unwrap(),
            "The lab sees all 2 graphics cards: NVIDIA A100, NVIDIA T4."
        );
        assert_eq!(
            said(&["/dev/nvidia0"]).unwrap(),
            "The lab sees a graphics card."
        );
        assert_eq!(
            said(&[]).unwrap_err(),
            "The lab would see no graphics card."
        );
    }
}
