//! What the wizard shows around the form: addresses, volumes, sign-in, and what Docker control means here.

use slipway_engine::health::EngineFacts;
use slipway_engine::inventory::{ContainerState, Snapshot};
use slipway_vault::VaultStatus;

use super::{
    DockerControlFrame, FormFrame, LaunchForm, SignInFrame, UserMappingFrame, VolumeChoice,
};
use crate::check::{self, CheckFacts};
use crate::recipe::{Generation, Recipe, SignInKind, UserMapping};
use crate::{listen, names, recognition, risk};

/// Label on a volume that says which image first filled it.
pub const IMAGE_LABEL: &str = "io.slipway.image";
/// Where a lab finds the engine's socket.
pub(crate) const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// Everything around the form.
pub fn frame(form: &LaunchForm, facts: &CheckFacts) -> FormFrame {
    let reference = form.reference();
    let engine = facts.snapshot.report.facts.as_ref();
    let this_computer = engine.is_none_or(|engine| engine.this_computer);
    let image = reference
        .as_ref()
        .and_then(|reference| recognition::config_of(reference, facts.image.as_ref()));
    let recognised = || {
        reference
            .as_ref()
            .map(|reference| recognition::recognise(&facts.catalogue, reference, image))
    };
    let recipe = facts.catalogue.recipe(&form.recipe).or_else(recognised);
    let mut generation = match (recipe, &reference) {
        (Some(recipe), Some(reference)) => recognition::generation(recipe, reference, image),
        _ => recipe
            .and_then(|recipe| recipe.generations.last())
            .cloned()
            .unwrap_or_default(),
    };
    check::as_its_server_said(&mut generation, form, facts);
    FormFrame {
        machine: super::machine::machine(facts, reference.as_ref(), image, &generation),
        recipe_name: recipe.map_or_else(|| form.image.clone(), |recipe| recipe.name.clone()),
        icon: recipe
            .map_or("globe", |recipe| recipe.icon.as_str())
            .to_owned(),
        tint: recipe.map_or(7, |recipe| recipe.tint),
        images: recipe
            .map(|recipe| offered_images(recipe, &form.image))
            .unwrap_or_default(),
        addresses: if this_computer {
            listen::addresses()
        } else {
            Vec::new()
        },
        volumes: volume_choices(facts),
        sign_in: sign_in_frame(&generation, image, facts),
        user_mapping: generation
            .user_mapping
            .as_ref()
            .map(|mapping| UserMappingFrame {
                technical: technical(mapping),
            }),
        docker_control: DockerControlFrame {
            reason: recipe
                .and_then(|recipe| recipe.docker_control.clone())
                .unwrap_or_else(general_reason),
            obstacle: engine.and_then(|engine| obstacle(&generation, engine)),
        },
        folders_offered: this_computer,
        answers: generation.answers,
    }
}

/// The engine's named volumes with who uses them and which image made them.
pub(crate) fn volume_choices(facts: &CheckFacts) -> Vec<VolumeChoice> {
    let named = facts
        .snapshot
        .volumes
        .values()
        .filter(|row| !names::is_anonymous_volume(row.name.as_str()));
    named
        .map(|row| {
            let name = row.name.as_str();
            let users = users_of(name, facts);
            let labelled = row.labels.get(IMAGE_LABEL).cloned();
            VolumeChoice {
                name: name.to_owned(),
                made_by: labelled.or_else(|| {
                    users
                        .iter()
                        .map(|user| user.image.clone())
                        .find(|image| !image.is_empty())
                }),
                in_use: users.iter().any(|user| user.running),
                used_by: users.into_iter().map(|user| user.name).collect(),
            }
        })
        .collect()
}

struct VolumeUser {
    name: String,
    image: String,
    running: bool,
}

fn users_of(volume: &str, facts: &CheckFacts) -> Vec<VolumeUser> {
    let mut users: Vec<VolumeUser> = facts
        .labs
        .iter()
        .filter(|lab| lab.volume.as_deref() == Some(volume))
        .map(|lab| VolumeUser {
            name: lab.name.clone(),
            image: lab.image.clone(),
            running: lab
                .container
                .as_deref()
                .is_some_and(|name| runs(name, &facts.snapshot)),
        })
        .collect();
    let others = facts.snapshot.containers.values();
    for row in others.filter(|row| facts.own.as_ref() != Some(&row.id)) {
        let mounts_it = row
            .mounts
            .iter()
            .any(|mount| mount.kind == "volume" && mount.source == volume);
        let of_lab = facts
            .labs
            .iter()
            .any(|lab| lab.container.as_deref() == Some(row.name.as_str()));
        if mounts_it && !of_lab {
            let running = matches!(
                row.state,
                ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
            );
            users.push(VolumeUser {
                name: row.name.clone(),
                image: row.image.clone(),
                running,
            });
        }
    }
    users
}

fn runs(container: &str, snapshot: &Snapshot) -> bool {
    snapshot.containers.values().any(|row| {
        row.name == container
            && matches!(
                row.state,
                ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
            )
    })
}

fn offered_images(recipe: &Recipe, current: &str) -> Vec<String> {
    let mut images = recipe.images.clone();
    if !images.is_empty()
        && !current.trim().is_empty()
        && !images.iter().any(|image| image == current.trim())
    {
        images.insert(0, current.trim().to_owned());
    }
    images
}

fn sign_in_frame(
    generation: &Generation,
    image: Option<&slipway_engine::images::ImageDetails>,
    facts: &CheckFacts,
) -> SignInFrame {
    let sign_in = &generation.sign_in;
    SignInFrame {
        kind: sign_in.kind,
        image_password: recognition::image_password(generation, image),
        own_possible: sign_in.takes_own(),
        made: sign_in.password_needed,
        user: sign_in.user.clone(),
        opens_signed_in: sign_in.token_config.is_some() || sign_in.kind == SignInKind::Token,
        keyring: matches!(facts.keyring, VaultStatus::Keyring),
        keyring_message: match &facts.keyring {
            VaultStatus::Keyring => None,
            VaultStatus::MemoryOnly(why) => Some(why.clone()),
        },
    }
}

/// Docker's words for a mapping.
fn technical(mapping: &UserMapping) -> String {
    match mapping {
        UserMapping::Variables { uid, gid, .. } => format!("{uid} and {gid}"),
        UserMapping::User { .. } => "--user".to_owned(),
    }
}

fn general_reason() -> String {
    "Needed only if code in the lab starts containers of its own.".to_owned()
}

pub(crate) fn obstacle(generation: &Generation, engine: &EngineFacts) -> Option<String> {
    risk::obstacle(generation.needs_writable_socket, engine)
}
