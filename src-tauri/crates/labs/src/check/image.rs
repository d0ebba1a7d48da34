//! Image and version: are they a valid name, are they here, and will they run on this engine?

use slipway_engine::ImageReference;

use super::{Notes, Subject, shortened};
use crate::downloads::UNPACKED;
use crate::form::local_references;
use crate::tag;

/// Docker's pages that people copy instead of a name.
const HUB_PAGES: [&str; 4] = [
    "hub.docker.com/r/",
    "hub.docker.com/_/",
    "hub.docker.com/repository/docker/",
    "quay.io/repository/",
];

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let form = subject.form;
    let image = form.image.trim();
    match ImageReference::parse(image) {
        Err(error) => {
            notes.error("image", sentence(image, &error), repaired(subject, image));
            return;
        }
        Ok(_) if has_version(image) => {
            let (name, version) = split_version(image);
            let fix = subject.fix(format!("Use version {version}"), |form| {
                name.clone_into(&mut form.image);
                version.clone_into(&mut form.version);
            });
            notes.error("image", "The version has a field of its own.", fix);
            return;
        }
        Ok(_) => {}
    }
    let version = form.version.trim();
    if version.is_empty() {
        let proposed = subject
            .recipe
            .and_then(|recipe| recipe.default_version.as_deref())
            .unwrap_or("latest");
        let fix = subject.fix(format!("Use {proposed}"), |form| {
            proposed.clone_into(&mut form.version);
        });
        notes.error("version", "Choose a version.", fix);
        return;
    }
    if subject.reference.is_none() {
        let message = format!(
            "{} is not a version: letters, digits, dots, dashes and underscores are allowed, at most 128.",
            shortened(version)
        );
        let proposed = subject
            .recipe
            .and_then(|recipe| recipe.default_version.as_deref())
            .unwrap_or("latest");
        let fix = subject.fix(format!("Use {proposed}"), |form| {
            proposed.clone_into(&mut form.version);
        });
        notes.error("version", message, fix);
        return;
    }
    about_version(subject, notes, version);
    platform(subject, notes);
    room(subject, notes);
}

