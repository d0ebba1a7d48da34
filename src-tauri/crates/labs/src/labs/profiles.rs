//! Profiles by themselves: kept without a launch, renamed, exported, imported.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::ContainerId;
use slipway_engine::inventory::Snapshot;
use slipway_vault::Secret;

use super::launching::{new_id, take_back_leftovers};
use super::secrets::{self, password_entry, variable_entry};
use super::shared::{Shared, mark_of, row_of};
use super::wizard::{self, facts, on_thread};
use crate::card::LabId;
use crate::check::{self, CheckFacts, NoteLevel};
use crate::form::{self, LOOPBACK, LaunchForm, MountKind, SignInChoice, StorageKind, TypedSecrets};
use crate::launch::Launch;
use crate::options::environment::looks_secret;
use crate::options::network::is_own;
use crate::plan;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{Profile, saved_form};
use crate::sharing::ImportedProfile;
use crate::{listen, names, recognition};

/// No lab's settings are longer; a file that is was not made by Slipway.
const LONGEST_FILE: usize = 512 * 1024;
/// The newest form of an exported file that this version writes and reads.
const VERSION: u32 = 1;
/// What an exported file says it is.
const KIND: &str = "lab";

/// An exported lab.
#[derive(Serialize, Deserialize)]
struct Exported {
    slipway: String,
    version: u32,
    form: LaunchForm,
}

/// All that is read of a file before its version is known.
#[derive(Deserialize)]
struct Heading {
    slipway: String,
    version: u32,
}

/// Keeps a form as a lab without a container. A lab of this name that has none (any more) is
/// written over, as a launch would take its place.
pub(super) async fn save(
    shared: &Arc<Shared>,
    mut form: LaunchForm,
    mut typed: TypedSecrets,
) -> Result<LabId> {
    typed.take_from(&mut form);
    let _one_at_a_time = shared.launching.lock().await;
    let replaced = wizard::replaceable(shared, &form);
    check_name(shared, &form, &replaced, None).await?;
    // What could never be launched is not kept either; what may only be in the way today is.
    plan::plan(&form, None, &shared.catalogue())?;
    for lab in &replaced {
        take_back_leftovers(shared, lab).await?;
    }
    let lab = replaced
        .first()
        .cloned()
        .unwrap_or_else(|| new_id(shared, &form));
    let accepted = form.risk_accepted.then(|| shared.now());
    let own = form.sign_in == SignInChoice::Own;
    let profile = Profile {
        container: None,
        ..Profile::new(
            lab.clone(),
            ContainerId(String::new()),
            shared.now(),
            saved_form(form, accepted),
        )
    };
    shared.save(&profile)?;
    let vault = &shared.home.vault;
    if let Some(password) = typed.password.filter(|_| own) {
        secrets::keep(vault, &password_entry(&lab), Secret::new(password));
    }
    for (name, value) in typed.variables {
        secrets::keep(vault, &variable_entry(&lab, &name), Secret::new(value));
    }
    shared.change(|state| {
        for other in &replaced {
            state.launches.remove(other);
        }
        state.failures.remove(&lab);
        state.profiles.insert(lab.clone(), profile);
    });
    Ok(lab)
}

pub(super) async fn rename(shared: &Arc<Shared>, lab: &LabId, name: &str) -> Result<()> {
    let name = name.trim();
    let _one_at_a_time = shared.launching.lock().await;
    let (profile, launching) = {
        let state = shared.state();
        let profile = state.profiles.get(lab).cloned();
        let launching = state.launches.get(lab).is_some_and(Launch::is_under_way);
        (profile, launching)
    };
    if launching {
        return Err(
            Problem::new(ProblemKind::Other, "The lab is being launched.")
                .because("It gets its name with its container.")
                .hint("Rename it when it runs, or cancel the launch."),
        );
    }
    let profile = profile.ok_or_else(Problem::no_such_lab)?;
    if profile.saved.form.name == name {
        return Ok(());
    }
    shared.here(&profile)?;
    let row = row_of(&profile, &shared.snapshot());
    let mut renamed = profile.clone();
    name.clone_into(&mut renamed.saved.form.name);
    let own = row.as_ref().map(|row| row.id.clone());
    check_name(shared, &renamed.saved.form, std::slice::from_ref(lab), own).await?;
    let container = names::container_name(name);
    // A container of somebody else's keeps the name by which they know it.
    if let Some(row) = row.filter(|_| !profile.adopted) {
        let engine = shared.engine()?;
        // The row may still have the name of before the last renaming.
        if engine.inspect_container(row.id.as_str()).await?.name != container {
            engine
                .rename_container(&row.id, &container)
                .await
                .map_err(|error| Problem::from(error).at("name"))?;
        }
    }
    shared.change(|state| {
        if let Some(known) = state.profiles.get_mut(lab) {
            name.clone_into(&mut known.saved.form.name);
            renamed = known.clone();
        }
    });
    shared.save(&renamed)
}

