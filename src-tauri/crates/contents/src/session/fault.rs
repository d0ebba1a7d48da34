//! Why something was refused, in a person's words.

use slipway_labs::problem::ProblemKind;
use slipway_porthole::fault::Fault;

use crate::Problem;

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// The program says no.
    Fault(Fault),
    /// The conversation is over.
    Lost(Problem),
}

impl Refused {
    /// The program answers something else than what was asked.
    pub fn unexpected() -> Self {
        Self::Lost(
            Problem::new(
                ProblemKind::Other,
                "The files cannot be read: the program that looks at them does not answer as it should.",
            )
            .because("Nothing was changed.")
            .hint("Try again."),
        )
    }

    /// What a person reads, about the file or folder of this (visible) name.
    #[must_use]
    pub fn about(self, name: &str) -> Problem {
        match self {
            Self::Fault(fault) => of_fault(&fault, name),
            Self::Lost(problem) => problem,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        refused.about("")
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one sentence for each fault, all to be read at once"
)]
fn of_fault(fault: &Fault, name: &str) -> Problem {
    let named = if name.is_empty() { "This" } else { name };
    let (kind, title, because, hint) = match fault {
        Fault::NotFound => (
            ProblemKind::Gone,
            format!("{named} is not there any more."),
            "It was moved, renamed or deleted meanwhile.",
            Some("Look into its folder again."),
        ),
        Fault::NotAFolder => (
            ProblemKind::Other,
            format!("{named} is not a folder."),
            "",
            None,
        ),
        Fault::IsAFolder => (
            ProblemKind::Other,
            format!("{named} is a folder."),
            "A file is needed here.",
            None,
        ),
        Fault::NotAFile => (
            ProblemKind::Other,
            format!("{named} is no file with contents."),
            "It is a pipe, a socket or a device of a running program.",
            None,
        ),
        Fault::Denied => (
            ProblemKind::Other,
            format!("{named} may not be used."),
            "The file system of the engine refuses it, also to an administrator.",
            None,
        ),
        Fault::Loop => (
            ProblemKind::Other,
            format!("{named} cannot be opened."),
            "It is a link that leads back to itself.",
            None,
        ),
        Fault::LeftThePlace => (
            ProblemKind::Other,
            format!("{named} leads out of this volume or folder."),
            "Only what lies inside is shown.",
            None,
        ),
        Fault::NameTooLong => (
            ProblemKind::Other,
            "The name is too long.".to_owned(),
            "File systems take names of up to 255 bytes; some letters take more than one.",
            Some("Choose a shorter name."),
        ),
        Fault::Full => (
            ProblemKind::DiskFull,
            "The disk of the engine is full.".to_owned(),
            "What was there before is still whole.",
            Some("Delete what you no longer need, then try again."),
        ),
        Fault::ReadOnly => (
            ProblemKind::Other,
            "Nothing can be changed here.".to_owned(),
            "The volume or folder may only be read.",
            None,
        ),
        Fault::Changed => (
            ProblemKind::Other,
            format!("{named} was changed meanwhile."),
            "Something else, such as a running lab, has written to it.",
            Some("Open it again to see what it is now."),
        ),
        Fault::Exists => (
            ProblemKind::NameTaken,
            format!("{named} is there already."),
            "Nothing was replaced.",
            Some("Choose another name."),
        ),
        Fault::NotEmpty => (
            ProblemKind::Other,
            format!("{named} is not empty."),
            "",
            None,
        ),
        Fault::NotOurs => (
            ProblemKind::Other,
            format!("{named} was not made by Slipway just now, so it stays."),
            "",
            None,
        ),
        Fault::OtherMount => (
            ProblemKind::Other,
            format!("{named} cannot be moved there."),
            "The two folders lie on different disks.",
            Some("Copy it instead."),
        ),
        Fault::CannotWatch => (
            ProblemKind::Other,
            "Changes are not shown by themselves here.".to_owned(),
            "The file system of the engine does not tell of them.",
            Some("Reload to see what is new."),
        ),
        Fault::BadPattern { .. } => (
            ProblemKind::InvalidForm,
            "This is no regular expression.".to_owned(),
            "",
            Some("Correct it, or search for the plain text."),
        ),
        Fault::BadArchive { .. } => (
            ProblemKind::Other,
            "The archive is damaged.".to_owned(),
            "What was unpacked before the damaged part stays.",
            None,
        ),
        Fault::BadRequest => (
            ProblemKind::Other,
            format!("{named} cannot be used."),
            "Its path is not one that can lie in a volume or folder.",
            None,
        ),
        Fault::Busy => (
            ProblemKind::Other,
            "Too much is being read at once.".to_owned(),
            "",
            Some("Try again in a moment."),
        ),
        Fault::Cancelled => (ProblemKind::Other, "This was stopped.".to_owned(), "", None),
        Fault::OtherVersion { .. } => (
            ProblemKind::Other,
            "Another version of Slipway answers.".to_owned(),
            "A throw-away container of it was left running.",
            Some("Close the other Slipway, then try again."),
        ),
        Fault::TooMany => (
            ProblemKind::Other,
            "There is too much in here to be shown.".to_owned(),
            "Without Slipway's own program on this engine, up to two million files and folders are listed.",
            Some("Type the path of the file to open it."),
        ),
        Fault::NotThisWay => (
            ProblemKind::Other,
            "This cannot be done on this engine.".to_owned(),
            "Slipway's own program does not run there. Files can be looked at, searched and downloaded.",
            None,
        ),
        Fault::Io { .. } => (
            ProblemKind::Other,
            format!("{named} cannot be read or written."),
            "The file system of the engine reports a fault.",
            Some("Try again. If it stays so, the disk may be damaged."),
        ),
    };
    let problem = Problem::new(kind, title).because(because);
    let problem = match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    };
    match fault {
        Fault::BadPattern { why } => problem.at("text").detail(why.clone()),
        Fault::BadArchive { why } => problem.detail(why.clone()),
        Fault::OtherVersion { ours } => problem.detail(format!("version {ours}")),
        Fault::Io { errno } => problem.detail(format!("errno {errno}")),
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_sentences() {
        let faults = [
            Fault::NotFound,
            Fault::NotAFolder,
            Fault::IsAFolder,
            Fault::NotAFile,
            Fault::Denied,
            Fault::Loop,
            Fault::LeftThePlace,
            Fault::NameTooLong,
            Fault::Full,
            Fault::ReadOnly,
            Fault::Changed,
            Fault::Exists,
            Fault::NotEmpty,
            Fault::NotOurs,
            Fault::OtherMount,
            Fault::CannotWatch,
            Fault::BadPattern {
                why: "unclosed group".to_owned(),
            },
            Fault::BadArchive {
                why: "checksum".to_owned(),
            },
            Fault::BadRequest,
            Fault::Busy,
            Fault::Cancelled,
            Fault::OtherVersion { ours: 2 },
            Fault::TooMany,
            Fault::NotThisWay,
            Fault::Io { errno: 5 },
        ];
        let told: Vec<String> = faults
            .iter()
            .map(|fault| {
                let problem = of_fault(fault, "churn.ipynb");
                format!(
                    "{fault:?}: {} {} {}",
                    problem.title,
                    problem.message,
                    problem.hint.unwrap_or_default()
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