fn sentence(image: &str, error: &slipway_engine::Error) -> String {
    if image.is_empty() {
        return "Type the name of an image, for example exasol/ai-lab.".to_owned();
    }
    match error {
        slipway_engine::Error::InvalidReference { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// The name without a scheme, a page's address, capitals and blanks, where that makes it valid.
fn repaired(subject: &Subject, image: &str) -> Option<super::FieldFix> {
    let mut name = image.split_whitespace().collect::<Vec<_>>().join("-");
    if let Some((_, rest)) = name.split_once("://") {
        name = rest.to_owned();
    }
    for page in HUB_PAGES {
        if let Some(rest) = name.strip_prefix(page) {
            let rest = rest
                .split(['?', '#'])
                .next()
                .unwrap_or_default()
                .trim_end_matches("/tags");
            name = if page.starts_with("quay") {
                format!("quay.io/{rest}")
            } else {
                rest.to_owned()
            };
        }
    }
    let name = name.trim_matches('/').to_lowercase();
    let (name, version) = split_version(&name);
    let usable = ImageReference::parse(name).is_ok() && name != image;
    if !usable {
        let first = subject.recipe.and_then(|recipe| recipe.images.first())?;
        return subject.fix(format!("Use {first}"), |form| form.image.clone_from(first));
    }
    subject.fix(format!("Use {name}"), |form| {
        name.clone_into(&mut form.image);
        if !version.is_empty() {
            version.clone_into(&mut form.version);
        }
    })
}

fn has_version(image: &str) -> bool {
    !split_version(image).1.is_empty()
}

/// Name and version: `exasol/ai-lab` and `6.0.0`; the colon of a registry's port is none of a version.
fn split_version(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name, digest);
    }
    match image.rsplit_once(':') {
        Some((name, version)) if !version.contains('/') => (name, version),
        _ => (image, ""),
    }
}

/// "6.0.0 is already on this computer. Newest: 6.1.0."
fn about_version(subject: &Subject, notes: &mut Notes, version: &str) {
    let place = if subject.this_computer() {
        "on this computer"
    } else {
        "on the engine"
    };
    let mut message = if subject.here {
        format!("{version} is already {place}.")
    } else if let Some(amount) = subject.download_words() {
        format!("{version} will be downloaded first, {amount}.")
    } else if let Some(why) = subject.size_unknown() {
        format!("{version} will be downloaded first. {why}")
    } else {
        format!("{version} will be downloaded first.")
    };
    let known = subject
        .recipe
        .map(|recipe| recipe.known_versions.as_slice())
        .unwrap_or_default();
    let named = subject.recipe.zip(subject.reference.as_ref());
    let offered =
        named.is_some_and(|(recipe, reference)| crate::recognition::offers(recipe, reference));
    let local = local_references(&subject.facts.snapshot);
    let same = |here: &&ImageReference| {
        subject
            .reference
            .as_ref()
            .is_some_and(|asked| here.registry() == asked.registry() && here.path() == asked.path())
    };
    let local_tags: Vec<&str> = local
        .iter()
        .filter(same)
        .filter_map(|here| here.tag.as_deref())
        .collect();
    let newest = local_tags
        .iter()
        .copied()
        .chain(known.iter().map(String::as_str).filter(|_| offered))
        .filter(|tag| *tag != "latest")
        .min_by(|a, b| tag::newest_first(a, b));
    if let Some(newest) = newest.filter(|newest| *newest != version && version != "latest") {
        message.push_str(" Newest known: ");
        message.push_str(newest);
        message.push('.');
    }
    notes.note("version", message);
}

fn platform(subject: &Subject, notes: &mut Notes) {
    let Some(engine) = subject.engine else { return };
    let made_for: Vec<&str> = match (subject.image, subject.recipe) {
        (Some(image), _) if !image.architecture.is_empty() => vec![image.architecture.as_str()],
        (_, Some(recipe)) => recipe.platforms.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if made_for.is_empty()
        || engine.architecture.is_empty()
        || made_for.contains(&engine.architecture.as_str())
    {
        return;
    }
    let needs: Vec<&str> = made_for
        .iter()
        .map(|platform| processor(platform))
        .collect();
    let message = format!(
        "This image is made for {} and the engine has {}. It may run slowly, or not at all.",
        needs.join(" or "),
        processor(&engine.architecture)
    );
    notes.warning("image", message, None);
}

fn processor(platform: &str) -> &str {
    match platform {
        "amd64" => "Intel or AMD processors",
        "arm64" => "an ARM processor",
        other => other,
    }
}

fn room(subject: &Subject, notes: &mut Notes) {
    let (Some(engine), Some(recipe)) = (subject.engine, subject.recipe) else {
        return;
    };
    if let Some(minimum) = recipe.memory_minimum
        && engine.memory.0 > 0
        && engine.memory.0 < minimum
    {
        let message = format!(
            "{} needs at least {} of memory, and the engine has {}.",
            subject.kind_name(),
            memory(minimum),
            memory(engine.memory.0)
        );
        notes.warning("image", message, None);
    }
    if let (Some(download), Some(free)) = (subject.download(), engine.disk_free) {
        let needed = download.saturating_mul(UNPACKED);
        if free.0 < needed {
            let message = format!(
                "Unpacked, the image may take about {} of the disk, and {} are free.",
                size(needed),
                size(free.0)
            );
            notes.warning("version", message, None);
        }
    }
}

/// Memory is counted in powers of two, by people as by engines.
fn memory(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let gigabytes = bytes as f64 / (1024.0 * 1024.0 * 1024.0);
    format!("{gigabytes:.1} GB")
}

/// Sizes with one decimal, as everywhere in Slipway.
pub(super) fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let bytes = bytes as f64;
    if bytes >= 1e9 {
        format!("{:.1} GB", bytes / 1e9)
    } else if bytes < 1e6 {
        "less than 1 MB".to_owned()
    } else {
        format!("{:.0} MB", bytes / 1e6)
    }
}
