//! The review: the launch in plain words, one line for each thing that matters.

use std::net::IpAddr;

use super::reach::{Reach, reach_of};
use super::{ReviewKind, ReviewLine, Subject, Tone};
use crate::form::{PortRow, SignInChoice, StorageKind};
use crate::options::ports::listen_ip_of;
use crate::recipe::SignInKind;
use crate::recognition;
use crate::risk::{self, RiskKind};

mod advanced;

pub(super) fn lines(subject: &Subject) -> Vec<ReviewLine> {
    let mut lines = vec![
        image_line(subject),
        address_line(subject),
        work_line(subject),
    ];
    lines.extend(sign_in_line(subject));
    lines.extend(user_line(subject));
    lines.extend(ports_line(subject));
    if subject.form.docker_control {
        lines.push(line(
            ReviewKind::DockerControl,
            "Can control Docker",
            "Could become root on the host machine",
            Tone::Danger,
        ));
    }
    lines.extend(advanced::lines(subject));
    lines
}

/// "Ready in about 20 seconds."
pub(super) fn outlook(subject: &Subject) -> String {
    let seconds = subject
        .generation
        .ready
        .usual_seconds
        .map(|(from, to)| u32::midpoint(from, to));
    let ready = match seconds {
        Some(seconds) if seconds >= 90 => format!("about {} minutes", (seconds + 30) / 60),
        Some(seconds) => format!("about {} seconds", seconds.div_ceil(5) * 5),
        None => "a moment".to_owned(),
    };
    if subject.here || subject.reference.is_none() {
        return format!("Ready in {ready}.");
    }
    match subject.download_words() {
        Some(amount) => format!("Downloads {amount} first, then it is ready in {ready}."),
        None => format!("Downloads the image first, then it is ready in {ready}."),
    }
}

fn line(
    kind: ReviewKind,
    title: impl Into<String>,
    detail: impl Into<String>,
    tone: Tone,
) -> ReviewLine {
    ReviewLine {
        kind,
        title: title.into(),
        detail: detail.into(),
        tone,
    }
}

fn image_line(subject: &Subject) -> ReviewLine {
    let form = subject.form;
    let title = format!("{} {}", form.image.trim(), form.version.trim());
    let detail = match (subject.here, subject.download_words()) {
        (true, _) => "Already here, nothing to download".to_owned(),
        (false, Some(amount)) => format!("Downloads {amount}"),
        (false, None) if subject.size_unknown().is_some() => {
            "Will be downloaded first, its size is not known".to_owned()
        }
        (false, None) => "Will be downloaded first".to_owned(),
    };
    line(ReviewKind::Image, title.trim(), detail, Tone::Plain)
}

fn address_line(subject: &Subject) -> ReviewLine {
    let Some(first) = subject.form.ports.first() else {
        return without_ports(subject);
    };
    let listen_ip = listen_ip_of(subject.form, first);
    let title = match first.host.trim() {
        "" => "Opens at a port that Docker chooses".to_owned(),
        host => format!("Opens at {}", place(listen_ip, host)),
    };
    let (detail, tone) = match listen_ip.parse::<IpAddr>().map(reach_of) {
        Ok(Reach::ThisComputer) if subject.this_computer() => {
            ("Only this computer can reach it", Tone::Plain)
        }
        Ok(Reach::ThisComputer) => ("Only the engine’s machine can reach it", Tone::Plain),
        Ok(Reach::Address | Reach::Everyone) => ("Other computers can reach it", Tone::Warning),
        Err(_) => ("The address is not valid", Tone::Warning),
    };
    let open = matches!(subject.generation.sign_in.kind, SignInKind::Open);
    let tone = if open && tone == Tone::Warning {
        Tone::Danger
    } else {
        tone
    };
    line(ReviewKind::Address, title, detail, tone)
}

fn without_ports(subject: &Subject) -> ReviewLine {
    let (title, detail) = if subject.form.advanced.publish_all {
        (
            "Opens at a port that Docker chooses",
            "Everything that the image offers is published, for everybody who can reach this computer",
        )
    } else {
        (
            "Has no page",
            "No port is published, and its log shows what it does",
        )
    };
    let tone = if subject.form.advanced.publish_all {
        Tone::Warning
    } else {
        Tone::Plain
    };
    line(ReviewKind::Address, title, detail, tone)
}

