//! What the check says, whole: every sentence is in the snapshots beside these tests.

use std::fmt::Write as _;
use std::sync::Arc;

use regex::Regex;
use slipway_engine::inventory::{ContainerState, EngineReport, EngineStatus};
use slipway_vault::VaultStatus;

use super::*;
use crate::fixtures::{With as _, engine, facts, facts_on, form_of, form_of_image};
use crate::form::{LaunchForm, PortRow, SignInChoice, StorageKind};

mod advancing;
mod any_form;
mod keeping;
mod naming;
mod reaching;
mod signing_in;

/// Collects what each case says, for the one file in which the whole voice can be read.
struct Voice {
    text: String,
    hidden: Vec<(Regex, &'static str)>,
}

impl Voice {
    fn new() -> Self {
        Self {
            text: String::new(),
            hidden: Vec::new(),
        }
    }

    /// What differs from machine to machine.
    fn hide(mut self, pattern: &str, word: &'static str) -> Self {
        self.hidden.push((Regex::new(pattern).unwrap(), word));
        self
    }

    /// Notes of the fields that begin with `field`, errors first seen first.
    fn say(&mut self, case: &str, field: &str, form: &LaunchForm, facts: &CheckFacts) {
        self.say_with(case, field, form, facts, None);
    }

    fn say_with(
        &mut self,
        case: &str,
        field: &str,
        form: &LaunchForm,
        facts: &CheckFacts,
        own: Option<&str>,
    ) {
        let checked = check(form, facts, own);
        let mut lines = String::new();
        for note in checked
            .notes
            .iter()
            .filter(|note| note.field.starts_with(field))
        {
            let fix = note
                .fix
                .as_ref()
                .map(|fix| format!(" [{}]", fix.label))
                .unwrap_or_default();
            writeln!(
                lines,
                "    {:?} {}: {}{fix}",
                note.level, note.field, note.message
            )
            .unwrap();
            if let Some(fix) = &note.fix {
                let settled = check(&fix.form, facts, own);
                let still = settled
                    .notes
                    .iter()
                    .any(|other| other.field == note.field && other.message == note.message);
                assert!(
                    !still,
                    "{case}: “{}” must settle “{}”",
                    fix.label, note.message
                );
            }
        }
        if let Some(gate) = checked.gate.filter(|_| lines.contains("Error")) {
            writeln!(lines, "    Launch: {gate}").unwrap();
        }
        for (pattern, word) in &self.hidden {
            lines = pattern.replace_all(&lines, *word).into_owned();
        }
        write!(self.text, "{case}\n{lines}").unwrap();
    }
}

fn with(form: &LaunchForm, change: impl FnOnce(&mut LaunchForm)) -> LaunchForm {
    let mut form = form.clone();
    change(&mut form);
    form
}

fn errors(form: &LaunchForm, facts: &CheckFacts) -> Vec<(String, String)> {
    let notes = check(form, facts, None).notes;
    notes
        .into_iter()
        .filter(|note| note.level == NoteLevel::Error)
        .map(|note| (note.field, note.message))
        .collect()
}

#[test]
fn a_new_form_of_every_recipe_can_be_launched_at_once() {
    for recipe in facts()
        .catalogue
        .recipes()
        .filter(|recipe| !recipe.images.is_empty())
    {
        let mut form = form_of(&recipe.id.0, &facts());
        // Only a recipe that says why may ask for rights.
        form.risk_accepted = recipe.privileged.is_some();
        let checked = check(&form, &facts(), None);
        assert_eq!(checked.gate, None, "{}: {:?}", recipe.id.0, checked.notes);
        assert!(checked.command.is_some() && checked.needs_download);
        assert_eq!(checked.risks.is_some(), recipe.privileged.is_some());
        if let (Some(panel), Some(reason)) = (checked.risks, &recipe.privileged) {
            assert!(panel.lead.starts_with(reason), "{}", panel.lead);
        }
    }
}

#[test]
fn an_engine_that_is_away_is_the_first_thing_to_say() {
    let mut facts = facts();
    let snapshot = Arc::make_mut(&mut facts.snapshot);
    for (status, gate) in [
        (EngineStatus::Unavailable, "Docker is not running."),
        (
            EngineStatus::Connecting,
            "Slipway is still connecting to Docker.",
        ),
        (
            EngineStatus::Reconnecting {
                since: slipway_engine::UnixMillis(0),
            },
            "Docker does not answer at the moment.",
        ),
    ] {
        snapshot.report = Arc::new(EngineReport {
            status,
            facts: None,
            problems: Vec::new(),
            refused: Vec::new(),
        });
        let facts = CheckFacts {
            snapshot: Arc::new(snapshot.clone()),
            ..self::facts()
        };
        assert_eq!(
            check(&form_of("exasol-ai-lab", &facts), &facts, None)
                .gate
                .as_deref(),
            Some(gate)
        );
    }
}

#[test]
fn the_review_says_it_in_plain_words() {
    let facts = facts()
        .with_image("exasol/ai-lab:1.0.0")
        .with_volume("my-vol")
        .with_lab("Old", "old", "my-vol", "exasol/ai-lab:1.0.0");
    let mut text = String::new();
    let mut show = |case: &str, form: &LaunchForm| {
        let checked = check(form, &facts, Some("correct horse"));
        writeln!(text, "{case}").unwrap();
        for line in &checked.review {
            writeln!(
                text,
                "    {:?} {:?}: {} / {}",
                line.kind, line.tone, line.title, line.detail
            )
            .unwrap();
        }
        writeln!(text, "    {}", checked.outlook).unwrap();
    };
    let form = with(&form_of("exasol-ai-lab", &facts), |form| {
        form.ports[0].host = "8888".into();
        form.storage.volume = "my-vol".into();
    });
    show("AI-Lab 1.0.0 on my-vol", &form);
    show(
        "with Docker control, for everyone",
        &with(&form, |form| {
            form.docker_control = true;
            form.listen_ip = "0.0.0.0".into();
        }),
    );
    show(
        "the newest with an own password, nothing kept",
        &with(&form, |form| {
            form.version = "6.0.0".into();
            form.sign_in = SignInChoice::Own;
            form.storage.kind = StorageKind::Nothing;
        }),
    );
    let spark = with(&form_of("jupyter", &facts), |form| {
        form.ports[0].host = "8888".into();
        form.ports[1].host = "4040".into();
        form.user.mapped = true;
        form.storage.kind = StorageKind::Folder;
        form.storage.folder = "/home/anna/work".into();
    });
    show("Spark in a folder as oneself", &spark);
    show(
        "the whole disk",
        &with(&spark, |form| form.storage.folder = "/".into()),
    );
    insta::assert_snapshot!(text);
}