/// # Errors
/// `InvalidForm` with what the form itself would say at its name.
async fn check_name(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    except: &[LabId],
    own: Option<ContainerId>,
) -> Result<()> {
    let mut facts = facts(shared, form.reference(), except).await;
    if let Some(own) = own {
        let snapshot = Arc::make_mut(&mut facts.snapshot);
        Arc::make_mut(&mut snapshot.containers).remove(&own);
    }
    let form = form.clone();
    let checked = on_thread(move || check::check(&form, &facts, None)).await?;
    let wrong = checked
        .notes
        .into_iter()
        .find(|note| note.field == "name" && note.level == NoteLevel::Error);
    match wrong {
        Some(note) => Err(Problem::new(ProblemKind::InvalidForm, note.message).at("name")),
        None => Ok(()),
    }
}

pub(super) fn exported(shared: &Shared, lab: &LabId) -> Result<(String, String)> {
    let profile = shared
        .state()
        .profiles
        .get(lab)
        .cloned()
        .ok_or_else(Problem::no_such_lab)?;
    let mut form = profile.saved.form;
    // Whoever opens the file decides anew, and what looks like a secret stays here.
    form.risk_accepted = false;
    for row in &mut form.advanced.environment {
        if row.secret || looks_secret(&row.name, &row.value) {
            row.secret = true;
            row.value.clear();
        }
    }
    let file = file_name(&form.name);
    let exported = Exported {
        slipway: KIND.to_owned(),
        version: VERSION,
        form,
    };
    let text = serde_json::to_string_pretty(&exported).map_err(|error| {
        Problem::new(
            ProblemKind::Other,
            "The lab's settings could not be written.",
        )
        .detail(error.to_string())
    })?;
    Ok((file, text + "\n"))
}

/// A name that every system takes: Windows keeps some for itself (`con`, `aux`, `lpt1`).
fn file_name(lab: &str) -> String {
    let slug: String = names::slug(lab).chars().take(60).collect();
    let slug = slug.trim_end_matches(['.', '-', '_']);
    let slug = if slug.is_empty() { "settings" } else { slug };
    format!("lab-{slug}.json")
}

fn unreadable(title: &str) -> Problem {
    Problem::new(ProblemKind::ProfileUnreadable, title)
}

