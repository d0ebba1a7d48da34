//! Password or token.

use slipway_vault::VaultStatus;

use super::{CheckFacts, NoteLevel, Notes, Subject};
use crate::form::{LaunchForm, SignInChoice, StorageKind};
use crate::readiness;
use crate::recipe::{Generation, SignInKind};

/// Shorter ones are guessed in no time.
const SHORT: usize = 8;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    let sign_in = &subject.generation.sign_in;
    if subject.form.sign_in == SignInChoice::FromImage {
        check_made(subject, notes);
        return;
    }
    let from_image = || {
        let label = if sign_in.password_needed {
            "Let Slipway make one"
        } else {
            "Use the one of the image"
        };
        subject.fix(label, |form| {
            form.sign_in = SignInChoice::FromImage;
        })
    };
    if !sign_in.takes_own() {
        let message = format!(
            "This version of {} takes no password of your own.",
            lower_the(subject.kind_name())
        );
        notes.error("signIn", message, from_image());
        return;
    }
    let word = word(sign_in.kind);
    let before = notes.0.len();
    match subject.own_password {
        None | Some("") => notes.error(
            "signIn",
            if sign_in.password_needed {
                format!("Type a {word}, or let Slipway make one.")
            } else {
                format!("Type a {word}, or use the one of the image.")
            },
            from_image(),
        ),
        Some(own) if own.chars().any(char::is_control) => {
            notes.error(
                "signIn",
                format!("The {word} contains line breaks or invisible characters."),
                None,
            );
        }
        Some(own)
            if sign_in.kind == SignInKind::Token
                && !own.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            notes.error(
                "signIn",
                "A token is made of letters, digits and signs without blanks or accents.",
                None,
            );
        }
        Some(own) if own.trim() != own => {
            notes.warning(
                "signIn",
                format!("The {word} begins or ends with a blank."),
                None,
            );
        }
        Some(own) if own.chars().count() < SHORT => {
            notes.warning(
                "signIn",
                format!("A {word} of fewer than {SHORT} characters is easily guessed."),
                None,
            );
        }
        Some(_) => {}
    }
    if notes
        .0
        .iter()
        .skip(before)
        .any(|note| note.level == NoteLevel::Error)
    {
        return;
    }
    if let VaultStatus::MemoryOnly(why) = &subject.facts.keyring {
        let why = why.trim();
        let why = if why.is_empty() {
            "There is no keyring on this computer."
        } else {
            why
        };
        notes.note(
            "signIn",
            format!("{why} The {word} is kept until Slipway quits, and asked again after."),
        );
    } else {
        let message = match &sign_in.password_variable {
            Some(variable) => {
                format!("Given to the lab as {variable}, and kept in the keyring of this computer.")
            }
            None => "Set inside the lab, and kept in the keyring of this computer.".to_owned(),
        };
        notes.note("signIn", message);
    }
}

/// Nothing was chosen: either the image has its own way, or Slipway makes a password.
fn check_made(subject: &Subject, notes: &mut Notes) {
    let sign_in = &subject.generation.sign_in;
    if sign_in.password_stays && keeps_work_already(subject) {
        notes.warning(
            "signIn",
            "The kept work is older than this lab and asks for the password that it was made with. Type that one.",
            subject.fix("Type the password", |form| form.sign_in = SignInChoice::Own),
        );
    } else if sign_in.password_needed {
        let word = word(sign_in.kind);
        notes.note(
            "signIn",
            format!("Slipway makes a strong {word} and shows it on the lab’s card."),
        );
    }
}

/// A file inside an image says more of signing in than its Config does. Whoever has launched it knows, as
/// long as the new lab leaves it to the image as well.
pub(crate) fn as_its_server_said(
    generation: &mut Generation,
    form: &LaunchForm,
    facts: &CheckFacts,
) {
    let as_the_image = form.sign_in == SignInChoice::FromImage
        && form.advanced.command.trim().is_empty()
        && form.advanced.entrypoint.trim().is_empty();
    if !as_the_image {
        return;
    }
    let sign_in = &mut generation.sign_in;
    sign_in.kind = readiness::corrected(sign_in.kind, facts.asks);
    if facts.asks == Some(SignInKind::Open) {
        sign_in.password_variable = None;
    }
}

fn word(kind: SignInKind) -> &'static str {
    if kind == SignInKind::Token {
        "token"
    } else {
        "password"
    }
}

/// The chosen volume is there already and none of the labs that would be replaced made it: only
/// whoever made it knows its password.
fn keeps_work_already(subject: &Subject) -> bool {
    let storage = &subject.form.storage;
    storage.kind == StorageKind::Volume
        && subject
            .facts
            .snapshot
            .volumes
            .keys()
            .any(|volume| volume.as_str() == storage.volume.trim())
}

fn lower_the(name: &str) -> &str {
    if name == "The lab" { "the lab" } else { name }
}
