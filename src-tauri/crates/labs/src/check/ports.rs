//! Ports: numbers and ranges, doubles, and who holds them already, each on its own listen address.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::{FieldFix, NoteLevel, Notes, Subject, reach, shortened};
use crate::form::PortRow;
use crate::listen::{self, PortHolder};
use crate::options::ports::{MOST_PORTS, listen_ip_of, typed_range};

mod free;
mod words;

use free::{FIRST_ORDINARY_PORT, first_unprivileged, next_free};
use words::wrong_range;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let rows = &subject.form.ports;
    if rows.is_empty() {
        without_ports(subject, notes);
        return;
    }
    let mut count = 0;
    for (index, row) in rows.iter().enumerate() {
        if index > 0 && row.host.trim().is_empty() && row.container.trim().is_empty() {
            let fix = subject.fix("Remove the row", |form| {
                form.ports.remove(index);
            });
            notes.error(
                format!("ports.{index}.host"),
                "Fill in both ports, or remove the row.",
                fix,
            );
            continue;
        }
        check_protocol(subject, notes, index, row);
        if !check_listen_ip(subject, notes, index, row) {
            continue;
        }
        let Some(container) = check_container_port(subject, notes, index, row) else {
            continue;
        };
        count += container.len();
        if count > MOST_PORTS {
            let fix = subject.fix("Remove the row", |form| {
                form.ports.remove(index);
            });
            let message = format!("A lab can publish {MOST_PORTS} ports at most.");
            notes.error(format!("ports.{index}.container"), message, fix);
            continue;
        }
        check_host_port(subject, notes, index, row, &container);
    }
}

/// A program that listens nowhere needs no port; a page without one cannot be opened.
fn without_ports(subject: &Subject, notes: &mut Notes) {
    let port = subject.generation.port;
    if port == 0 {
        return;
    }
    if subject.form.advanced.publish_all {
        notes.note(
            "ports.0.host",
            "Docker chooses free ports for everything that the image offers.",
        );
        return;
    }
    let fix = subject.fix(format!("Use port {port}"), |form| {
        form.ports.push(PortRow {
            listen_ip: String::new(),
            host: port.to_string(),
            container: port.to_string(),
            protocol: "tcp".to_owned(),
            purpose: subject.generation.answers.clone(),
        });
    });
    notes.warning(
        "ports.0.host",
        "Without a port nothing can reach the lab, and there is no page to open.",
        fix,
    );
}

fn check_protocol(subject: &Subject, notes: &mut Notes, index: usize, row: &PortRow) {
    let protocol = row.protocol.trim().to_ascii_lowercase();
    let fix = || {
        subject.fix("Use tcp", |form| {
            if let Some(row) = form.ports.get_mut(index) {
                "tcp".clone_into(&mut row.protocol);
            }
        })
    };
    let field = format!("ports.{index}.container");
    if protocol == "udp" && index == 0 && subject.generation.has_page() {
        notes.warning(field, "The page of a lab is reached by tcp.", fix());
    } else if protocol != "tcp" && protocol != "udp" {
        notes.error(field, "A port is either tcp or udp.", fix());
    }
}

/// The row's own listen address; true where it can be used.
fn check_listen_ip(subject: &Subject, notes: &mut Notes, index: usize, row: &PortRow) -> bool {
    let typed = row.listen_ip.trim();
    if typed.is_empty() {
        return true;
    }
    let field = format!("ports.{index}.listenIp");
    let fix = || {
        subject.fix("Use the lab’s address", |form| {
            if let Some(row) = form.ports.get_mut(index) {
                row.listen_ip.clear();
            }
        })
    };
    let Ok(ip) = typed.parse::<IpAddr>() else {
        let message = format!(
            "{} is not an IP address. Addresses look like 192.168.1.20 or fd00::20.",
            shortened(typed)
        );
        notes.error(field, message, fix());
        return false;
    };
    if ip.is_multicast() || listen::is_link_local(ip) {
        notes.error(field, format!("Docker cannot listen on {ip}."), fix());
        return false;
    }
    if subject.this_computer() && !listen::is_of_this_machine(ip) {
        notes.error(
            field,
            format!("{ip} is not an address of this computer."),
            fix(),
        );
        return false;
    }
    let lab = subject.form.listen_ip.trim().parse::<IpAddr>().ok();
    let beyond = reach::reach_of(ip) != reach::Reach::ThisComputer;
    if beyond && lab != Some(ip) {
        let who = match reach::reach_of(ip) {
            reach::Reach::Everyone => "Anyone on your network".to_owned(),
            _ => format!("Everyone who can reach {ip}"),
        };
        notes.warning(field, format!("{who} can reach this port."), fix());
    }
    true
}

fn check_container_port(
    subject: &Subject,
    notes: &mut Notes,
    index: usize,
    row: &PortRow,
) -> Option<RangeInclusive<u16>> {
    let field = format!("ports.{index}.container");
    let page = subject.generation.port;
    let fix = || {
        if index != 0 || page == 0 {
            return None;
        }
        subject.fix(format!("Use port {page}"), |form| {
            if let Some(row) = form.ports.get_mut(index) {
                row.container = page.to_string();
            }
        })
    };
    let Some(range) = typed_range(&row.container) else {
        let (message, turned) = wrong_range(&row.container, "in the lab");
        let fix = match turned {
            Some(turned) => subject.fix(format!("Use {turned}"), |form| {
                if let Some(row) = form.ports.get_mut(index) {
                    row.container = turned;
                }
            }),
            None => fix(),
        };
        notes.error(field, message, fix);
        return None;
    };
    let known = subject
        .recipe
        .is_some_and(|recipe| !recipe.images.is_empty());
    if index == 0 && *range.start() != page && page != 0 && known {
        let message = format!(
            "{} answers on port {page} in this image.",
            subject.generation.answers
        );
        notes.warning(field, message, fix());
    }
    Some(range)
}

