//! Who can reach the lab: the listen address, and what it means.

use std::net::IpAddr;

use super::{NoteLevel, Notes, Subject, shortened};
use crate::form::{LOOPBACK, SignInChoice};
use crate::listen;
use crate::recipe::SignInKind;

/// How far an address reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    ThisComputer,
    Address,
    Everyone,
}

pub(super) fn reach_of(ip: IpAddr) -> Reach {
    if ip.is_loopback() {
        Reach::ThisComputer
    } else if ip.is_unspecified() {
        Reach::Everyone
    } else {
        Reach::Address
    }
}

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let typed = subject.form.listen_ip.trim();
    let here = || {
        subject.fix(only_here(subject), |form| {
            LOOPBACK.clone_into(&mut form.listen_ip);
        })
    };
    let Ok(ip) = typed.parse::<IpAddr>() else {
        let bare = typed.trim_start_matches('[').trim_end_matches(']');
        if typed.is_empty() {
            notes.error("listenIp", "Choose who can reach the lab.", here());
        } else if bare.parse::<IpAddr>().is_ok() {
            let fix = subject.fix(format!("Use {bare}"), |form| {
                bare.clone_into(&mut form.listen_ip);
            });
            notes.error(
                "listenIp",
                "Addresses are typed without brackets here.",
                fix,
            );
        } else if typed.contains('%') {
            notes.error(
                "listenIp",
                "Docker cannot listen on addresses with a zone, such as %eth0.",
                here(),
            );
        } else if typed.contains(':') && typed.matches(':').count() == 1 {
            notes.error(
                "listenIp",
                format!("{typed} is not an IP address: the port has a field of its own."),
                here(),
            );
        } else {
            let message = format!(
                "{} is not an IP address. Addresses look like 192.168.1.20 or fd00::20.",
                shortened(typed)
            );
            notes.error("listenIp", message, here());
        }
        return;
    };
    if ip.is_multicast() {
        notes.error(
            "listenIp",
            format!("{ip} is a group address, and nothing can listen on it."),
            here(),
        );
    } else if listen::is_link_local(ip) {
        notes.error(
            "listenIp",
            format!("{ip} works only on one cable, and Docker cannot listen on it."),
            here(),
        );
    } else if subject.this_computer() && !listen::is_of_this_machine(ip) {
        notes.error(
            "listenIp",
            format!("{ip} is not an address of this computer."),
            nearest(subject, here()),
        );
    } else {
        meaning(subject, notes, ip);
    }
}

/// Loopback is the engine's machine's own.
fn only_here(subject: &Subject) -> &'static str {
    if subject.this_computer() {
        "Only this computer"
    } else {
        "Only the engine’s machine"
    }
}

fn nearest(subject: &Subject, otherwise: Option<super::FieldFix>) -> Option<super::FieldFix> {
    match listen::addresses()
        .into_iter()
        .find(|address| !address.is_ipv6)
    {
        Some(address) => {
            let label = format!("Use {}", address.ip);
            subject.fix(label, |form| form.listen_ip = address.ip)
        }
        None => otherwise,
    }
}

/// What an address beyond this computer means, and whether a password stands before it.
fn meaning(subject: &Subject, notes: &mut Notes, ip: IpAddr) {
    let machine = if subject.this_computer() {
        "this computer"
    } else {
        "the engine’s machine"
    };
    let who = match reach_of(ip) {
        Reach::ThisComputer => return,
        Reach::Everyone => "Anyone on your network can open this lab.".to_owned(),
        Reach::Address => format!("Everyone who can reach {ip} can open this lab."),
    };
    let firewall = format!("Docker lets them past the firewall of {machine} (ufw, for example).");
    let sign_in = &subject.generation.sign_in;
    let own = subject.form.sign_in == SignInChoice::Own && sign_in.takes_own();
    let (level, door) = match sign_in.kind {
        _ if own => (NoteLevel::Warning, "They need your password."),
        SignInKind::Token => (
            NoteLevel::Warning,
            "They need the token, which only you can see here.",
        ),
        SignInKind::Password => (
            NoteLevel::Warning,
            "They need the password, but the built-in one is public.",
        ),
        SignInKind::Open => (
            NoteLevel::Danger,
            "It asks for no password, so they can run code in it and read your work.",
        ),
        SignInKind::Unknown => (
            NoteLevel::Danger,
            "Slipway does not know whether it asks for a password.",
        ),
    };
    let possible = !own && sign_in.kind != SignInKind::Token && sign_in.password_variable.is_some();
    let fix = if possible {
        subject.fix("Set a password", |form| form.sign_in = SignInChoice::Own)
    } else if level == NoteLevel::Danger || (sign_in.kind == SignInKind::Password && !own) {
        subject.fix(only_here(subject), |form| {
            LOOPBACK.clone_into(&mut form.listen_ip);
        })
    } else {
        None
    };
    notes.add(level, "listenIp", format!("{who} {door} {firewall}"), fix);
}
