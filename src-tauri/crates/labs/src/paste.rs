//! A pasted `docker run` command, read into the wizard's form.
//!
//! Any shell's spelling (POSIX, PowerShell, cmd), any spelling of the flags. Nothing is run, and nothing is
//! silently dropped: what is not taken is named, with the reason.
//!
//! It is read in steps that know nothing of each other: `shell` guesses whose quoting it is and gives words
//! (`posix`, `powershell`, `cmd`), `statements` finds the run among other commands, `options` splits its
//! words as Docker does, `values` says what is open and `proposals` with what it could be filled, `fill`
//! makes the form and the sentences. All of it is pure: engine and person come in as facts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::check::CheckFacts;
use crate::form::{LaunchForm, TypedSecrets};

mod cmd;
mod fill;
mod options;
mod places;
mod posix;
mod powershell;
mod proposals;
mod reading;
mod shell;
mod statements;
mod values;
mod words;

pub use reading::{Reading, read};

/// Whose quoting the command is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Shell {
    Posix,
    PowerShell,
    Cmd,
}

/// What a part of the command is about; the screen gives each its colour and icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PartKind {
    Image,
    Name,
    Port,
    Storage,
    Variable,
    Limit,
    Network,
    Gpu,
    Risk,
    Lifetime,
    Terminal,
    Program,
    Other,
    /// Not taken: underlined, never coloured.
    NotTaken,
}

/// A stretch of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommandPart {
    /// In UTF-16 code units, as a text area counts; `end` is behind the last.
    pub start: u32,
    pub end: u32,
    pub kind: PartKind,
    /// Which sentence of `meanings` it belongs to, if any.
    pub meaning: Option<u32>,
    /// Stretches of variables within it, in the same units.
    pub variables: Vec<(u32, u32)>,
}

/// What a part does, in words: "Keeps your work in a volume," and "in the folder /root/notebooks."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Meaning {
    pub kind: PartKind,
    pub lead: String,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum VariableUse {
    Version,
    Volume,
    Folder,
    ListenIp,
    Port,
    Name,
    Secret,
    Other,
}

/// A variable that the command leaves open: `${VERSION}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskedVariable {
    pub name: String,
    pub used_for: VariableUse,
    /// What is filled in: the person's answer, or what we propose; empty: it must be typed.
    pub value: String,
    /// Values to choose from, best first; any other may be typed.
    pub choices: Vec<VariableChoice>,
    /// One sentence where the value cannot be used.
    pub error: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VariableChoice {
    pub value: String,
    /// "6.0.0, on this computer"
    pub label: String,
}

/// What was not understood, or will not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NotTaken {
    /// As it stands in the command, shortened where it is long: `--storage-opt size=40G`
    pub text: String,
    /// One sentence.
    pub why: String,
}

/// A command as it was read, with the answers given so far.
#[derive(Clone, Default, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PastedCommand {
    pub shell: Option<Shell>,
    pub parts: Vec<CommandPart>,
    pub meanings: Vec<Meaning>,
    pub variables: Vec<AskedVariable>,
    pub not_taken: Vec<NotTaken>,
    /// The wizard's form filled from it; `None` while something is in the way.
    pub form: Option<LaunchForm>,
    /// Secret values that stood in the command, to be typed beside the form for the person.
    pub secrets: PastedSecrets,
    /// What is in the way, in one sentence with the next step.
    pub problem: Option<crate::Problem>,
}

/// Values of variables that look secret; they go back to the page that they came from and nowhere else.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct PastedSecrets {
    pub password: Option<String>,
    pub variables: BTreeMap<String, String>,
}

impl From<PastedSecrets> for TypedSecrets {
    fn from(pasted: PastedSecrets) -> Self {
        Self {
            password: pasted.password,
            variables: pasted.variables,
        }
    }
}

/// The person at this computer, for `$HOME` and `$(whoami)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Home folder, without a slash at its end.
    pub home: Option<String>,
    pub name: Option<String>,
}

impl Person {
    pub fn of_this_system() -> Self {
        let home = std::env::home_dir().map(|home| {
            let home = home.to_string_lossy().into_owned();
            home.trim_end_matches(['/', '\\']).to_owned()
        });
        Self {
            home: home.filter(|home| !home.is_empty()),
            name: std::env::var("USER")
                .or_else(|_| std::env::var("USERNAME"))
                .ok(),
        }
    }
}

/// Reads a command with the answers given so far; `facts` hold the Config of its image where that is here.
/// Looks for free ports, so it may block for a moment.
pub fn pasted(
    text: &str,
    answers: &BTreeMap<String, String>,
    person: &Person,
    facts: &CheckFacts,
) -> PastedCommand {
    read(text, answers, person, facts).finish(facts)
}

#[cfg(test)]
mod tests;
