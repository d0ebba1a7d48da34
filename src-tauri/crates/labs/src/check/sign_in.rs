//! Password or token.

use slipway_vault::VaultStatus;

use super::{NoteLevel, Notes, Subject};
use crate::form::SignInChoice;
use crate::recipe::SignInKind;

/// Shorter ones are guessed in no time.
const SHORT: usize = 8;

pub(super) fn check(subject: &Subject, notes: &mut Notes) {
    if subject.form.sign_in == SignInChoice::FromImage {
        return;
    }
    let sign_in = &subject.generation.sign_in;
    let from_image = || {
        subject.fix("Use the one of the image", |form| {
            form.sign_in = SignInChoice::FromImage;
        })
    };
    let Some(variable) = &sign_in.password_variable else {
        let message = format!(
            "This version of {} takes no password of your own.",
            lower_the(subject.kind_name())
        );
        notes.error("signIn", message, from_image());
        return;
    };
    let word = if sign_in.kind == SignInKind::Token {
        "token"
    } else {
        "password"
    };
    let before = notes.0.len();
    match subject.own_password {
        None | Some("") => notes.error(
            "signIn",
            format!("Type a {word}, or use the one of the image."),
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
        notes.note(
            "signIn",
            format!("Given to the lab as {variable}, and kept in the keyring of this computer."),
        );
    }
}

fn lower_the(name: &str) -> &str {
    if name == "The lab" { "the lab" } else { name }
}
