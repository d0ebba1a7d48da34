//! Changing a lab: other ports, volumes, variables, limits, another version of its image.
//!
//! What its container takes as it is (name, limits, restart policy) is set at once. For everything
//! else a new container is made beside the old one, under a name of its own, and has to answer before
//! it gets the place; the old one is removed last. Where the two cannot run side by side (`meeting`),
//! the old one is stopped, and started again if the new one does not come to answer. Each step is
//! written down before it is taken (`journal`), and one way leads from every step to an end
//! (`settling`), which is taken after a failure, a cancellation, and at the next start of a Slipway
//! that was ended in between. The journey itself is that of a launch.
//!
//! Volumes without a name are taken along, and so are networks that the old container was put on by
//! hand. What lies in the old container outside volumes is lost, which the person has to accept.

use std::sync::Arc;

use slipway_engine::Engine;
use slipway_engine::containers::{
    ContainerSpec, ContainerUpdate, JoinedNetwork, Mount, MountSource, Restart,
};
use slipway_engine::inventory::{ContainerRow, ContainerState, EngineStatus};
use slipway_vault::Secret;

use super::cards::is_up;
use super::changes::change_groups;
use super::deleting::MOST_CHANGES;
use super::keeping::refresh;
use super::launching::refuse;
use super::profiles;
use super::secrets::{kept_variables, own_password};
use super::shared::{Shared, mark_of};
use super::wizard::{self, on_thread};
use crate::card::LabId;
use crate::change::{ChangeCheck, ChangeManner, ChangePreview, ChangeStart};
use crate::check::{self, FormCheck};
use crate::form::{LaunchForm, SignInChoice, StorageKind, TypedSecrets};
use crate::launch::{self, Launch, Luggage};
use crate::plan::{self, LaunchPlan};
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::{Profile, saved_form};
use crate::{names, options};

mod difference;
pub(crate) mod journal;
mod meeting;
mod settling;

use difference::Difference;
use journal::{Entry, Journal};
pub(in crate::labs) use settling::take_up;
pub(crate) use settling::{forward, settle};

/// The container whose place a new one is to take.
pub(crate) struct Replaced {
    pub journal: Journal,
    /// The lab as it was.
    pub profile: Profile,
    pub row: Arc<ContainerRow>,
    /// Networks that it is on.
    networks: Vec<JoinedNetwork>,
    /// It has to be stopped before the new one starts.
    pub stops: bool,
    /// How long it may take to end by itself, in seconds.
    pub grace: u32,
}

/// The lab's form as it is, for changing it.
pub(super) fn form(shared: &Arc<Shared>, lab: &LabId) -> Result<LaunchForm> {
    let form = shared
        .state()
        .profiles
        .get(lab)
        .map(|profile| profile.saved.form.clone());
    form.ok_or_else(Problem::no_such_lab)
}

/// Checks a changed form, and says what the change will do.
pub(super) async fn check(
    shared: &Arc<Shared>,
    lab: &LabId,
    form: &LaunchForm,
    typed: &TypedSecrets,
) -> Result<ChangeCheck> {
    let (profile, row) = shared.lab(lab)?;
    let difference = difference::between(&profile.saved.form, form, typed);
    let mut check = checked(shared, &profile, &row, form, typed).await?;
    // The sentences of the check are about launching.
    check.gate = check
        .gate
        .map(|gate| gate.replace(" to launch", " to go on"));
    let engine = shared.engine()?;
    let networks = if difference.anew.is_empty() {
        Vec::new()
    } else {
        engine.joined_networks(&row.id).await.unwrap_or_default()
    };
    let image = match form.reference() {
        Some(reference) => engine.inspect_image(&reference.to_string()).await.ok(),
        None => None,
    };
    let plan = plan::plan(form, image.as_ref(), &shared.catalogue()).ok();
    let stops = plan
        .as_ref()
        .filter(|_| is_up(row.state) && !difference.anew.is_empty())
        .and_then(|plan| meeting::why_not_both(&row, &networks, &plan.container, &plan.recipe));
    let preview = ChangePreview {
        manner: match (difference.is_nothing(), difference.anew.is_empty()) {
            (true, _) => ChangeManner::Nothing,
            (false, true) => ChangeManner::AtOnce,
            (false, false) => ChangeManner::Anew,
        },
        obstacle: obstacle(&profile, &row, &difference, stops.is_some()),
        running: is_up(row.state),
        kept: kept(&profile, &row, form, &networks),
        stops,
        at_once: difference.at_once,
        anew: difference.anew,
    };
    Ok(ChangeCheck { check, preview })
}