fn read(text: &str) -> Result<LaunchForm> {
    if text.len() > LONGEST_FILE {
        return Err(unreadable("This file is too large for a lab's settings."));
    }
    let text = text.trim_start_matches('\u{feff}');
    let foreign = || unreadable("This file does not hold the settings of a lab.");
    let heading: Heading = match serde_json::from_str(text) {
        Ok(heading) => heading,
        Err(error) if error.is_eof() => {
            return Err(unreadable("This file ends in the middle.").detail(error.to_string()));
        }
        Err(error) => return Err(foreign().detail(error.to_string())),
    };
    if heading.slipway != KIND {
        return Err(foreign());
    }
    if heading.version > VERSION {
        return Err(unreadable("This file was written by a newer Slipway.")
            .hint("Install the newest Slipway."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let exported: Exported = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable("This file is damaged.").detail(error.to_string()))?;
    Ok(exported.form)
}

pub(super) async fn import(shared: &Arc<Shared>, text: &str) -> Result<ImportedProfile> {
    let form = read(text)?;
    let facts = facts(shared, form.reference(), &[]).await;
    on_thread(move || settled_here(form, &facts)).await
}

/// The form as it can be used here, and what is different from where it comes from.
fn settled_here(mut form: LaunchForm, facts: &CheckFacts) -> ImportedProfile {
    let mut notes = Vec::new();
    form.risk_accepted = false;
    for row in &mut form.advanced.environment {
        if row.secret {
            row.value.clear();
        }
    }
    settle_recipe(&mut form, facts, &mut notes);
    settle_storage(&mut form, facts, &mut notes);
    settle_addresses(&mut form, facts, &mut notes);
    settle_network(&mut form, &facts.snapshot, &mut notes);
    if let Some((uid, gid)) = facts.user.filter(|(uid, _)| form.user.mapped && *uid != 0) {
        form.user.uid = uid.to_string();
        form.user.gid = gid.to_string();
    }
    let before = form.clone();
    let mut form = form::like(form, facts);
    if form.name != before.name {
        notes.push(format!(
            "There is a lab or container {} here already, so this one is called {}.",
            before.name, form.name
        ));
    }
    for (old, new) in before.ports.iter().zip(&form.ports) {
        if old.host != new.host {
            notes.push(format!(
                "Port {} is taken here; {} is proposed.",
                old.host, new.host
            ));
        }
    }
    if form.storage.volume != before.storage.volume && form.storage.kind == StorageKind::Volume {
        notes.push(format!(
            "The volume {} belongs to another lab here; {} is proposed.",
            before.storage.volume, form.storage.volume
        ));
    }
    if form.sign_in == SignInChoice::Own {
        notes.push("Its own password is not in the file; type it before you launch.".to_owned());
    }
    let secret = form.advanced.secret_names();
    if !secret.is_empty() {
        notes.push(format!(
            "Secret values are not in the file; type {} before you launch.",
            secret.join(", ")
        ));
    }
    form.risk_accepted = false;
    ImportedProfile { form, notes }
}

fn settle_recipe(form: &mut LaunchForm, facts: &CheckFacts, notes: &mut Vec<String>) {
    if facts.catalogue.recipe(&form.recipe).is_some() {
        return;
    }
    let Some(reference) = form.reference() else {
        return;
    };
    let image = recognition::config_of(&reference, facts.image.as_ref());
    let recipe = recognition::recognise(&facts.catalogue, &reference, image);
    notes.push(format!(
        "The recipe {} is not here; the lab is treated as “{}”.",
        form.recipe.0, recipe.name
    ));
    form.recipe = recipe.id.clone();
}

fn settle_storage(form: &mut LaunchForm, facts: &CheckFacts, notes: &mut Vec<String>) {
    let snapshot = &facts.snapshot;
    let here = snapshot
        .report
        .facts
        .as_ref()
        .is_none_or(|facts| facts.this_computer);
    match form.storage.kind {
        StorageKind::Folder if here && is_foreign_path(&form.storage.folder) => {
            let volume = form::free_volume(&form.name, facts);
            notes.push(format!(
                "Work was kept in {}, a path of another operating system; here the volume {volume} is proposed.",
                form.storage.folder
            ));
            form.storage.kind = StorageKind::Volume;
            form.storage.folder = String::new();
            form.storage.volume = volume;
        }
        StorageKind::Folder if here && !Path::new(form.storage.folder.trim()).is_dir() => {
            notes.push(format!(
                "The folder {} is not on this computer; choose another one.",
                form.storage.folder
            ));
        }
        StorageKind::Volume if !has_volume(snapshot, &form.storage.volume) => {
            notes.push(format!(
                "The volume {} is not here; a new, empty one is made.",
                form.storage.volume
            ));
        }
        _ => {}
    }
    for row in &form.advanced.mounts {
        match row.kind {
            MountKind::Folder if here && is_foreign_path(&row.source) => notes.push(format!(
                "{} is a path of another operating system; choose a folder of this computer.",
                row.source
            )),
            MountKind::Folder if here && !Path::new(row.source.trim()).exists() => {
                notes.push(format!("{} is not on this computer.", row.source));
            }
            MountKind::Volume
                if !row.source.trim().is_empty() && !has_volume(snapshot, &row.source) =>
            {
                notes.push(format!(
                    "The volume {} is not here; a new, empty one is made.",
                    row.source
                ));
            }
            _ => {}
        }
    }
}

fn has_volume(snapshot: &Snapshot, name: &str) -> bool {
    snapshot
        .volumes
        .keys()
        .any(|volume| volume.as_str() == name.trim())
}

/// `C:\work` and `\\server\share` on Unix, `/home/anna` on Windows.
fn is_foreign_path(path: &str) -> bool {
    let path = path.trim();
    let bytes = path.as_bytes();
    let of_windows = path.starts_with("\\\\")
        || (bytes.get(1) == Some(&b':') && bytes.first().is_some_and(u8::is_ascii_alphabetic));
    if cfg!(windows) {
        path.starts_with('/') && !path.starts_with("//")
    } else {
        of_windows
    }
}

fn settle_addresses(form: &mut LaunchForm, facts: &CheckFacts, notes: &mut Vec<String>) {
    let here = facts
        .snapshot
        .report
        .facts
        .as_ref()
        .is_none_or(|facts| facts.this_computer);
    let is_strange = |ip: &str| {
        ip.trim()
            .parse()
            .map_or(true, |ip| here && !listen::is_of_this_machine(ip))
    };
    if is_strange(&form.listen_ip) {
        notes.push(format!(
            "{} is not an address of this computer, so only this computer can reach the lab.",
            form.listen_ip
        ));
        LOOPBACK.clone_into(&mut form.listen_ip);
    }
    for row in &mut form.ports {
        if !row.listen_ip.trim().is_empty() && is_strange(&row.listen_ip) {
            notes.push(format!(
                "{} is not an address of this computer, so port {} listens where the lab does.",
                row.listen_ip, row.container
            ));
            row.listen_ip.clear();
        }
    }
}

fn settle_network(form: &mut LaunchForm, snapshot: &Snapshot, notes: &mut Vec<String>) {
    let network = &mut form.advanced.network;
    let name = network.name.trim();
    let known = !is_own(name) || snapshot.networks.values().any(|row| row.name == name);
    if !known {
        notes.push(format!(
            "The network {name} is not here; it is made at the launch."
        ));
        network.create = true;
    }
}

/// The mark that a lab gets on the engine of this moment.
pub(super) fn on_this_engine(profile: Profile, snapshot: &Snapshot) -> Profile {
    Profile {
        engine: mark_of(snapshot),
        ..profile
    }
}

#[cfg(test)]
mod tests;