fn place(listen_ip: &str, host: &str) -> String {
    if listen_ip.contains(':') {
        format!("[{listen_ip}]:{host}")
    } else {
        format!("{listen_ip}:{host}")
    }
}

fn work_line(subject: &Subject) -> ReviewLine {
    let storage = &subject.form.storage;
    match storage.kind {
        StorageKind::Nothing => line(
            ReviewKind::Work,
            "Work is not kept",
            "Lost when you delete the lab",
            Tone::Warning,
        ),
        StorageKind::Volume => {
            let title = format!("Work is kept in {}", storage.volume.trim());
            line(
                ReviewKind::Work,
                title,
                "Stays when you delete the lab",
                Tone::Plain,
            )
        }
        StorageKind::Folder => {
            let title = format!("Work is kept in {}", storage.folder.trim());
            let risky =
                risk::kinds(subject.form, subject.engine)
                    .iter()
                    .find_map(|kind| match kind {
                        RiskKind::HostRoot => Some("The lab gets the whole disk"),
                        RiskKind::FolderWithSocket => {
                            Some("The lab could take over the machine with it")
                        }
                        RiskKind::DockerSocket | RiskKind::Privileged => None,
                    });
            match risky {
                Some(detail) => line(ReviewKind::Work, title, detail, Tone::Danger),
                None => line(
                    ReviewKind::Work,
                    title,
                    "Stays when you delete the lab",
                    Tone::Plain,
                ),
            }
        }
    }
}

fn sign_in_line(subject: &Subject) -> Option<ReviewLine> {
    let sign_in = &subject.generation.sign_in;
    let own = subject.form.sign_in == SignInChoice::Own && sign_in.takes_own();
    let (title, detail) = match sign_in.kind {
        SignInKind::Unknown if !own => return None,
        SignInKind::Open => ("Asks for no password", "Whoever reaches it is in"),
        SignInKind::Token if own => ("Asks for your token", "Opens signed in"),
        _ if own && sign_in.token_config.is_some() => ("Asks for your password", "Opens signed in"),
        _ if own => ("Asks for your password", "Kept in the keyring"),
        SignInKind::Token => ("Asks for a token", "Made at the start, opens signed in"),
        _ if sign_in.password_needed => (
            "Asks for a password that Slipway makes",
            "Shown on the lab’s card",
        ),
        _ if sign_in.token_config.is_some() => ("Asks for the image’s password", "Opens signed in"),
        _ if recognition::image_password(&subject.generation, subject.image).is_none() => {
            ("Asks for the image’s password", "Typed in the browser")
        }
        _ => ("Asks for the image’s password", "Shown on the lab’s card"),
    };
    let tone = if sign_in.kind == SignInKind::Open {
        Tone::Warning
    } else {
        Tone::Plain
    };
    Some(line(ReviewKind::SignIn, title, detail, tone))
}

fn user_line(subject: &Subject) -> Option<ReviewLine> {
    let user = &subject.form.user;
    subject
        .generation
        .user_mapping
        .as_ref()
        .filter(|_| user.mapped)?;
    let title = format!("Works as user {}:{}", user.uid.trim(), user.gid.trim());
    Some(line(
        ReviewKind::User,
        title,
        "Files belong to that user",
        Tone::Plain,
    ))
}

fn at(subject: &Subject, row: &PortRow) -> String {
    match row.host.trim() {
        "" => "a port that Docker chooses".to_owned(),
        host => place(listen_ip_of(subject.form, row), host),
    }
}

fn ports_line(subject: &Subject) -> Option<ReviewLine> {
    // A row that is still being filled in says nothing yet.
    let more: Vec<&PortRow> = subject
        .form
        .ports
        .get(1..)?
        .iter()
        .filter(|row| !row.container.trim().is_empty())
        .collect();
    let named = |row: &PortRow| {
        let purpose = row.purpose.trim();
        if purpose.is_empty() {
            format!("Port {}", row.container.trim())
        } else {
            purpose.to_owned()
        }
    };
    let first = more.first()?;
    let title = match more.len() {
        1 => format!("{} at {}", named(first), at(subject, first)),
        count => format!("{count} more ports"),
    };
    let detail = match more.len() {
        1 => format!("Goes to port {} in the lab", first.container.trim()),
        _ => more
            .iter()
            .map(|row| named(row))
            .collect::<Vec<_>>()
            .join(", "),
    };
    Some(line(ReviewKind::Ports, title, detail, Tone::Plain))
}
