//! Checks a form: what is wrong at which field, what it will do, and what it risks.
//!
//! Pure where it can be; what must be looked up (ports, folders, the image) comes in as facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::ImageReference;
use slipway_engine::health::EngineFacts;
use slipway_engine::images::ImageDetails;
use specta::Type;

use crate::catalogue::Catalogue;
use crate::downloads::Known;
use crate::form::LaunchForm;
use crate::options::Options;
use crate::recipe::{Generation, Recipe, SignInKind};
use crate::risk::RiskPanel;
use crate::{options, recognition, risk};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NoteLevel {
    /// "Port 8888 is free"
    Good,
    /// A fact worth knowing.
    Note,
    Warning,
    /// Could cost work or open the machine; does not block.
    Danger,
    /// Launch is not possible with it.
    Error,
}

/// One sentence at one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldNote {
    /// `name`, `image`, `version`, `listenIp`, `ports.0.host`, `ports.1.container`, `storage`,
    /// `storage.volume`, `storage.folder`, `storage.target`, `dockerControl`, `signIn`, `user.uid`, `user.gid`,
    /// `ports.1.listenIp`, `advanced.<field>`, `advanced.environment.0.name`, `advanced.mounts.2.source`, `advanced.rare.1`, …
    pub field: String,
    pub level: NoteLevel,
    pub message: String,
    /// A button that settles it.
    pub fix: Option<FieldFix>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldFix {
    /// "Use port 8889"
    pub label: String,
    /// The whole form with the fix applied.
    pub form: LaunchForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReviewKind {
    Image,
    Address,
    Work,
    SignIn,
    User,
    Ports,
    DockerControl,
    Variables,
    Mounts,
    Limits,
    Gpu,
    Network,
    Lifetime,
    Program,
    Privileged,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    Plain,
    Warning,
    Danger,
}

/// One line of the review in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReviewLine {
    pub kind: ReviewKind,
    /// "Work is kept in my-vol"
    pub title: String,
    /// "Stays when you delete the lab"
    pub detail: String,
    pub tone: Tone,
}

/// The same launch as a command that a person could type. Secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EquivalentCommand {
    /// One argument group a line (`docker run --detach`, `--publish 127.0.0.1:8888:8888`, …, the image),
    /// quoted, without continuation marks; joined with ` \` and a newline for copying.
    pub bash: Vec<String>,
    /// The same with PowerShell's quoting; joined with a backtick and a newline.
    pub powershell: Vec<String>,
    /// What has to be typed afterwards, where the image does not start its page itself.
    pub followed_by: Option<SecondCommand>,
}

/// The `docker exec` that starts the page once the container runs, as one line for each shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecondCommand {
    pub bash: String,
    pub powershell: String,
    /// What it is for, and what has to be set first.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormCheck {
    pub notes: Vec<FieldNote>,
    pub review: Vec<ReviewLine>,
    /// `None` while the form has errors that leave nothing sensible to show.
    pub command: Option<EquivalentCommand>,
    /// Present where something risky is on: the panel, and the tick that Launch waits for.
    pub risks: Option<RiskPanel>,
    /// Why Launch is not possible, in one sentence; `None`: it is.
    pub gate: Option<String>,
    /// "Ready in about 20 seconds."
    pub outlook: String,
    /// Must be downloaded first.
    pub needs_download: bool,
    /// How much there is to download at most, as far as it is known.
    pub download_size: Option<slipway_engine::Bytes>,
}

