//! Deleting a lab: what goes, said beforehand, and then just that.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::containers::Removal;
use slipway_engine::inventory::{ContainerRow, EngineStatus, Snapshot};
use slipway_engine::{Engine, Error};

use super::cards::is_up;
use super::changes::change_groups;
use super::intents::{ask, no_longer_asked};
use super::keeping::refresh;
use super::secrets;
use super::shared::{Shared, is_elsewhere, row_of};
use crate::card::{DeletePreview, Intent, LabId, VolumeFate};
use crate::form::StorageKind;
use crate::names;
use crate::options::network::is_own;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{LAB_LABEL, Profile};

/// Enough paths to tell what a person did; nobody reads more.
pub(super) const MOST_CHANGES: usize = 50_000;
const SIZE_PATIENCE: Duration = Duration::from_secs(8);

pub(super) async fn preview(shared: &Arc<Shared>, lab: &LabId) -> Result<DeletePreview> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    let engine = shared.engine()?;
    shared.here(&profile)?;
    let snapshot = shared.snapshot();
    let row = row_of(&profile, &snapshot);
    let (mut changes, mut changes_count, mut changes_size) = (Vec::new(), 0, None);
    let mut changes_known = true;
    if let Some(row) = &row {
        let (listed, size) = tokio::join!(
            engine.container_changes(&row.id, MOST_CHANGES),
            tokio::time::timeout(SIZE_PATIENCE, engine.container_size(&row.id))
        );
        let targets: Vec<&str> = row
            .mounts
            .iter()
            .map(|mount| mount.target.as_str())
            .collect();
        match listed {
            Ok((listed, _)) => (changes, changes_count) = change_groups(&listed, &targets),
            Err(error) => {
                tracing::warn!(%error, lab = %lab.0, "what changed in a container is not known");
                changes_known = false;
            }
        }
        changes_size = size.ok().and_then(std::result::Result::ok);
    }
    Ok(DeletePreview {
        lab: lab.clone(),
        name: profile.saved.form.name.clone(),
        running: row.as_ref().is_some_and(|row| is_up(row.state)),
        adopted: profile.adopted,
        changes_size,
        changes_known,
        changes_count,
        changes,
        nameless_volumes: row.as_deref().map(nameless_volumes).unwrap_or_default(),
        volumes: volumes(shared, &profile, row.as_deref(), &snapshot),
        stays: stays(&profile, row.as_deref()),
    })
}

/// Volumes that Docker made for the image's own folders: nobody could find them again without the
/// container, so they go with it, and it is said.
fn nameless_volumes(row: &ContainerRow) -> Vec<String> {
    row.mounts
        .iter()
        .filter(|mount| mount.kind == "volume" && names::is_anonymous_volume(&mount.source))
        .map(|mount| mount.target.clone())
        .collect()
}

/// Their names, as the engine made them up.
fn anonymous_volumes(row: &ContainerRow) -> Vec<String> {
    row.mounts
        .iter()
        .filter(|mount| mount.kind == "volume" && names::is_anonymous_volume(&mount.source))
        .map(|mount| mount.source.clone())
        .collect()
}

/// Named volumes of the lab, each with whatever else uses it.
fn volumes(
    shared: &Shared,
    profile: &Profile,
    row: Option<&ContainerRow>,
    snapshot: &Snapshot,
) -> Vec<VolumeFate> {
    let mut volumes: Vec<String> = row
        .into_iter()
        .flat_map(|row| &row.mounts)
        .filter(|mount| mount.kind == "volume" && !names::is_anonymous_volume(&mount.source))
        .map(|mount| mount.source.clone())
        .collect();
    let form = &profile.saved.form;
    let kept = &form.storage.volume;
    if form.storage.kind == StorageKind::Volume
        && snapshot.volumes.keys().any(|name| name.as_str() == kept)
    {
        volumes.push(kept.clone());
    }
    volumes.sort();
    volumes.dedup();
    let fate = |name: String| VolumeFate {
        used_by: other_users(shared, profile, &name, snapshot),
        name,
    };
    volumes.into_iter().map(fate).collect()
}

