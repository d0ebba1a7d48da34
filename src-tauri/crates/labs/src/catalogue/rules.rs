//! What every recipe has to keep, wherever its file comes from.
//!
//! One function for the recipes that ship and for files of other people: the first are held to it
//! by a test, the second when they are opened. It gives one sentence for the first rule that is
//! broken. Values are bounded, too: a recipe is read at every start, and its patterns run over
//! texts that images carry.

use std::collections::BTreeSet;

use regex::RegexBuilder;
use slipway_engine::ImageReference;

use crate::recipe::{Generation, Recipe, SignIn, UserMapping};

/// Icons that the screens draw (`ui/src/kit/named-icons.ts`).
const ICONS: [&str; 15] = [
    "box",
    "boxes",
    "chart",
    "database",
    "flame",
    "flask",
    "folder",
    "globe",
    "kernel",
    "key",
    "layers",
    "r",
    "sparkles",
    "waypoints",
    "workflow",
];

const LONGEST_ID: usize = 60;
const LONGEST_NAME: usize = 60;
const LONGEST_SUMMARY: usize = 160;
const LONGEST_TEXT: usize = 4000;
const MOST_VALUES: usize = 2000;
const LONGEST_PATTERN: usize = 300;
/// Bytes that a compiled pattern may take.
const LARGEST_PATTERN: usize = 1 << 20;

type Rule = Result<(), String>;

/// # Errors
/// The first rule that is broken, as a sentence.
pub fn keeps_the_rules(recipe: &Recipe) -> Rule {
    values(recipe)?;
    words(recipe)?;
    images(recipe)?;
    for signs in &recipe.recognise {
        pattern(signs.starts_with.as_deref())?;
    }
    let last = recipe
        .generations
        .last()
        .ok_or("It has no generation, so it says nothing of how its labs work.")?;
    if conditions(last) {
        return Err("Its last generation must hold without a condition.".to_owned());
    }
    recipe.generations.iter().try_for_each(generation)
}

/// Ids become file names and stand in labels.
pub fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// No text holds control characters or is endless.
fn values(recipe: &Recipe) -> Rule {
    let value = serde_json::to_value(recipe)
        .map_err(|_| "It holds a value that cannot be read.".to_owned())?;
    let mut count = 0;
    every_text(&value, &mut count, &mut |text| {
        if text.chars().count() > LONGEST_TEXT {
            return Err(format!(
                "One of its texts has more than {LONGEST_TEXT} characters."
            ));
        }
        if text.chars().any(char::is_control) {
            return Err("One of its texts holds invisible characters.".to_owned());
        }
        Ok(())
    })
}

fn every_text(
    value: &serde_json::Value,
    count: &mut usize,
    judge: &mut impl FnMut(&str) -> Rule,
) -> Rule {
    *count += 1;
    if *count > MOST_VALUES {
        return Err("It holds more than any recipe needs.".to_owned());
    }
    match value {
        serde_json::Value::String(text) => judge(text),
        serde_json::Value::Array(items) => items
            .iter()
            .try_for_each(|item| every_text(item, count, judge)),
        serde_json::Value::Object(items) => items
            .values()
            .try_for_each(|item| every_text(item, count, judge)),
        _ => Ok(()),
    }
}

fn words(recipe: &Recipe) -> Rule {
    if !is_id(&recipe.id.0) {
        return Err(
            "Its id may have small letters, digits and hyphens, and no more than 60 of them."
                .to_owned(),
        );
    }
    for (what, text, longest) in [
        ("name", &recipe.name, LONGEST_NAME),
        ("summary", &recipe.summary, LONGEST_SUMMARY),
    ] {
        if text.trim().is_empty() || text.chars().count() > longest {
            return Err(format!("Its {what} must have 1 to {longest} characters."));
        }
        if text.contains(['/', '\\']) && what == "name" {
            return Err("Its name may have no slashes.".to_owned());
        }
    }
    if recipe
        .lab_name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty() || name.contains(['/', '\\']))
    {
        return Err("The name that it gives to labs may have no slashes.".to_owned());
    }
    if !ICONS.contains(&recipe.icon.as_str()) {
        return Err(format!("There is no icon “{}”.", short(&recipe.icon)));
    }
    if !(1..=8).contains(&recipe.tint) {
        return Err("Its tint must be a number from 1 to 8.".to_owned());
    }
    let https = |page: &String| page.starts_with("https://");
    if !recipe.documentation.as_ref().is_none_or(https) {
        return Err("The address of its documentation must begin with https://.".to_owned());
    }
    Ok(())
}

