//! Saving a lab as an image: everything outside of volumes, and nothing that is secret.
//!
//! Secrets of a lab lie in three places. Variables and labels of the container are left out by the engine crate
//! (`containers::commit`). The file with Slipway's own token, and what a running Jupyter notes of itself, are files of
//! the container; they are emptied for the moment in which the image is made, and put back (`hiding`).
//! A saving goes on when the page is left: it is a task of its own.

mod hiding;

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::containers::CommitSpec;
use slipway_engine::endpoint::EngineProduct;
use slipway_engine::inventory::{ContainerRow, ContainerState, ImageRow, Snapshot};
use slipway_engine::{Bytes, Engine, Error, ImageReference};

use super::changes::kept_places;
use super::shared::{Shared, reference_of};
use crate::card::LabId;
use crate::names;
use crate::problem::{Problem, ProblemKind, Result};
use crate::profile::Profile;
use crate::recognition::same_image;
use crate::saving::{
    ImageNameCheck, ImageWish, LONGEST_NOTE, ReplacedImage, SAVED_FROM, SAVED_IMAGE, SAVED_LAB,
    SAVED_NOTE, SAVED_TIME, SavePreview, Saved, SavedImage,
};

/// An engine counts a large layer; the form does not wait for it.
const SIZE_PATIENCE: Duration = Duration::from_secs(8);

/// Between two looks at whether a saving is over, which happens only while a window waits to be closed.
pub(super) const LOOKING: Duration = Duration::from_millis(100);

/// The inventory hears of a new image in a moment.
const SEEN: Duration = Duration::from_secs(5);

pub(super) async fn preview(shared: &Arc<Shared>, lab: &LabId) -> Result<SavePreview> {
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    let (layer, image) = tokio::join!(
        tokio::time::timeout(SIZE_PATIENCE, engine.container_size(&row.id)),
        shared.image_of(&engine, &row)
    );
    let layer = layer.ok().and_then(std::result::Result::ok);
    let snapshot = shared.snapshot();
    let before = saved_by(&snapshot, lab).into_iter().next();
    let repository = before
        .and_then(|image| ImageReference::parse(&image.reference).ok())
        .map_or_else(
            || proposed_name(&profile.saved.form.name),
            |reference| reference.repository,
        );
    let day = day(shared.now().0);
    let tag = names::unique(&day, '-', |tag| {
        ImageReference::parse(&format!("{repository}:{tag}"))
            .is_ok_and(|reference| image_named(&snapshot, &reference).is_some())
    });
    Ok(SavePreview {
        lab: lab.clone(),
        name: repository,
        tag,
        running: row.state == ContainerState::Running,
        size: match (&layer, image) {
            (Some(layer), Some(image)) => Some(Bytes(image.size.0.saturating_add(layer.0))),
            _ => None,
        },
        layer,
        kept: kept_places(&row),
    })
}

fn day(now: i64) -> String {
    let now = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    now.to_zoned(jiff::tz::TimeZone::system())
        .strftime("%Y-%m-%d")
        .to_string()
}

/// `my-ai-lab`: never the name under which the lab's own image is published.
fn proposed_name(lab: &str) -> String {
    let slug = names::slug(lab).replace("..", ".");
    let proposed = format!("my-{slug}");
    match ImageReference::parse(&proposed) {
        Ok(_) => proposed,
        Err(_) => "my-lab".to_owned(),
    }
}

/// What is to be said of a name and a tag. Nothing is asked of the engine.
pub(super) fn check(shared: &Shared, name: &str, tag: &str) -> ImageNameCheck {
    match reference(name, tag) {
        Err(check) => check,
        Ok(reference) => ImageNameCheck {
            replaces: image_named(&shared.snapshot(), &reference)
                .map(|row| replaced(&shared.snapshot(), &row, &reference)),
            ..ImageNameCheck::default()
        },
    }
}

fn reference(name: &str, tag: &str) -> std::result::Result<ImageReference, ImageNameCheck> {
    let (name, tag) = (name.trim(), tag.trim());
    let wrong_name = |why: String| ImageNameCheck {
        name: Some(why),
        ..ImageNameCheck::default()
    };
    let wrong_tag = |why: &str| ImageNameCheck {
        tag: Some(why.to_owned()),
        ..ImageNameCheck::default()
    };
    let said = |error: Error| error.hint().unwrap_or_else(|| error.to_string());
    if name.is_empty() {
        return Err(wrong_name(
            "Give the image a name, such as my-lab.".to_owned(),
        ));
    }
    if name.contains('@')
        || name
            .rsplit_once(':')
            .is_some_and(|(_, end)| !end.contains('/'))
    {
        return Err(wrong_name(
            "The version goes into the field beside it.".to_owned(),
        ));
    }
    let bare = ImageReference::parse(name).map_err(|error| wrong_name(said(error)))?;
    if bare.path().starts_with("slipway/porthole") {
        return Err(wrong_name("Slipway uses this name itself.".to_owned()));
    }
    if tag.is_empty() {
        return Err(wrong_tag("Give it a version, such as 1."));
    }
    if tag.contains(['/', ':', '@']) || tag.contains(char::is_whitespace) {
        return Err(wrong_tag(
            "A version has letters, digits, dots, dashes and underscores.",
        ));
    }
    ImageReference::parse(&format!("{name}:{tag}")).map_err(|error| wrong_tag(&said(error)))
}