/// The form's check, for which the lab's own name, ports and volumes are not taken.
async fn checked(
    shared: &Arc<Shared>,
    profile: &Profile,
    row: &ContainerRow,
    form: &LaunchForm,
    typed: &TypedSecrets,
) -> Result<FormCheck> {
    let own = match (&typed.password, form.sign_in) {
        (Some(typed), _) => Some(Secret::new(typed.clone())),
        (None, SignInChoice::Own) => own_password(shared, profile).await,
        (None, SignInChoice::FromImage) => None,
    };
    let except = std::slice::from_ref(&profile.id);
    let mut facts = wizard::facts(shared, form.reference(), except).await;
    facts.own = Some(row.id.clone());
    facts.download = super::measuring::known(shared, form);
    facts.known_secrets = typed
        .variables
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, _)| name.trim().to_owned())
        .collect();
    let kept = kept_variables(shared, &profile.id, &profile.saved.form).await;
    facts.known_secrets.extend(kept.into_keys());
    let form = form.clone();
    on_thread(move || check::check(&form, &facts, own.as_ref().map(Secret::reveal))).await
}

/// Why this lab cannot be made anew.
fn obstacle(
    profile: &Profile,
    row: &ContainerRow,
    difference: &Difference,
    stops: bool,
) -> Option<String> {
    if difference.anew.is_empty() {
        return None;
    }
    let name = &profile.saved.form.name;
    if profile.adopted {
        return Some(format!(
            "The container of {name} was made with another program, and Slipway does not know all that it is made of. Duplicate it as a lab of its own instead."
        ));
    }
    if row.state == ContainerState::Paused {
        return Some(format!("{name} is paused. Let it go on or stop it first."));
    }
    if stops && profile.saved.form.advanced.remove_when_stopped {
        return Some(format!(
            "{name} is removed as soon as it stops, so it could not go on if the change fails. Choose another port or another volume, or duplicate it."
        ));
    }
    None
}

fn kept(
    profile: &Profile,
    row: &ContainerRow,
    form: &LaunchForm,
    networks: &[JoinedNetwork],
) -> Vec<String> {
    let mut kept = Vec::new();
    let old = &profile.saved.form.storage;
    let same = |other: &LaunchForm| {
        other.storage.kind == old.kind
            && other.storage.volume.trim() == old.volume.trim()
            && other.storage.folder.trim() == old.folder.trim()
    };
    match (old.kind, same(form)) {
        (StorageKind::Volume, true) => {
            kept.push(format!(
                "Your work in the volume {} stays.",
                old.volume.trim()
            ));
        }
        (StorageKind::Folder, true) => {
            kept.push(format!(
                "Your work in the folder {} stays.",
                old.folder.trim()
            ));
        }
        (StorageKind::Volume, false) => kept.push(format!(
            "The volume {} stays with all that is in it, and this lab no longer shows it.",
            old.volume.trim()
        )),
        (StorageKind::Folder, false) => kept.push(format!(
            "The folder {} stays with all that is in it, and this lab no longer shows it.",
            old.folder.trim()
        )),
        (StorageKind::Nothing, _) => {}
    }
    for mount in nameless(row) {
        kept.push(format!("What lies in {} is taken along.", mount.target));
    }
    if !form.advanced.secret_names().is_empty() || form.sign_in == SignInChoice::Own {
        kept.push("Password and secret values are taken along.".to_owned());
    }
    let further: Vec<&str> = further(networks, &profile.saved.form)
        .map(|network| network.name.as_str())
        .collect();
    if !further.is_empty() {
        kept.push(format!("It stays on the network {}.", further.join(", ")));
    }
    kept
}

/// Volumes that Docker named by itself: they would be lost with the old container.
fn nameless(
    row: &ContainerRow,
) -> impl Iterator<Item = &slipway_engine::inventory::ContainerMount> {
    row.mounts
        .iter()
        .filter(|mount| mount.kind == "volume" && names::is_anonymous_volume(&mount.source))
}

/// Networks on which the container was put beside its own.
fn further<'a>(
    networks: &'a [JoinedNetwork],
    form: &LaunchForm,
) -> impl Iterator<Item = &'a JoinedNetwork> {
    let own = match form.advanced.network.name.trim() {
        "" | "default" => "bridge".to_owned(),
        name => name.to_owned(),
    };
    networks.iter().filter(move |network| {
        network.name != own && network.name != "host" && network.name != "none"
    })
}

