//! What the engine's machine has, for the choices that are folded away.

use slipway_engine::ImageReference;
use slipway_engine::health::EngineFacts;
use slipway_engine::images::ImageDetails;
use slipway_engine::inventory::Snapshot;

use super::{MachineFrame, NetworkChoice};
use crate::check::{CheckFacts, no_gpu, numbered_gpus};
use crate::options::network::is_own;
use crate::processor;
use crate::recipe::Generation;

pub(super) fn machine(
    facts: &CheckFacts,
    reference: Option<&ImageReference>,
    image: Option<&ImageDetails>,
    generation: &Generation,
) -> MachineFrame {
    let engine = facts.snapshot.report.facts.as_ref();
    let joined =
        |words: &[String]| shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    // What the recipe puts in place of the image's own is what an empty field means.
    let program = generation
        .entrypoint
        .as_deref()
        .or(image.map(|image| image.entrypoint.as_slice()));
    let command = generation
        .command
        .as_deref()
        .or(image.map(|image| image.command.as_slice()));
    MachineFrame {
        processors: engine.map_or(0, |engine| engine.processors),
        memory: engine
            .map(|engine| engine.memory)
            .filter(|memory| memory.0 > 0),
        gpu: engine.is_some_and(|engine| engine.gpu),
        gpu_message: engine.map(gpu_message).unwrap_or_default(),
        networks: networks(&facts.snapshot),
        image_working_folder: image
            .map(|image| image.working_directory.clone())
            .unwrap_or_default(),
        image_command: command.map(joined).unwrap_or_default(),
        image_entrypoint: program.map(joined).unwrap_or_default(),
        platforms: platforms(reference.and(image), engine),
    }
}

fn gpu_message(engine: &EngineFacts) -> String {
    if !engine.gpu {
        return no_gpu(engine);
    }
    match numbered_gpus(&engine.gpu_devices) {
        0 => "The engine can give its graphics cards to labs. How many there are, it does not say."
            .to_owned(),
        1 => "The engine has one graphics card, number 0.".to_owned(),
        count => format!(
            "The engine has {count} graphics cards, numbered from 0 to {}.",
            count - 1
        ),
    }
}

fn networks(snapshot: &Snapshot) -> Vec<NetworkChoice> {
    let mut networks: Vec<NetworkChoice> = snapshot
        .networks
        .values()
        .filter(|network| {
            is_own(&network.name) && network.driver != "null" && network.name != "ingress"
        })
        .map(|network| {
            let mut used_by: Vec<String> = snapshot
                .containers
                .values()
                .filter(|row| row.networks.contains(&network.name))
                .map(|row| row.name.clone())
                .collect();
            used_by.sort();
            NetworkChoice {
                name: network.name.clone(),
                driver: network.driver.clone(),
                used_by,
            }
        })
        .collect();
    networks.sort_by(|one, other| one.name.cmp(&other.name));
    networks
}

/// The image's own where it is here, else what the engine can run.
fn platforms(image: Option<&ImageDetails>, engine: Option<&EngineFacts>) -> Vec<String> {
    if let Some(image) = image.filter(|image| !image.architecture.is_empty()) {
        let system = if image.os.is_empty() {
            "linux"
        } else {
            &image.os
        };
        return vec![format!("{system}/{}", image.architecture)];
    }
    let Some(engine) = engine else {
        return Vec::new();
    };
    let mut platforms = vec![format!("linux/{}", engine.architecture)];
    if processor::runs_others(engine.endpoint.product) {
        for other in ["linux/amd64", "linux/arm64"] {
            if !platforms.iter().any(|platform| platform == other) {
                platforms.push(other.to_owned());
            }
        }
    }
    platforms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{engine, facts};

    #[test]
    fn cards_are_counted_by_their_numbers() {
        let mut machine = engine();
        assert!(gpu_message(&machine).contains("NVIDIA Container Toolkit"));
        machine.gpu = true;
        assert!(gpu_message(&machine).contains("does not say"));
        machine.gpu_devices = ["0", "1", "all", "GPU-3a23c669"]
            .map(|id| format!("nvidia.com/gpu={id}"))
            .to_vec();
        assert_eq!(
            gpu_message(&machine),
            "The engine has 2 graphics cards, numbered from 0 to 1."
        );
    }

    #[test]
    fn an_empty_field_means_the_recipe_s_program() {
        let mut generation = Generation::default();
        assert_eq!(machine(&facts(), None, None, &generation).image_command, "");
        generation.command = Some(vec![
            "mlflow".into(),
            "server".into(),
            "--host=0.0.0.0 x".into(),
        ]);
        let frame = machine(&facts(), None, None, &generation);
        assert_eq!(frame.image_command, "mlflow server '--host=0.0.0.0 x'");
        assert_eq!(
            (frame.processors, frame.platforms),
            (8, vec!["linux/amd64".to_owned()])
        );
    }
}
