//! The one sentence where a text cannot be read.

use super::LONGEST;
use crate::paste::options::{shortened, unreadable};
use crate::paste::statements::Script;
use crate::paste::words::Fault;
use crate::problem::Problem;

/// Texts that are no command at all.
pub(super) fn unfit(text: &str) -> Option<Problem> {
    if text.len() > LONGEST {
        return Some(
            unreadable(format!(
                "This text is {} kB long, and no command is longer than {}.",
                text.len() / 1024,
                LONGEST / 1024
            ))
            .hint("Paste the docker run command alone."),
        );
    }
    let control = text
        .chars()
        .find(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'));
    control.map(|letter| {
        unreadable(format!(
            "The text holds a control character (number {}), which no command has.",
            u32::from(letter)
        ))
        .hint("Copy the command again as plain text.")
    })
}

pub(super) fn sentence(fault: &Fault, text: &str) -> Problem {
    let (span, what, hint) = match fault {
        Fault::Quote(span) => (
            span,
            "A quote is opened and never closed",
            "Close it, or take it out.",
        ),
        Fault::Bracket(span) => (
            span,
            "A bracket is opened and never closed",
            "Close it, or take it out.",
        ),
        Fault::Braces(span) => (
            span,
            "The braces would make several words of one",
            "Write each of them out.",
        ),
        Fault::HereDocument(span) => (
            span,
            "The command reads further lines as a text",
            "Paste the docker run command alone.",
        ),
    };
    let line = text
        .get(..span.start)
        .unwrap_or_default()
        .matches('\n')
        .count()
        + 1;
    let from = text.get(span.start..).unwrap_or_default();
    let shown: String = from.chars().take(20).collect();
    unreadable(format!("{what}, in line {line}: {}", shortened(&shown))).hint(hint)
}

pub(super) fn no_run(script: &Script, text: &str) -> Problem {
    match &script.other {
        None if ["docker run", "podman run", "docker create"]
            .iter()
            .any(|run| text.contains(run)) =>
        {
            unreadable("The docker run stands within quotes or behind other words.")
                .hint("Paste it alone, from docker run on.")
        }
        Some(other) => unreadable(format!("This is {other}, and only docker run can be read."))
            .hint("Paste a command that begins with docker run."),
        None => unreadable("There is no docker run in this text.")
            .hint("Paste a command that begins with docker run, docker create or podman run."),
    }
}