/// Other containers with this volume, by their lab's name where they are one, and labs whose
/// container is gone that would take it again.
fn other_users(
    shared: &Shared,
    profile: &Profile,
    volume: &str,
    snapshot: &Snapshot,
) -> Vec<String> {
    let state = shared.state();
    let own = row_of(profile, snapshot).map(|row| row.id.clone());
    let mut users: Vec<String> = snapshot
        .containers
        .values()
        .filter(|row| Some(&row.id) != own.as_ref())
        .filter(|row| {
            row.mounts
                .iter()
                .any(|mount| mount.kind == "volume" && mount.source == volume)
        })
        .map(|row| {
            let lab = state
                .profiles
                .values()
                .find(|other| other.container.as_ref() == Some(&row.id));
            lab.map_or_else(|| row.name.clone(), |lab| lab.saved.form.name.clone())
        })
        .collect();
    let waiting = state
        .profiles
        .values()
        .filter(|other| other.id != profile.id && row_of(other, snapshot).is_none())
        .filter(|other| !is_elsewhere(other, snapshot));
    users.extend(
        waiting
            .map(|other| &other.saved.form)
            .filter(|form| {
                form.storage.kind == StorageKind::Volume && form.storage.volume == volume
            })
            .map(|form| form.name.clone()),
    );
    users.sort();
    users.dedup();
    users
}

fn stays(profile: &Profile, row: Option<&ContainerRow>) -> Vec<String> {
    let mut stays = Vec::new();
    let binds = row
        .into_iter()
        .flat_map(|row| &row.mounts)
        .filter(|mount| mount.kind == "bind");
    for bind in binds {
        if !bind.source.ends_with("docker.sock") {
            stays.push(format!("Your files in the folder {} stay.", bind.source));
        }
    }
    let image = row.map_or_else(
        || profile.saved.form.reference_text(),
        |row| row.image.clone(),
    );
    stays.push(format!(
        "The image {image} stays, so the next launch needs no download."
    ));
    stays
}

pub(super) async fn delete(shared: &Arc<Shared>, lab: &LabId, volumes: &[String]) -> Result<()> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    shared.not_changing(lab)?;
    let engine = shared.engine()?;
    let snapshot = shared.snapshot();
    if snapshot.report.status != EngineStatus::Ready {
        return Err(Error::Connecting.into());
    }
    shared.here(&profile)?;
    let row = row_of(&profile, &snapshot);
    shared.change(|state| state.going.insert(lab.clone()));
    ask(
        shared,
        lab,
        Intent::Delete,
        row.as_ref().and_then(|row| row.started),
    );
    if let Some(row) = &row {
        let removal = Removal {
            kill: true,
            with_anonymous_volumes: true,
        };
        if let Err(error) = engine.remove_container(&row.id, removal).await {
            no_longer_asked(shared, lab);
            shared.change(|state| state.going.remove(lab));
            return Err(error.into());
        }
        // One that was taken along to a new container goes by its name only.
        for volume in anonymous_volumes(row) {
            let _ = engine.remove_volume(&volume).await;
        }
    }
    let mut left = Vec::new();
    for volume in volumes {
        let used_by = other_users(shared, &profile, volume, &snapshot);
        let removed = if used_by.is_empty() {
            engine
                .remove_volume(volume)
                .await
                .map_err(|error| error.to_string())
        } else {
            Err(format!("It is still used by {}.", used_by.join(", ")))
        };
        if let Err(why) = removed {
            left.push((volume.clone(), why));
        }
    }
    remove_network(&engine, &profile, row.as_deref(), &snapshot).await;
    let profile_left = shared.remove_profile(lab).err();
    secrets::forget(shared, lab).await;
    shared.change(|state| state.forget(lab));
    // `going` stays until the container's row is gone, so that its label does not bring the lab back.
    if let Some(row) = &row {
        shared.until_gone(&row.id).await;
    }
    shared.change(|state| state.going.remove(lab));
    // Whoever asked finds the list without it.
    refresh(shared);
    what_is_left(&profile, &left, profile_left)
}