/// Changes a lab, at once or as a journey that is followed like a launch.
pub(super) async fn change(
    shared: &Arc<Shared>,
    lab: &LabId,
    mut form: LaunchForm,
    mut typed: TypedSecrets,
    loss_accepted: bool,
) -> Result<ChangeStart> {
    typed.take_from(&mut form);
    typed.variables.retain(|_, value| !value.is_empty());
    let one_at_a_time = shared.launching.lock().await;
    shared.not_changing(lab)?;
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    if shared.snapshot().report.status != EngineStatus::Ready {
        return Err(slipway_engine::Error::Connecting.into());
    }
    let difference = difference::between(&profile.saved.form, &form, &typed);
    if difference.is_nothing() {
        return Ok(ChangeStart::Done);
    }
    refuse(&checked(shared, &profile, &row, &form, &typed).await?)?;
    if difference.anew.is_empty() {
        drop(one_at_a_time);
        at_once(shared, &engine, &profile, &row, form).await?;
        return Ok(ChangeStart::Done);
    }
    let image = match form.reference() {
        Some(reference) => engine.inspect_image(&reference.to_string()).await.ok(),
        None => None,
    };
    let plan = plan::plan(&form, image.as_ref(), &shared.catalogue())?;
    let networks = engine.joined_networks(&row.id).await?;
    let stops = is_up(row.state)
        && meeting::why_not_both(&row, &networks, &plan.container, &plan.recipe).is_some();
    if let Some(why) = obstacle(&profile, &row, &difference, stops) {
        return Err(Problem::new(
            ProblemKind::Other,
            format!("{} cannot be changed like this.", profile.saved.form.name),
        )
        .because(why));
    }
    if !loss_accepted {
        refuse_loss(&engine, &profile, &row).await?;
    }
    begin(shared, profile, row, networks, stops, (form, typed, plan)).await?;
    Ok(ChangeStart::UnderWay)
}

/// What lies in the old container outside volumes goes with it, and nobody has said that it may.
async fn refuse_loss(engine: &Engine, profile: &Profile, row: &ContainerRow) -> Result<()> {
    let (listed, _) = engine.container_changes(&row.id, MOST_CHANGES).await?;
    let targets: Vec<&str> = row
        .mounts
        .iter()
        .map(|mount| mount.target.as_str())
        .collect();
    let (_, count) = change_groups(&listed, &targets);
    if count == 0 {
        return Ok(());
    }
    let name = &profile.saved.form.name;
    let files = if count == 1 {
        "1 change".to_owned()
    } else {
        format!("{count} changes")
    };
    Err(Problem::new(
        ProblemKind::Other,
        format!("{files} outside the volume will be lost."),
    )
    .because(format!(
        "{name} gets a new container, and what was installed or written in the old one is not in it."
    ))
    .hint("Say that they may be lost, or keep them first."))
}

async fn begin(
    shared: &Arc<Shared>,
    profile: Profile,
    row: Arc<ContainerRow>,
    networks: Vec<JoinedNetwork>,
    stops: bool,
    (form, typed, plan): (LaunchForm, TypedSecrets, LaunchPlan),
) -> Result<()> {
    let lab = profile.id.clone();
    let own_password = match (form.sign_in, typed.password.map(Secret::new)) {
        (SignInChoice::FromImage, _) => None,
        (SignInChoice::Own, Some(typed)) => Some(typed),
        (SignInChoice::Own, None) => own_password(shared, &profile).await,
    };
    let wanted = form.advanced.secret_names();
    let mut variables = kept_variables(shared, &lab, &form).await;
    for (name, value) in typed.variables {
        let name = name.trim().to_owned();
        if wanted.contains(&name) {
            variables.insert(name, Secret::new(value));
        }
    }
    let mark = shared.sources.hex(2);
    let entry = Entry {
        lab: lab.clone(),
        engine: mark_of(&shared.snapshot()),
        old: row.id.clone(),
        name: row.name.clone(),
        aside: format!("{}-before-{mark}", row.name),
        temporary: format!("{}-new-{mark}", plan.container.name),
        ran: is_up(row.state),
        volumes: Vec::new(),
        networks: Vec::new(),
        proven: false,
        after: Profile {
            container: None,
            stopped: None,
            saved: saved_form(form.clone(), None),
            ..profile.clone()
        },
        restart: plan.container.restart,
    };
    let old_plan = plan::plan(&profile.saved.form, None, &shared.catalogue());
    let replaced = Replaced {
        journal: Journal::begin(&shared.home.profiles, entry)?,
        grace: old_plan.map_or(10, |plan| plan.stop_grace_seconds),
        profile,
        row,
        networks,
        stops,
    };
    let luggage = Luggage {
        lab: lab.clone(),
        risks_accepted: form.risk_accepted,
        form,
        own_password,
        variables,
        plan,
        previous: None,
        replaced: Some(replaced),
    };
    shared.change(|state| {
        state.failures.remove(&lab);
        let launch = launch::begin(shared, luggage);
        state.launches.insert(lab, launch);
    });
    Ok(())
}

