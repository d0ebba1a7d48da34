use std::collections::BTreeSet;

use regex::Regex;

use super::*;
use crate::recipe::UserMapping;

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

fn absolute(path: &str) -> bool {
    path.starts_with('/') && !path.contains("..")
}

#[test]
fn every_file_is_a_recipe() {
    for (file, text) in FILES {
        let recipe: Recipe = toml::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(&recipe.id.0, file, "a recipe's id is the name of its file");
    }
    let shipped = Catalogue::shipped();
    let count = shipped.recipes().count();
    assert_eq!(count, FILES.len());
    let ids: BTreeSet<&str> = shipped
        .recipes()
        .map(|recipe| recipe.id.0.as_str())
        .collect();
    assert_eq!(ids.len(), count, "ids are unique");
    assert_eq!(
        shipped.last().unwrap().id.0,
        "web-app",
        "what nothing recognises is a web application"
    );
}

#[test]
fn every_recipe_keeps_the_rules() {
    for recipe in Catalogue::shipped().recipes() {
        let id = &recipe.id.0;
        assert!(
            ICONS.contains(&recipe.icon.as_str()),
            "{id}: icon {}",
            recipe.icon
        );
        assert!((1..=8).contains(&recipe.tint), "{id}: tint");
        assert!(
            !recipe.name.is_empty() && !recipe.summary.is_empty(),
            "{id}: words"
        );
        assert!(
            recipe
                .documentation
                .as_ref()
                .is_none_or(|page| page.starts_with("https://")),
            "{id}: documentation"
        );
        for image in &recipe.images {
            let reference = slipway_engine::ImageReference::parse(image)
                .unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(
                &reference.repository, image,
                "{id}: a repository has no tag"
            );
        }
        for version in recipe.known_versions.iter().chain(&recipe.default_version) {
            let reference = format!("{}:{version}", recipe.images.first().unwrap());
            assert!(
                slipway_engine::ImageReference::parse(&reference).is_ok(),
                "{id}: version {version}"
            );
        }
        let mut sorted = recipe.known_versions.clone();
        sorted.sort_by(|a, b| crate::tag::newest_first(a, b));
        assert_eq!(sorted, recipe.known_versions, "{id}: newest first");
        for signs in &recipe.recognise {
            assert!(
                signs
                    .starts_with
                    .as_deref()
                    .is_none_or(|pattern| Regex::new(pattern).is_ok()),
                "{id}: pattern"
            );
        }
    }
}

#[test]
fn every_generation_keeps_the_rules() {
    for recipe in Catalogue::shipped().recipes() {
        let id = &recipe.id.0;
        let last = recipe
            .generations
            .last()
            .unwrap_or_else(|| panic!("{id} has no generation"));
        assert!(
            last.versions.is_none()
                && last.images.is_empty()
                && last.has_volume.is_none()
                && last.has_port.is_none()
                && last.has_variable.is_none()
                && last.starts_with.is_none(),
            "{id}: the last generation holds always"
        );
        for generation in &recipe.generations {
            assert_ne!(generation.port, 0, "{id}: port");
            assert!(!generation.answers.is_empty(), "{id}: what answers");
            for path in [
                &generation.path,
                &generation.work_folder,
                &generation.ready.log_file,
                &generation.sign_in.token_config,
            ] {
                assert!(path.as_deref().is_none_or(absolute), "{id}: {path:?}");
            }
            for pattern in [&generation.starts_with, &generation.ready.log]
                .into_iter()
                .flatten()
            {
                assert!(Regex::new(pattern).is_ok(), "{id}: {pattern}");
            }
            let probe = generation.ready.http_path.as_deref().unwrap_or_default();
            assert!(
                probe.starts_with('/') || probe.starts_with("{base}"),
                "{id}: probe {probe}"
            );
            assert!(
                generation
                    .ready
                    .usual_seconds
                    .is_none_or(|(from, to)| 0 < from && from <= to),
                "{id}: seconds"
            );
            assert!(
                generation
                    .scheme
                    .as_deref()
                    .is_none_or(|scheme| scheme == "http" || scheme == "https"),
                "{id}"
            );
            let mut ports: Vec<u16> = generation
                .more_ports
                .iter()
                .map(|extra| extra.port)
                .collect();
            ports.push(generation.port);
            assert_eq!(
                ports.iter().collect::<BTreeSet<_>>().len(),
                ports.len(),
                "{id}: ports are different"
            );
            if let Some(UserMapping::Variables { uid, gid, .. }) = &generation.user_mapping {
                assert_ne!(uid, gid, "{id}: mapping");
            }
        }
    }
}

#[test]
fn a_misspelt_key_is_found() {
    let text = FILES[0].1.replacen("summary", "sumary", 1);
    assert!(toml::from_str::<Recipe>(&text).is_err());
}
