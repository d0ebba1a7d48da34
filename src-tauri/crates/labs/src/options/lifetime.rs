//! How long the lab lives: restart policy, removal, labels.

use slipway_engine::containers::{Restart, RestartKind};

use super::{Options, Page, quoted};
use crate::form::{RestartChoice, typed_number};

/// Slipway finds its labs by these.
const OWN_LABELS: &str = "io.slipway.";

pub(super) fn read(page: &mut Page, options: &mut Options) {
    options.spec.auto_remove = page.form.advanced.remove_when_stopped;
    restart(page, options);
    labels(page, options);
}

fn restart(page: &mut Page, options: &mut Options) {
    let row = &page.form.advanced.restart;
    let kind = match row.choice {
        RestartChoice::No => RestartKind::No,
        RestartChoice::Always => RestartKind::Always,
        RestartChoice::UnlessStopped => RestartKind::UnlessStopped,
        RestartChoice::OnFailure => RestartKind::OnFailure,
    };
    let mut restart = Restart { kind, retries: 0 };
    let typed = row.retries.trim();
    if kind == RestartKind::OnFailure && !typed.is_empty() {
        let retries = typed_number(typed).and_then(|number| i32::try_from(number).ok());
        if let Some(retries) = retries {
            restart.retries = retries.unsigned_abs();
        } else {
            let fix = page.fix("Set no limit", |form| {
                form.advanced.restart.retries.clear();
            });
            let message = format!("{} is not a number of tries.", quoted(typed));
            page.error("advanced.restart.retries", message, fix);
        }
    }
    options.spec.restart = restart;
}

fn labels(page: &mut Page, options: &mut Options) {
    let rows = &page.form.advanced.labels;
    for (index, row) in rows.iter().enumerate() {
        let name = row.name.trim();
        let field = format!("advanced.labels.{index}.name");
        let remove = page.fix("Remove the row", |form| {
            form.advanced.labels.remove(index);
        });
        if name.is_empty() {
            page.error(field, "Type the name of the label.", remove);
        } else if name.starts_with(OWN_LABELS) {
            let message =
                "Labels that begin with io.slipway. are Slipway’s own: it finds its labs by them.";
            page.error(field, message, remove);
        } else if name.contains('=') || name.chars().any(char::is_control) {
            page.error(
                field,
                "Names of labels have no “=” and no invisible characters.",
                remove,
            );
        } else if rows
            .iter()
            .take(index)
            .any(|other| other.name.trim() == name)
        {
            page.error(
                field,
                format!("The label {} is set twice.", quoted(name)),
                remove,
            );
        } else {
            options
                .spec
                .labels
                .insert(name.to_owned(), row.value.clone());
        }
    }
}
