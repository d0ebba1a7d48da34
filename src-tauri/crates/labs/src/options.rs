//! The folded options as typed, read into what a container is created with.
//!
//! The check and the plan read a form by the same functions, so a form that the check lets through
//! can always be planned, and what it says at a field is what would stop the launch. Only the form
//! is looked at here; what depends on the engine (its networks, its processors) is the check's own.

use slipway_engine::containers::{ContainerSpec, RestartKind};

use crate::check::{FieldFix, FieldNote, NoteLevel};
use crate::form::LaunchForm;

pub(crate) mod environment;
mod lifetime;
pub(crate) mod limits;
pub(crate) mod mounts;
pub(crate) mod network;
pub(crate) mod ports;
mod program;
pub(crate) mod rare;
pub(crate) mod rights;

/// The folded options of a form.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Only what is folded away: no name, image or ports, and of the mounts only the further ones.
    pub spec: ContainerSpec,
    /// Names of variables whose values are secret and come with the launch, never with the form.
    pub secret_variables: Vec<String>,
}

/// The options, and what is wrong with them in the order of the fields. Where a note is an error,
/// its part is missing from the options.
pub(crate) fn read(form: &LaunchForm) -> (Options, Vec<FieldNote>) {
    let mut options = Options::default();
    let mut page = Page {
        form,
        notes: Vec::new(),
    };
    environment::read(&mut page, &mut options);
    mounts::read(&mut page, &mut options);
    program::read(&mut page, &mut options);
    limits::read(&mut page, &mut options);
    lifetime::read(&mut page, &mut options);
    network::read(&mut page, &mut options);
    rights::read(&mut page, &mut options);
    rare::read(&mut page, &mut options);
    together(&mut page, &options);
    (options, page.notes)
}

/// What Docker refuses only in combination.
fn together(page: &mut Page, options: &Options) {
    if page.form.advanced.remove_when_stopped && options.spec.restart.kind != RestartKind::No {
        let keep = page.fix("Keep it when it stops", |form| {
            form.advanced.remove_when_stopped = false;
        });
        page.error(
            "advanced.removeWhenStopped",
            "A lab that is removed when it stops cannot be started again by Docker. Choose one of the two.",
            keep,
        );
    }
}

/// The form that is read, and what was found wrong with it so far.
pub(crate) struct Page<'a> {
    pub form: &'a LaunchForm,
    pub notes: Vec<FieldNote>,
}

impl Page<'_> {
    pub(crate) fn error(
        &mut self,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Option<FieldFix>,
    ) {
        self.add(NoteLevel::Error, field, message, fix);
    }

    pub(crate) fn add(
        &mut self,
        level: NoteLevel,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Option<FieldFix>,
    ) {
        self.notes.push(FieldNote {
            field: field.into(),
            level,
            message: message.into(),
            fix,
        });
    }

    /// The form with a change applied, as a button.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every note takes an optional button, and most have one"
    )]
    pub(crate) fn fix(
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

/// What was typed, cut where it is too long for a sentence, and without what cannot be shown.
pub(crate) fn quoted(typed: &str) -> String {
    const LONGEST: usize = 40;
    let shown: String = typed
        .chars()
        .filter(|letter| !letter.is_control())
        .collect();
    if shown.chars().count() <= LONGEST {
        return format!("“{shown}”");
    }
    let cut: String = shown.chars().take(LONGEST - 1).collect();
    format!("“{cut}…”")
}

#[cfg(test)]
mod tests;