fn check_host_port(
    subject: &Subject,
    notes: &mut Notes,
    index: usize,
    row: &PortRow,
    container: &RangeInclusive<u16>,
) {
    let field = format!("ports.{index}.host");
    if row.host.trim().is_empty() {
        let message = if container.len() == 1 {
            "Docker chooses a free port each time the lab starts."
        } else {
            "Docker chooses free ports each time the lab starts."
        };
        notes.note(field, message);
        return;
    }
    let here = if subject.this_computer() {
        "on this computer"
    } else {
        "on the engine’s machine"
    };
    let next = |from: u16| next_free(subject, index, from, container.len());
    let Some(range) = typed_range(&row.host) else {
        let (message, turned) = wrong_range(&row.host, here);
        let fix = match turned {
            Some(turned) => subject.fix(format!("Use {turned}"), |form| {
                if let Some(row) = form.ports.get_mut(index) {
                    row.host = turned;
                }
            }),
            None => next(*container.start()),
        };
        notes.error(field, message, fix);
        return;
    };
    let port = *range.start();
    if range.len() != container.len() {
        let message = format!(
            "Both ranges must have the same length: here are {}, in the lab {}.",
            range.len(),
            container.len()
        );
        notes.error(field, message, next(port));
        return;
    }
    if let Some((what, double)) = double(subject, index, row, &range) {
        notes.error(
            field,
            format!("Port {double} is used twice: {what} has it already."),
            next(port),
        );
        return;
    }
    let rootless = subject.engine.is_some_and(|engine| engine.rootless);
    if port < FIRST_ORDINARY_PORT && rootless && port < first_unprivileged(subject) {
        let message = format!(
            "Port {port} is reserved for the system, and this engine runs without root rights (rootless)."
        );
        notes.error(field, message, next(port));
        return;
    }
    let listen_ip = listen_ip_of(subject.form, row);
    let protocol = row.protocol.trim().to_ascii_lowercase();
    let snapshot = &subject.facts.snapshot;
    let own = subject
        .facts
        .own
        .as_ref()
        .map(slipway_engine::ContainerId::as_str);
    let held = range.clone().find_map(|port| {
        let holder = listen::holder_of(snapshot, listen_ip, port, &protocol, own)?;
        Some((port, holder))
    });
    let which = if range.len() == 1 {
        format!("Port {port} is free")
    } else {
        format!("Ports {port} to {} are free", range.end())
    };
    match held {
        Some((port, holder)) => taken(notes, index, port, holder, next(port)),
        None if subject.this_computer() => notes.add(NoteLevel::Good, field, which, None),
        None => {
            let message = if range.len() == 1 {
                format!("No container uses port {port}.")
            } else {
                format!("No container uses ports {port} to {}.", range.end())
            };
            let message = format!(
                "{message} Other programs of the engine’s machine cannot be seen from here."
            );
            notes.add(NoteLevel::Good, field, message, None);
        }
    }
}

/// An earlier row that would want the same port of the same address: what it is for, and the port.
fn double(
    subject: &Subject,
    index: usize,
    row: &PortRow,
    range: &RangeInclusive<u16>,
) -> Option<(String, u16)> {
    let form = subject.form;
    form.ports.iter().take(index).find_map(|other| {
        let theirs = typed_range(&other.host)?;
        let first = *range.start().max(theirs.start());
        let meets = first <= *range.end().min(theirs.end())
            && other
                .protocol
                .trim()
                .eq_ignore_ascii_case(row.protocol.trim())
            && listen::addresses_meet(listen_ip_of(form, other), listen_ip_of(form, row));
        let what = if other.purpose.is_empty() {
            "another row".to_owned()
        } else {
            other.purpose.clone()
        };
        meets.then_some((what, first))
    })
}

fn taken(notes: &mut Notes, index: usize, port: u16, holder: PortHolder, fix: Option<FieldFix>) {
    let field = format!("ports.{index}.host");
    match holder {
        PortHolder::Container {
            name,
            lab,
            running: true,
        } => {
            let holder = lab.map_or_else(
                || format!("container {name}"),
                |lab| format!("the lab {lab}"),
            );
            notes.error(field, format!("Port {port} is taken by {holder}."), fix);
        }
        PortHolder::Container {
            name,
            lab,
            running: false,
        } => {
            let holder = lab.map_or_else(
                || format!("Container {name}"),
                |lab| format!("The lab {lab}"),
            );
            let message = format!(
                "{holder} is stopped and uses port {port}, too. Only one of them can run at a time."
            );
            notes.warning(field, message, fix);
        }
        PortHolder::Program(Some(name)) => {
            notes.error(
                field,
                format!("Port {port} is taken by the program {name}."),
                fix,
            );
        }
        PortHolder::Program(None) => {
            notes.error(
                field,
                format!("Port {port} is taken by another program of this computer."),
                fix,
            );
        }
        PortHolder::Reserved => {
            let message = format!(
                "Port {port} is reserved for the system. Docker may use it, but Slipway may not look whether it is free."
            );
            notes.warning(field, message, fix);
        }
    }
}