fn image_named(snapshot: &Snapshot, reference: &ImageReference) -> Option<Arc<ImageRow>> {
    let has = |row: &&Arc<ImageRow>| {
        row.tags
            .iter()
            .filter_map(|tag| ImageReference::parse(tag).ok())
            .any(|tag| same_image(&tag, reference))
    };
    snapshot.images.values().find(has).cloned()
}

fn replaced(snapshot: &Snapshot, row: &ImageRow, reference: &ImageReference) -> ReplacedImage {
    let users = snapshot.containers.values();
    let mut used_by: Vec<String> = users
        .filter(|container| container.image_id == row.id)
        .map(|container| container.name.clone())
        .collect();
    used_by.sort();
    ReplacedImage {
        reference: reference.to_string(),
        created: row.created,
        size: row.size,
        used_by,
    }
}

/// States that were saved of a lab, newest first.
pub(super) fn saved(shared: &Shared, lab: &LabId) -> Vec<SavedImage> {
    saved_by(&shared.snapshot(), lab)
}

fn saved_by(snapshot: &Snapshot, lab: &LabId) -> Vec<SavedImage> {
    let mut saved: Vec<SavedImage> = snapshot
        .images
        .values()
        .filter(|row| row.labels.get(SAVED_LAB) == Some(&lab.0))
        .flat_map(|row| row.tags.iter().map(|tag| saved_image(row, tag)))
        .collect();
    saved.sort_by(|one, other| {
        let newer = other.created.cmp(&one.created);
        newer.then_with(|| one.reference.cmp(&other.reference))
    });
    saved
}

fn saved_image(row: &ImageRow, tag: &str) -> SavedImage {
    SavedImage {
        reference: tag.to_owned(),
        note: row.labels.get(SAVED_NOTE).cloned().unwrap_or_default(),
        created: row
            .labels
            .get(SAVED_TIME)
            .and_then(|time| time.parse::<jiff::Timestamp>().ok())
            .map_or(row.created, |time| {
                slipway_engine::UnixMillis(time.as_millisecond())
            }),
        size: row.size,
    }
}

pub(super) async fn save(shared: &Arc<Shared>, lab: &LabId, wish: ImageWish) -> Result<Saved> {
    let (profile, row) = shared.lab(lab)?;
    let name = profile.saved.form.name.clone();
    let reference = reference(&wish.name, &wish.tag).map_err(|check| {
        let (field, why) = match check.name {
            Some(why) => ("name", why),
            None => ("tag", check.tag.unwrap_or_default()),
        };
        Problem::new(ProblemKind::InvalidForm, why).at(field)
    })?;
    if wish.note.chars().count() > LONGEST_NOTE {
        return Err(Problem::new(
            ProblemKind::InvalidForm,
            format!("A note has at most {LONGEST_NOTE} letters."),
        )
        .at("note"));
    }
    can_be_saved(&name, &row)?;
    let engine = shared.engine()?;
    let saving = Saving::begin(shared, lab).ok_or_else(|| {
        Problem::new(
            ProblemKind::Other,
            format!("{name} is being saved already."),
        )
        .hint("Wait until it is done.")
    })?;
    let shared = Arc::clone(shared);
    // On a task of its own: what was emptied is put back, whoever still waits.
    let work = tokio::spawn(async move {
        saving
            .make(shared, engine, profile, row, reference, wish)
            .await
    });
    work.await.unwrap_or_else(|error| {
        Err(Error::Interrupted {
            detail: error.to_string(),
        }
        .into())
    })
}

fn can_be_saved(name: &str, row: &ContainerRow) -> Result<()> {
    let why = match row.state {
        ContainerState::Removing => "Its container is being removed.",
        ContainerState::Dead => "Its container could not be removed whole, and cannot be read.",
        _ => return Ok(()),
    };
    Err(Problem::new(ProblemKind::Other, format!("{name} cannot be saved.")).because(why))
}

