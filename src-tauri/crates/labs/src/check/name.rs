//! The lab's name.

use super::{Notes, Subject};
use crate::form::{free_name, name_taken};
use crate::names;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let name = subject.form.name.trim();
    let container = names::container_name(name);
    let base = subject
        .recipe
        .and_then(|recipe| recipe.lab_name.as_deref())
        .unwrap_or("Lab");
    let proposal = |base: &str| {
        let free = free_name(base, subject.facts);
        subject.fix(format!("Call it {free}"), |form| form.name = free)
    };
    if name.is_empty() {
        notes.error("name", "The lab needs a name.", proposal(base));
    } else if name.chars().any(char::is_control) {
        notes.error(
            "name",
            "The name contains characters that cannot be shown.",
            proposal(base),
        );
    } else if name.chars().count() > names::LONGEST_NAME {
        let message = format!(
            "The name is longer than {} characters.",
            names::LONGEST_NAME
        );
        let short: String = name.chars().take(names::LONGEST_NAME / 2).collect();
        notes.error("name", message, proposal(short.trim()));
    } else if container.len() < 2 {
        let message = "The name needs at least two letters or digits from a to z and 0 to 9, because Docker wants them.";
        notes.error("name", message, proposal(base));
    } else if name_taken(name, subject.facts) {
        taken(subject, notes, name, &container);
    }
}

fn taken(subject: &Subject, notes: &mut Notes, name: &str, container: &str) {
    let facts = subject.facts;
    let lab = facts.labs.iter().find(|lab| {
        names::container_name(&lab.name) == container || lab.container.as_deref() == Some(container)
    });
    let message = match lab {
        Some(lab) if lab.name == name => format!("There is a lab {name} already."),
        Some(lab) => format!(
            "The name is too close to that of the lab {}: both containers would be called {container}.",
            lab.name
        ),
        None => {
            format!("There is a container {container} already, which does not belong to a lab.")
        }
    };
    let base = name
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end();
    let free = free_name(if base.is_empty() { name } else { base }, facts);
    notes.error(
        "name",
        message,
        subject.fix(format!("Call it {free}"), |form| form.name = free),
    );
}