impl Replaced {
    /// The new container as it is until it has the place: under its own name, and left alone by the
    /// engine when it ends, because then it has failed. Volumes without a name come along.
    pub(crate) fn adjust(&self, spec: &mut ContainerSpec) {
        spec.name.clone_from(&self.journal.entry.temporary);
        spec.restart = Restart::default();
        for mount in nameless(&self.row) {
            let source = MountSource::Volume(mount.source.clone());
            match spec
                .mounts
                .iter_mut()
                .find(|new| new.target == mount.target)
            {
                Some(new) if new.source == MountSource::Volume(String::new()) => {
                    new.source = source;
                }
                Some(_) => {}
                None => spec.mounts.push(Mount {
                    source,
                    target: mount.target.clone(),
                    read_only: mount.read_only,
                }),
            }
        }
    }

    /// Looks again with the plan as it is now that the image's Config is known.
    pub(crate) fn look_again(&mut self, plan: &LaunchPlan) {
        let why = meeting::why_not_both(&self.row, &self.networks, &plan.container, &plan.recipe);
        self.stops = is_up(self.row.state) && why.is_some();
    }

    /// Networks on which the new container is put beside its own.
    pub(crate) fn to_join(&self, spec: &ContainerSpec) -> Vec<JoinedNetwork> {
        let own = spec.network.as_deref().unwrap_or("bridge");
        if matches!(own, "host" | "none") || own.starts_with("container:") {
            return Vec::new();
        }
        further(&self.networks, &self.profile.saved.form)
            .filter(|network| network.name != own)
            .cloned()
            .collect()
    }
}

/// Limits, restart policy and name, without a new container.
async fn at_once(
    shared: &Arc<Shared>,
    engine: &Engine,
    profile: &Profile,
    row: &ContainerRow,
    form: LaunchForm,
) -> Result<()> {
    let of = |form: &LaunchForm| options::read(form).0.spec;
    let (before, after) = (of(&profile.saved.form), of(&form));
    let changed = |new: &ContainerSpec, old: &ContainerSpec| ContainerUpdate {
        memory: new.memory.filter(|_| new.memory != old.memory),
        nano_cpus: new.nano_cpus.filter(|_| new.nano_cpus != old.nano_cpus),
        restart: (new.restart != old.restart).then_some(new.restart),
    };
    let update = changed(&after, &before);
    if update != ContainerUpdate::default() {
        engine.update_container(&row.id, update).await?;
    }
    if let Err(problem) = profiles::rename(shared, &profile.id, &form.name).await {
        // All or nothing: what was set is set back, as far as the engine can.
        let _ = engine
            .update_container(&row.id, changed(&before, &after))
            .await;
        return Err(problem);
    }
    let saved = shared.change(|state| {
        let profile = state.profiles.get_mut(&profile.id)?;
        profile.saved.form.advanced = form.advanced;
        Some(profile.clone())
    });
    // Whoever asked finds the list with it.
    refresh(shared);
    saved.map_or(Ok(()), |profile| shared.save(&profile))
}

impl Shared {
    /// # Errors
    /// That the lab is being launched or changed at this moment.
    pub(super) fn not_changing(&self, lab: &LabId) -> Result<()> {
        let state = self.state();
        let name = state
            .profiles
            .get(lab)
            .map(|profile| profile.saved.form.name.clone());
        let busy = state
            .launches
            .get(lab)
            .is_some_and(|launch| launch.of_change && Launch::is_under_way(launch));
        match name.filter(|_| busy) {
            Some(name) => Err(journal::busy(&name)),
            None => Ok(()),
        }
    }
}
