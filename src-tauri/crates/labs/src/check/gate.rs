//! Why Launch is not possible, in one sentence that says what to do.

use slipway_engine::inventory::EngineStatus;

use super::{FieldNote, NoteLevel, Subject};
use crate::options::ports::typed_range;
use crate::recipe::SignInKind;
use crate::risk::{self, RiskKind};

pub(super) fn gate(subject: &Subject, notes: &[FieldNote], risky: bool) -> Option<String> {
    if let Some(engine) = engine_gate(subject) {
        return Some(engine);
    }
    if let Some(error) = notes.iter().find(|note| note.level == NoteLevel::Error) {
        return Some(if error.field == "signIn" {
            for_sign_in(subject)
        } else {
            for_field(subject, &error.field).to_owned()
        });
    }
    if risky && !subject.form.risk_accepted {
        let way_out = match risk::kinds(subject.form, subject.engine).first() {
            Some(RiskKind::HostRoot | RiskKind::FolderWithSocket) => "or choose another folder",
            Some(RiskKind::Privileged) => "or take the rights away under Advanced",
            Some(RiskKind::DockerSocket) if !subject.form.docker_control => {
                "or choose another folder"
            }
            _ => "or turn Docker control off",
        };
        return Some(format!("Tick “I understand” to launch, {way_out}."));
    }
    None
}

fn engine_gate(subject: &Subject) -> Option<String> {
    let report = &subject.facts.snapshot.report;
    if let Some(problem) = report.problems.iter().find(|problem| problem.blocking) {
        return Some(problem.title.clone());
    }
    match report.status {
        EngineStatus::Ready => None,
        EngineStatus::Connecting => Some("Slipway is still connecting to Docker.".to_owned()),
        EngineStatus::Reconnecting { .. } => {
            Some("Docker does not answer at the moment.".to_owned())
        }
        EngineStatus::Unavailable => Some("Docker is not running.".to_owned()),
    }
}

fn for_field<'a>(subject: &Subject, field: &str) -> &'a str {
    match field {
        "name" => "Give the lab another name to launch.",
        "image" => "Type the name of an image to launch.",
        "version" => "Choose a version to launch.",
        "listenIp" => "Choose who can reach the lab to launch.",
        "storage.volume" => "Choose a volume to launch.",
        "storage.folder" => "Choose a folder to launch.",
        "storage.target" => "Choose a folder in the lab to launch.",
        "dockerControl" => "Turn Docker control off to launch.",
        _ if field.ends_with(".listenIp") => "Choose a listen address to launch.",
        _ if is_variable_value(field) => "Type the missing value under Advanced to launch.",
        _ if field.starts_with("advanced.") => "Mend what is marked under Advanced to launch.",
        "user.uid" | "user.gid" => "Type a user and a group number to launch.",
        _ if is_taken(subject, field) => "Choose a free port to launch.",
        _ => "Type a valid port to launch.",
    }
}

/// `advanced.environment.0.value`
fn is_variable_value(field: &str) -> bool {
    field.starts_with("advanced.environment.")
        && field.rsplit('.').next().is_some_and(|part| part == "value")
}

fn for_sign_in(subject: &Subject) -> String {
    let sign_in = &subject.generation.sign_in;
    let word = if sign_in.kind == SignInKind::Token {
        "token"
    } else {
        "password"
    };
    if !sign_in.takes_own() {
        format!("Use the image’s {word} to launch.")
    } else if subject.own_password.is_none_or(str::is_empty) {
        format!("Type a {word} to launch.")
    } else {
        format!("Type another {word} to launch.")
    }
}

/// The port is a good number, so it is somebody else's.
fn is_taken(subject: &Subject, field: &str) -> bool {
    let index = field
        .strip_prefix("ports.")
        .and_then(|rest| rest.strip_suffix(".host"))
        .and_then(|index| index.parse::<usize>().ok());
    index
        .and_then(|index| subject.form.ports.get(index))
        .is_some_and(|row| typed_range(&row.host).is_some())
}