/// One saving of a lab at a time: what one has emptied another must not take for its content.
struct Saving {
    shared: Arc<Shared>,
    lab: LabId,
}

impl Saving {
    fn begin(shared: &Arc<Shared>, lab: &LabId) -> Option<Self> {
        let new = shared.state().saving.insert(lab.clone());
        new.then(|| Self {
            shared: Arc::clone(shared),
            lab: lab.clone(),
        })
    }

    async fn make(
        &self,
        shared: Arc<Shared>,
        engine: Engine,
        profile: Profile,
        row: Arc<ContainerRow>,
        reference: ImageReference,
        wish: ImageWish,
    ) -> Result<Saved> {
        let snapshot = shared.snapshot();
        let note = wish.note.trim().to_owned();
        let now = jiff::Timestamp::from_millisecond(shared.now().0).unwrap_or_default();
        let spec = CommitSpec {
            labels: [
                (SAVED_LAB, self.lab.0.clone()),
                (SAVED_FROM, profile.saved.form.name.clone()),
                (SAVED_NOTE, note.clone()),
                (SAVED_TIME, now.to_string()),
                (SAVED_IMAGE, origin(&profile, &row, &snapshot)),
            ]
            .map(|(name, text)| (name.to_owned(), text))
            .into(),
            pause: wish.pause && row.state == ContainerState::Running,
            note,
            containerd_store: snapshot.report.facts.as_ref().is_some_and(|facts| {
                facts.containerd_store || facts.endpoint.product == EngineProduct::Podman
            }),
            reference,
        };
        let hidden = hiding::hide(&shared, &engine, &self.lab, &profile, &row)
            .await
            .map_err(nothing_saved)?;
        let committed = engine.commit_container(&row.id, &spec).await;
        let caution = hidden.put_back(&engine, &row.id).await;
        committed.map_err(nothing_saved)?;
        let image = seen(&shared, &spec).await;
        Ok(Saved { image, caution })
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        self.shared.state().saving.remove(&self.lab);
    }
}

fn nothing_saved(error: Error) -> Problem {
    Problem::from(error).because("No image was made, and the lab is as it was.")
}

/// The published image that a lab goes back to, over states that were saved in between.
fn origin(profile: &Profile, row: &ContainerRow, snapshot: &Snapshot) -> String {
    let image = snapshot.images.get(&row.image_id);
    let labelled = image.and_then(|image| image.labels.get(SAVED_IMAGE));
    let form = &profile.saved.form;
    labelled
        .filter(|origin| !origin.is_empty())
        .cloned()
        .unwrap_or_else(|| reference_of(&form.image, &form.version).to_string())
}

/// The image as the lists have it, as soon as they do.
async fn seen(shared: &Shared, spec: &CommitSpec) -> SavedImage {
    let is_it = |snapshot: &Snapshot| {
        image_named(snapshot, &spec.reference)
            .filter(|row| row.labels.get(SAVED_TIME) == spec.labels.get(SAVED_TIME))
    };
    let mut snapshots = shared.home.inventory.watch();
    let there = snapshots.wait_for(|snapshot| is_it(snapshot).is_some());
    let _ = tokio::time::timeout(SEEN, there).await;
    let name = spec.reference.to_string();
    match is_it(&shared.snapshot()) {
        Some(row) => saved_image(&row, &name),
        None => SavedImage {
            reference: name,
            note: spec.note.clone(),
            created: shared.now(),
            size: Bytes(0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_tag_are_judged_each_at_its_field() {
        let said = |name: &str, tag: &str| match reference(name, tag) {
            Ok(reference) => reference.to_string(),
            Err(check) => format!("{check:?}"),
        };
        insta::assert_debug_snapshot!([
            said("my-lab", "2026-11-21"),
            said(" registry.example:5000/team/lab ", " 1.0 "),
            said("", "1"),
            said("My Lab", "1"),
            said("Upper", "1"),
            said("my-lab:2", "1"),
            said("lab@sha256:abc", "1"),
            said("slipway/porthole", "1"),
            said("my-lab", ""),
            said("my-lab", "a b"),
            said("my-lab", "x/y"),
            said("my-lab", "-1"),
            said("my-lab", &"9".repeat(200)),
        ]);
    }

    #[test]
    fn any_lab_gets_a_name_that_is_one() {
        for lab in ["AI-Lab", "Churn model, März", "...", "a..b", "日本", ""] {
            let proposed = proposed_name(lab);
            assert!(
                ImageReference::parse(&proposed).is_ok(),
                "{lab}: {proposed}"
            );
        }
        assert_eq!(proposed_name("AI-Lab"), "my-ai-lab");
        assert_eq!(proposed_name("日本"), "my-lab");
    }
}