/// Only the profile and its secrets go.
pub(super) async fn forget(shared: &Arc<Shared>, lab: &LabId) -> Result<()> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    let snapshot = shared.snapshot();
    let here = row_of(&profile, &snapshot);
    if !profile.adopted && !is_elsewhere(&profile, &snapshot) && here.is_some() {
        let name = &profile.saved.form.name;
        return Err(Problem::new(
            ProblemKind::Other,
            format!("{name} cannot just be forgotten."),
        )
        .because("Slipway made its container, and would find the lab again by it.")
        .hint("Delete the lab; a volume with your work stays."));
    }
    shared.change(|state| state.going.insert(lab.clone()));
    if let Err(problem) = shared.remove_profile(lab) {
        shared.change(|state| state.going.remove(lab));
        return Err(problem);
    }
    secrets::forget(shared, lab).await;
    shared.change(|state| {
        state.forget(lab);
        state.going.remove(lab);
    });
    refresh(shared);
    Ok(())
}

/// A network that was made for this lab goes with it, unless another container is on it, running or
/// not. It holds nothing, so one that cannot be removed is no failure.
async fn remove_network(
    engine: &Engine,
    profile: &Profile,
    row: Option<&ContainerRow>,
    snapshot: &Snapshot,
) {
    let join = &profile.saved.form.advanced.network;
    let name = join.name.trim();
    if !join.create || !is_own(name) {
        return;
    }
    let own = row.map(|row| &row.id);
    let others = snapshot.containers.values();
    let shared = others
        .filter(|other| Some(&other.id) != own)
        .any(|other| other.networks.iter().any(|network| network == name));
    let made_for_it = match engine.inspect_network(name).await {
        Ok(network) => network.labels.get(LAB_LABEL) == Some(&profile.id.0),
        Err(_) => false,
    };
    if made_for_it
        && !shared
        && let Err(error) = engine.remove_network(name).await
    {
        tracing::warn!(%error, network = name, "a lab's network could not be removed");
    }
}

fn what_is_left(
    profile: &Profile,
    volumes: &[(String, String)],
    profile_left: Option<Problem>,
) -> Result<()> {
    if let Some((name, why)) = volumes.first() {
        let names: Vec<&str> = volumes.iter().map(|(name, _)| name.as_str()).collect();
        let title = match names.as_slice() {
            [_] => format!("The volume {name} is still there."),
            _ => format!("The volumes {} are still there.", names.join(", ")),
        };
        return Err(Problem::new(ProblemKind::Other, title)
            .because(format!("{} is deleted. {why}", profile.saved.form.name))
            .hint("Delete the volume when nothing uses it any more."));
    }
    match profile_left {
        Some(problem) => Err(problem.because(format!(
            "The container of {} is deleted.",
            profile.saved.form.name
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use slipway_engine::inventory::{ContainerMount, ContainerState};

    use super::nameless_volumes;
    use crate::fixtures::{With as _, facts};

    #[test]
    fn what_lies_in_a_nameless_volume_is_said_to_go() {
        let facts = facts().with_container("lab", ContainerState::Exited, None, Some("named"));
        let mut row = facts
            .snapshot
            .containers
            .values()
            .next()
            .map(|row| row.as_ref().clone())
            .expect("the container that was made");
        assert!(nameless_volumes(&row).is_empty(), "a named volume stays");
        row.mounts.push(ContainerMount {
            kind: "volume".to_owned(),
            source: "0f".repeat(32),
            target: "/root/notebooks".to_owned(),
            read_only: false,
        });
        assert_eq!(nameless_volumes(&row), ["/root/notebooks"]);
    }
}
