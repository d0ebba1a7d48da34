//! Ports: numbers, doubles, and who holds them already.

use super::{FieldFix, NoteLevel, Notes, Subject, shortened};
use crate::form::{PortRow, typed_number, typed_port};
use crate::listen::{self, PortHolder};

/// Below it, systems let only root listen.
const FIRST_ORDINARY_PORT: u16 = 1024;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let rows = &subject.form.ports;
    if rows.is_empty() {
        let port = subject.generation.port;
        // A program that listens nowhere needs none.
        if port == 0 {
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
        notes.error(
            "ports.0.host",
            "The lab needs a port, or nothing can reach it.",
            fix,
        );
        return;
    }
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
        check_container_port(subject, notes, index, row);
        check_host_port(subject, notes, index, row);
    }
}

fn check_protocol(subject: &Subject, notes: &mut Notes, index: usize, row: &PortRow) {
    let protocol = row.protocol.trim().to_ascii_lowercase();
    let known = protocol == "tcp" || (protocol == "udp" && index > 0);
    if !known {
        let message = if index == 0 {
            "The page of a lab is reached by tcp."
        } else {
            "A port is either tcp or udp."
        };
        let fix = subject.fix("Use tcp", |form| {
            if let Some(row) = form.ports.get_mut(index) {
                "tcp".clone_into(&mut row.protocol);
            }
        });
        notes.error(format!("ports.{index}.container"), message, fix);
    }
}

fn check_container_port(subject: &Subject, notes: &mut Notes, index: usize, row: &PortRow) {
    let field = format!("ports.{index}.container");
    let page = subject.generation.port;
    let fix = || {
        if index != 0 {
            return None;
        }
        subject.fix(format!("Use port {page}"), |form| {
            if let Some(row) = form.ports.get_mut(index) {
                row.container = page.to_string();
            }
        })
    };
    match typed_port(&row.container) {
        None => notes.error(field, wrong_number(&row.container, "in the lab"), fix()),
        Some(port)
            if index == 0
                && port != page
                && page != 0
                && subject
                    .recipe
                    .is_some_and(|recipe| !recipe.images.is_empty()) =>
        {
            let message = format!(
                "{} answers on port {page} in this image.",
                subject.generation.answers
            );
            notes.warning(field, message, fix());
        }
        Some(_) => {}
    }
}

fn check_host_port(subject: &Subject, notes: &mut Notes, index: usize, row: &PortRow) {
    let field = format!("ports.{index}.host");
    let Some(port) = typed_port(&row.host) else {
        let wanted = typed_port(&row.container).unwrap_or(8888);
        notes.error(
            field,
            wrong_number(&row.host, "on this computer"),
            next_free(subject, index, wanted),
        );
        return;
    };
    let protocol = row.protocol.trim().to_ascii_lowercase();
    let double = subject.form.ports.iter().take(index).find(|other| {
        typed_port(&other.host) == Some(port)
            && other.protocol.trim().eq_ignore_ascii_case(&protocol)
    });
    if let Some(other) = double {
        let what = if other.purpose.is_empty() {
            "another row"
        } else {
            &other.purpose
        };
        notes.error(
            field,
            format!("Port {port} is used twice: {what} has it already."),
            next_free(subject, index, port),
        );
        return;
    }
    let rootless = subject.engine.is_some_and(|engine| engine.rootless);
    if port < FIRST_ORDINARY_PORT && rootless && port < first_unprivileged(subject) {
        let message = format!(
            "Port {port} is reserved for the system, and this engine runs without root rights (rootless)."
        );
        notes.error(field, message, next_free(subject, index, port));
        return;
    }
    let listen_ip = subject.form.listen_ip.trim();
    let holder = listen::holder_of(&subject.facts.snapshot, listen_ip, port, &protocol, None);
    match holder {
        Some(holder) => taken(subject, notes, index, port, holder),
        None if subject.this_computer() => {
            notes.add(NoteLevel::Good, field, format!("Port {port} is free"), None);
        }
        None => {
            let message = format!(
                "No container uses port {port}. Other programs of the engine’s machine cannot be seen from here."
            );
            notes.add(NoteLevel::Good, field, message, None);
        }
    }
}

fn taken(subject: &Subject, notes: &mut Notes, index: usize, port: u16, holder: PortHolder) {
    let field = format!("ports.{index}.host");
    let fix = next_free(subject, index, port);
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

/// A button for the next free port from this one on.
fn next_free(subject: &Subject, index: usize, from: u16) -> Option<FieldFix> {
    let others: Vec<u16> = subject
        .form
        .ports
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != index)
        .filter_map(|(_, row)| typed_port(&row.host))
        .collect();
    let from = match from {
        80 => 8080,
        443 => 8443,
        low if low < FIRST_ORDINARY_PORT => low.saturating_add(8000),
        port => port,
    };
    let free = listen::free_port(
        &subject.facts.snapshot,
        subject.form.listen_ip.trim(),
        from,
        &others,
    )?;
    subject.fix(format!("Use port {free}"), |form| {
        if let Some(row) = form.ports.get_mut(index) {
            row.host = free.to_string();
        }
    })
}

fn wrong_number(typed: &str, place: &str) -> String {
    let typed = typed.trim();
    match typed_number(typed) {
        _ if typed.is_empty() => format!("Type the port {place}, a number from 1 to 65535."),
        Some(0) => "There is no port 0. Ports go from 1 to 65535.".to_owned(),
        Some(number) => format!("There is no port {number}. Ports go from 1 to 65535."),
        None if typed.bytes().all(|byte| byte.is_ascii_digit()) => {
            "This port is too large. Ports go from 1 to 65535.".to_owned()
        }
        None => format!(
            "“{}” is not a port. Ports are whole numbers from 1 to 65535.",
            shortened(typed)
        ),
    }
}

/// The first port for ordinary programs on this computer; administrators may lower it
/// (`net.ipv4.ip_unprivileged_port_start`).
fn first_unprivileged(subject: &Subject) -> u16 {
    let told = || {
        std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")
            .ok()?
            .trim()
            .parse()
            .ok()
    };
    if subject.this_computer() {
        told().unwrap_or(FIRST_ORDINARY_PORT)
    } else {
        FIRST_ORDINARY_PORT
    }
}
