use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;
use slipway_engine::ImageReference;

use super::rules::keeps_the_rules;
use super::*;
use crate::recipe::SignInKind;
use crate::recognition;

#[test]
fn every_file_is_a_recipe_that_keeps_the_rules() {
    for (file, text) in FILES {
        let recipe: Recipe = toml::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(&recipe.id.0, file, "a recipe's id is the name of its file");
        keeps_the_rules(&recipe).unwrap_or_else(|broken| panic!("{file}: {broken}"));
        let mut sorted = recipe.known_versions.clone();
        sorted.sort_by(|a, b| crate::tag::newest_first(a, b));
        assert_eq!(sorted, recipe.known_versions, "{file}: newest first");
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

/// The whole catalogue on one page.
#[test]
fn the_catalogue_reads_well() {
    let mut text = String::new();
    for recipe in Catalogue::shipped().recipes() {
        writeln!(
            text,
            "{} ({}, {:?}): {}",
            recipe.name, recipe.id.0, recipe.category, recipe.summary
        )
        .unwrap();
        for generation in &recipe.generations {
            let mut line = match generation.port {
                0 => format!("    {} without a page", generation.answers),
                port => format!("    {} on {port}", generation.answers),
            };
            if let Some(folder) = &generation.work_folder {
                write!(line, ", work in {folder}").unwrap();
            }
            write!(line, ", sign-in {:?}", generation.sign_in.kind).unwrap();
            if generation.sign_in.password_needed {
                line += " (made)";
            }
            for step in &generation.prepare {
                write!(line, ", then “{}”", step.title).unwrap();
            }
            writeln!(text, "{line}").unwrap();
        }
    }
    insta::assert_snapshot!("catalogue", text);
}

/// One lab that people look for, as its own documentation has it.
#[derive(Deserialize)]
struct Known {
    id: String,
    image: String,
    /// The page first.
    ports: Vec<u16>,
    folder: Option<String>,
    sign_in: String,
    privileged: bool,
}

/// Where a recipe does something else than the image's documentation, and why.
const ON_PURPOSE: [(&str, &str, &str); 5] = [
    (
        "eskapade-usr-legacy",
        "/home/esdev/work",
        "the documented folder holds the image's own code, which a volume would freeze",
    ),
    (
        "eskapade-env",
        "/root/work",
        "the documented folder holds the image's own code, which a volume would freeze",
    ),
    (
        "streamlit-app",
        "",
        "the folder is the app itself, and nothing of the person's",
    ),
    (
        "gradio-app",
        "",
        "the folder is the app itself, and nothing of the person's",
    ),
    (
        "marimo",
        "/app/data",
        "the image lets everyone in, and the recipe gives it a token",
    ),
];

#[test]
fn every_lab_that_people_look_for_has_its_recipe() {
    let known: Vec<Known> = serde_json::from_str(include_str!("entries.json")).unwrap();
    assert!(known.len() >= 38, "the list is whole");
    let shipped = Catalogue::shipped();
    for entry in known {
        let id = entry.id.as_str();
        let reference = ImageReference::parse(&entry.image).unwrap();
        let recipe = recognition::recognise(&shipped, &reference, None);
        assert!(
            recipe.id.0 != "web-app",
            "{id}: {} has a recipe",
            entry.image
        );
        let generation = recognition::generation(recipe, &reference, None);
        let mut ports: Vec<u16> = generation
            .more_ports
            .iter()
            .map(|extra| extra.port)
            .collect();
        ports.sort_unstable();
        let mut expected: Vec<u16> = entry.ports.get(1..).unwrap_or_default().to_vec();
        expected.sort_unstable();
        assert_eq!(
            (generation.port, &ports),
            (entry.ports.first().copied().unwrap_or(0), &expected),
            "{id}: ports"
        );
        let other = ON_PURPOSE.iter().find(|(other, ..)| *other == id);
        let folder = other.map_or(entry.folder.clone(), |(_, folder, _)| {
            (!folder.is_empty()).then(|| (*folder).to_owned())
        });
        // Where the documentation leaves the folder to the image's Config, so does the recipe.
        if entry.folder.is_some() || other.is_some() {
            assert_eq!(generation.work_folder, folder, "{id}: folder");
        }
        let expected: &[SignInKind] = match entry.sign_in.as_str() {
            "none" if id == "marimo" => &[SignInKind::Token],
            "none" => &[SignInKind::Open, SignInKind::Unknown],
            "token" => &[SignInKind::Token],
            "password" => &[SignInKind::Password],
            other => panic!("{id}: sign-in {other}"),
        };
        assert!(expected.contains(&generation.sign_in.kind), "{id}: sign-in");
        assert_eq!(
            generation.options.privileged, entry.privileged,
            "{id}: privileged"
        );
        assert_eq!(
            recipe.privileged.is_some(),
            entry.privileged,
            "{id}: privileged mode has its reason"
        );
    }
}

#[test]
fn own_recipes_stand_between_the_shipped_and_the_generic_and_shadow_none() {
    let mut own: Recipe = toml::from_str(FILES[0].1).unwrap();
    own.id = RecipeId("team-lab".to_owned());
    own.order = 0;
    let mut shadow = own.clone();
    shadow.id = RecipeId("jupyter".to_owned());
    let catalogue = Catalogue::with_own([own, shadow]);
    let ids: Vec<&str> = catalogue
        .recipes()
        .map(|recipe| recipe.id.0.as_str())
        .collect();
    let place = |id: &str| ids.iter().position(|other| *other == id).unwrap();
    assert!(place("superset") < place("team-lab") && place("team-lab") < place("any-jupyter"));
    assert!(catalogue.is_own(&RecipeId("team-lab".to_owned())));
    assert!(!catalogue.is_own(&RecipeId("jupyter".to_owned())));
    let jupyter = catalogue.recipe(&RecipeId("jupyter".to_owned())).unwrap();
    assert_eq!(jupyter.name, "Jupyter", "what ships keeps its meaning");
}

#[test]
fn a_misspelt_key_is_found() {
    let text = FILES[0].1.replacen("summary", "sumary", 1);
    assert!(toml::from_str::<Recipe>(&text).is_err());
}