fn images(recipe: &Recipe) -> Rule {
    for image in &recipe.images {
        let reference = ImageReference::parse(image).ok();
        if reference.is_none_or(|reference| &reference.repository != image) {
            return Err(format!(
                "“{}” is not the name of an image without a version.",
                short(image)
            ));
        }
    }
    let versions = recipe.known_versions.iter().chain(&recipe.default_version);
    for version in versions {
        let Some(image) = recipe.images.first() else {
            return Err("It names versions and no image.".to_owned());
        };
        let separator = if version.starts_with("sha256:") {
            '@'
        } else {
            ':'
        };
        if ImageReference::parse(&format!("{image}{separator}{version}")).is_err() {
            return Err(format!("“{}” cannot be a version.", short(version)));
        }
    }
    Ok(())
}

fn conditions(generation: &Generation) -> bool {
    generation.versions.is_some()
        || !generation.images.is_empty()
        || generation.has_volume.is_some()
        || generation.has_port.is_some()
        || generation.has_variable.is_some()
        || generation.starts_with.is_some()
}

fn generation(generation: &Generation) -> Rule {
    if generation.answers.trim().is_empty() {
        return Err("It does not say what answers (answers).".to_owned());
    }
    for path in [
        &generation.path,
        &generation.work_folder,
        &generation.ready.log_file,
        &generation.sign_in.token_config,
    ]
    .into_iter()
    .flatten()
    {
        if !path.starts_with('/') || path.split('/').any(|part| part == "..") {
            return Err(format!(
                "“{}” must be a path from the root on.",
                short(path)
            ));
        }
    }
    pattern(generation.starts_with.as_deref())?;
    pattern(generation.ready.log.as_deref())?;
    let probe = generation.ready.http_path.as_deref();
    if !probe.is_none_or(|probe| probe.starts_with('/') || probe.starts_with("{base}")) {
        return Err("The path that is probed (http-path) must begin with a slash.".to_owned());
    }
    if !generation
        .ready
        .usual_seconds
        .is_none_or(|(from, to)| 0 < from && from <= to)
    {
        return Err("The usual seconds must be two numbers, the smaller one first.".to_owned());
    }
    if !matches!(generation.scheme.as_deref(), None | Some("http" | "https")) {
        return Err("Its scheme must be http or https.".to_owned());
    }
    let extra = generation.more_ports.iter().map(|extra| extra.port);
    let ports: Vec<u16> = extra.chain([generation.port]).collect();
    let different: BTreeSet<&u16> = ports.iter().collect();
    if different.len() != ports.len() || generation.more_ports.iter().any(|extra| extra.port == 0) {
        return Err("Its ports must be different numbers from 1 to 65535.".to_owned());
    }
    if generation.port == 0
        && (generation.path.is_some() || probe.is_some() || generation.connection.is_some())
    {
        return Err("It names a page and no port for it.".to_owned());
    }
    if let Some(UserMapping::Variables { uid, gid, .. }) = &generation.user_mapping
        && (uid == gid || !is_variable(uid) || !is_variable(gid))
    {
        return Err("The variables of its user mapping must be two different names.".to_owned());
    }
    if !generation
        .environment
        .iter()
        .all(|(name, _)| is_variable(name))
    {
        return Err("One of its variables has no usable name.".to_owned());
    }
    for step in &generation.prepare {
        if step.title.trim().is_empty() || step.command.is_empty() {
            return Err("Each step of prepare needs a title and a command.".to_owned());
        }
    }
    sign_in(&generation.sign_in)
}

fn sign_in(sign_in: &SignIn) -> Rule {
    let names = sign_in
        .password_variable
        .iter()
        .chain(&sign_in.made_secrets);
    if !names.into_iter().all(|name| is_variable(name)) {
        return Err("One of its secret variables has no usable name.".to_owned());
    }
    let parameter = sign_in.token_parameter.as_deref().unwrap_or("token");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if parameter.is_empty() || !parameter.bytes().all(plain) {
        return Err("The part of the address for the token has no usable name.".to_owned());
    }
    Ok(())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn pattern(pattern: Option<&str>) -> Rule {
    let Some(pattern) = pattern else {
        return Ok(());
    };
    let compiled = RegexBuilder::new(pattern)
        .size_limit(LARGEST_PATTERN)
        .build();
    if pattern.len() > LONGEST_PATTERN || compiled.is_err() {
        return Err(format!("The pattern “{}” cannot be used.", short(pattern)));
    }
    Ok(())
}

/// What was written, cut where it is too long for a sentence.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
