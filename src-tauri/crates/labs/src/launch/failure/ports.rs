//! A port that the engine could not open: who holds it, and the next that is free.

use std::sync::Arc;

use super::{change, fix};
use crate::form::LaunchForm;
use crate::labs::shared::Shared;
use crate::launch::LaunchFix;
use crate::listen::{self, PortHolder};
use crate::problem::{Problem, ProblemKind};

pub(super) async fn port_taken(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    container: &str,
    port: u16,
    detail: String,
) -> (Problem, Vec<LaunchFix>) {
    let (holder, free) = look_at_port(shared, form, container, port).await;
    let (who, owner) = match &holder {
        Some(PortHolder::Container { lab: Some(lab), .. }) => {
            (format!("The lab {lab}"), Some(format!("lab {lab}")))
        }
        Some(PortHolder::Container { name, .. }) => (
            format!("The container {name}"),
            Some(format!("container {name}")),
        ),
        Some(PortHolder::Program(Some(name))) => (name.clone(), Some(name.clone())),
        _ => ("Another program".to_owned(), None),
    };
    let detail = match owner {
        Some(owner) => format!("{detail}\nPort owner: {owner}"),
        None => detail,
    };
    let problem = Problem::new(ProblemKind::PortTaken, format!("{who} took port {port}."))
        .because(
            "The port was free when you pressed Launch. Your download and your settings are kept.",
        )
        .hint("Use the next free port, or choose one.")
        .at(field_of(form, port))
        .detail(detail);
    let mut fixes = Vec::new();
    if let Some(free) = free {
        fixes.push(fix(
            format!("Use port {free} and start"),
            with_port(form, port, free),
        ));
    }
    fixes.push(change("Choose another port"));
    fixes.push(fix(format!("Try {port} again"), form.clone()));
    (problem, fixes)
}

pub(super) async fn port_not_allowed(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    port: u16,
    detail: String,
) -> (Problem, Vec<LaunchFix>) {
    let (_, free) = look_at_port(shared, form, "", port.saturating_add(8_000)).await;
    let problem = Problem::new(ProblemKind::Other, format!("This engine may not open port {port}."))
        .because("Ports below 1024 need administrator rights on the engine's computer. Your download and your settings are kept.")
        .hint("Choose a port from 1024 up.")
        .at(field_of(form, port))
        .detail(detail);
    let mut fixes: Vec<LaunchFix> = Vec::new();
    fixes.extend(free.map(|free| {
        fix(
            format!("Use port {free} and start"),
            with_port(form, port, free),
        )
    }));
    fixes.push(change("Choose another port"));
    (problem, fixes)
}

/// Who holds the port, and the next free one.
async fn look_at_port(
    shared: &Arc<Shared>,
    form: &LaunchForm,
    except: &str,
    port: u16,
) -> (Option<PortHolder>, Option<u16>) {
    let snapshot = shared.snapshot();
    let (listen_ip, except) = (form.listen_ip.trim().to_owned(), except.to_owned());
    let typed: Vec<u16> = form
        .ports
        .iter()
        .filter_map(|row| row.host.trim().parse().ok())
        .collect();
    let look = move || {
        let holder = listen::holder(&snapshot, &listen_ip, port, Some(except.as_str()));
        (
            holder,
            listen::free_port(&snapshot, &listen_ip, port.saturating_add(1), &typed),
        )
    };
    tokio::task::spawn_blocking(look)
        .await
        .unwrap_or((None, None))
}

pub(super) fn field_of(form: &LaunchForm, port: u16) -> String {
    let row = form
        .ports
        .iter()
        .position(|row| row.host.trim() == port.to_string())
        .unwrap_or(0);
    format!("ports.{row}.host")
}

pub(super) fn with_port(form: &LaunchForm, old: u16, new: u16) -> LaunchForm {
    let mut form = form.clone();
    for row in &mut form.ports {
        if row.host.trim() == old.to_string() {
            row.host = new.to_string();
        }
    }
    form
}