/// What a check has to know beyond the form.
#[derive(Clone)]
pub struct CheckFacts {
    pub catalogue: Catalogue,
    pub snapshot: Arc<slipway_engine::inventory::Snapshot>,
    /// The image's Config where it is on the engine.
    pub image: Option<ImageDetails>,
    /// What a server of this very image has said that it asks for, when nothing but the image decided it.
    pub asks: Option<SignInKind>,
    /// Names of the other labs, with the volumes and containers they use.
    pub labs: Vec<LabFacts>,
    pub keyring: slipway_vault::VaultStatus,
    /// Names of secret variables whose values were typed, or are kept from an earlier launch.
    pub known_secrets: BTreeSet<String>,
    /// This person's user and group ids, where the system has them.
    pub user: Option<(u32, u32)>,
    /// What the image's registry has said of the download; `None`: not asked.
    pub download: Option<Known>,
    /// The container of the lab that is being changed: what it has is free for it.
    pub own: Option<slipway_engine::ContainerId>,
}

/// What a check knows of another lab.
#[derive(Clone, Debug)]
pub struct LabFacts {
    pub name: String,
    pub container: Option<String>,
    pub volume: Option<String>,
    pub image: String,
}

mod advanced;
mod folder;
mod gate;
mod image;
mod name;
mod ports;
mod reach;
mod review;
mod sign_in;
mod storage;
mod user;
mod volume;

pub(crate) use advanced::machine::{no_gpu, numbered as numbered_gpus};
pub(crate) use advanced::removal;
pub(crate) use sign_in::as_its_server_said;

/// Checks the form against the facts. Looks at ports and folders of this machine, so it blocks:
/// run it on a blocking thread.
pub fn check(form: &LaunchForm, facts: &CheckFacts, own_password: Option<&str>) -> FormCheck {
    let reference = form.reference();
    let image = reference
        .as_ref()
        .and_then(|reference| recognition::config_of(reference, facts.image.as_ref()));
    let recipe = match (facts.catalogue.recipe(&form.recipe), &reference) {
        (Some(recipe), _) => Some(recipe),
        (None, Some(reference)) => Some(recognition::recognise(&facts.catalogue, reference, image)),
        (None, None) => None,
    };
    let mut generation = match (recipe, &reference) {
        (Some(recipe), Some(reference)) => recognition::generation(recipe, reference, image),
        (Some(recipe), None) => recipe.generations.last().cloned().unwrap_or_default(),
        (None, _) => Generation::default(),
    };
    as_its_server_said(&mut generation, form, facts);
    let (options, found) = options::read(form);
    let subject = Subject {
        form,
        facts,
        options,
        recipe,
        here: reference
            .as_ref()
            .is_some_and(|reference| is_here(reference, &facts.snapshot))
            || image.is_some(),
        reference,
        generation,
        image,
        engine: facts.snapshot.report.facts.as_ref(),
        own_password,
    };
    let mut notes = Notes::default();
    name::check(&subject, &mut notes);
    image::check(&subject, &mut notes);
    reach::check(&subject, &mut notes);
    ports::check(&subject, &mut notes);
    storage::check(&subject, &mut notes);
    sign_in::check(&subject, &mut notes);
    user::check(&subject, &mut notes);
    advanced::check(&subject, &mut notes, found);
    let notes = notes.0;

    let reason = subject
        .recipe
        .and_then(|recipe| recipe.privileged.as_deref());
    let risks = risk::panel(form, subject.engine).map(|panel| panel.with_reason(reason));
    let command = crate::plan::plan(form, facts.image.as_ref(), &facts.catalogue)
        .ok()
        .map(|plan| {
            let plan = match subject.engine {
                Some(engine) => plan.on_engine(engine),
                None => plan,
            };
            crate::command_line::equivalent(&plan)
        });
    FormCheck {
        review: review::lines(&subject),
        outlook: review::outlook(&subject),
        gate: gate::gate(&subject, &notes, risks.is_some()),
        needs_download: subject.reference.is_some() && !subject.here,
        download_size: subject.download().map(slipway_engine::Bytes),
        notes,
        command,
        risks,
    }
}

