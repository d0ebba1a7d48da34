//! Why a bed could not be had, in words that tell what to do about it.

use std::fmt;
use std::io;

/// Everything that can go wrong with a bed or a fixture.
#[derive(Debug)]
pub enum BedError {
    /// This machine or this user cannot carry a bed; the text says what is missing.
    NotPossible(String),
    /// A program of another package is needed.
    Missing {
        /// The program that was looked for.
        program: String,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// A step did not work out; the detail is what the program concerned said.
    Failed {
        /// What was tried.
        what: String,
        /// The last words of the program concerned.
        detail: String,
    },
    /// A file or a socket could not be used.
    Io {
        /// What was tried.
        what: String,
        /// The operating system's reason.
        source: io::Error,
    },
}

impl BedError {
    pub(crate) fn failed(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Failed {
            what: what.into(),
            detail: detail.into(),
        }
    }

    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

impl fmt::Display for BedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPossible(why) => write!(formatter, "the test bed cannot run here: {why}"),
            Self::Missing { program, package } => {
                write!(
                    formatter,
                    "the program {program} is missing; it is in the package {package}"
                )
            }
            Self::Failed { what, detail } => write!(formatter, "{what} failed: {}", detail.trim()),
            Self::Io { what, source } => write!(formatter, "{what}: {source}"),
        }
    }
}

impl std::error::Error for BedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