/// What every part of the check looks at.
struct Subject<'a> {
    form: &'a LaunchForm,
    facts: &'a CheckFacts,
    recipe: Option<&'a Arc<Recipe>>,
    /// `None`: image and version together are no valid name.
    reference: Option<ImageReference>,
    generation: Generation,
    /// What is folded away, as far as it can be read.
    options: Options,
    /// The Config of this very image, where it is on the engine.
    image: Option<&'a ImageDetails>,
    here: bool,
    engine: Option<&'a EngineFacts>,
    own_password: Option<&'a str>,
}

impl Subject<'_> {
    /// What the engine runs on is this computer, so its folders and ports can be looked at.
    fn this_computer(&self) -> bool {
        self.engine.is_none_or(|engine| engine.this_computer)
    }

    /// "AI-Lab", or "The lab" where nothing better is known.
    fn kind_name(&self) -> &str {
        match self.recipe {
            Some(recipe) if !recipe.images.is_empty() => {
                recipe.lab_name.as_deref().unwrap_or(&recipe.name)
            }
            _ => "The lab",
        }
    }

    /// Bytes to download at most: what the registry says, else the recipe's own figure for its own image.
    fn download(&self) -> Option<u64> {
        let reference = self.reference.as_ref().filter(|_| !self.here)?;
        match &self.facts.download {
            Some(Known::Size(bytes)) => Some(*bytes),
            _ => self
                .recipe
                .filter(|recipe| recognition::offers(recipe, reference))
                .and_then(|recipe| recipe.download_size),
        }
    }

    /// "up to 1.2 GB". An engine without any image has none of the layers.
    fn download_words(&self) -> Option<String> {
        let bytes = self.download()?;
        let most = if self.facts.snapshot.images.is_empty() {
            "about"
        } else {
            "up to"
        };
        Some(format!("{most} {}", image::size(bytes)))
    }

    /// Why there is no such figure, where the registry was asked.
    fn size_unknown(&self) -> Option<&str> {
        match (&self.facts.download, self.download()) {
            (Some(Known::Unknown(why)), None) if !self.here => Some(why),
            _ => None,
        }
    }

    /// The form with a change applied, as a button.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every note takes an optional button, and most have one"
    )]
    fn fix(
        &self,
        label: impl Into<String>,
        change: impl FnOnce(&mut LaunchForm),
    ) -> Option<FieldFix> {
        let mut form = self.form.clone();
        change(&mut form);
        Some(FieldFix {
            label: label.into(),
            form,
        })
    }
}

/// Notes in the order in which the fields stand on the page.
#[derive(Default)]
struct Notes(Vec<FieldNote>);

impl Notes {
    fn add(
        &mut self,
        level: NoteLevel,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Option<FieldFix>,
    ) {
        self.0.push(FieldNote {
            field: field.into(),
            level,
            message: message.into(),
            fix,
        });
    }

    fn error(
        &mut self,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Option<FieldFix>,
    ) {
        self.add(NoteLevel::Error, field, message, fix);
    }

    fn warning(
        &mut self,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Option<FieldFix>,
    ) {
        self.add(NoteLevel::Warning, field, message, fix);
    }

    fn note(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.add(NoteLevel::Note, field, message, None);
    }
}

/// What was typed, cut where it is too long for a sentence.
fn shortened(typed: &str) -> String {
    const LONGEST: usize = 40;
    if typed.chars().count() <= LONGEST {
        return typed.to_owned();
    }
    typed.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn is_here(reference: &ImageReference, snapshot: &slipway_engine::inventory::Snapshot) -> bool {
    snapshot.images.values().any(|row| {
        let names = if reference.digest.is_some() {
            &row.digests
        } else {
            &row.tags
        };
        names
            .iter()
            .filter_map(|name| ImageReference::parse(name).ok())
            .any(|name| match &reference.digest {
                Some(digest) => {
                    name.digest.as_ref() == Some(digest) && name.path() == reference.path()
                }
                None => recognition::same_image(&name, reference),
            })
    })
}

#[cfg(test)]
mod tests;
