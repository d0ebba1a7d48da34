//! Why a command did not do what it was asked to, and the exit code that says so to a script.

use serde::Serialize;
use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;

/// What a script learns without reading a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Failed = 1,
    /// The command was typed wrongly.
    Usage = 2,
    NoEngine = 3,
    /// A choice is not possible, or the person has to agree to something first.
    Refused = 4,
    NotFound = 5,
    /// As a shell reports a program that was ended with Ctrl-C.
    Cancelled = 130,
}

/// One more sentence, where it belongs to a field of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Remark {
    pub field: Option<String>,
    pub message: String,
}

/// A failure as it is told: the problem, what else there is to say, and the exit code.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    #[serde(flatten)]
    pub problem: Problem,
    /// Every field that is wrong, the consequences of a risk, or other ways to go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    #[serde(rename = "exitCode", serialize_with = "as_number")]
    pub exit: Exit,
    /// The output is read by nobody any more, so there is nobody to tell.
    #[serde(skip)]
    pub silent: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands every field over by reference"
)]
fn as_number<S: serde::Serializer>(exit: &Exit, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(*exit as u8)
}

pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub fn new(exit: Exit, problem: Problem) -> Self {
        Self {
            problem,
            remarks: Vec::new(),
            exit,
            silent: false,
        }
    }

    /// Typed wrongly.
    pub fn usage(title: impl Into<String>) -> Self {
        Self::new(Exit::Usage, Problem::new(ProblemKind::Other, title))
    }

    /// What was named is not there.
    pub fn not_found(title: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, Problem::new(ProblemKind::Gone, title))
    }

    /// The person has to choose otherwise, or to agree.
    pub fn refused(title: impl Into<String>) -> Self {
        Self::new(Exit::Refused, Problem::new(ProblemKind::InvalidForm, title))
    }

    pub fn cancelled(title: impl Into<String>) -> Self {
        Self::new(Exit::Cancelled, Problem::new(ProblemKind::Other, title))
    }

    #[must_use]
    pub fn because(mut self, message: impl Into<String>) -> Self {
        self.problem.message = message.into();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.problem.field = Some(field.into());
        self
    }

    #[must_use]
    pub fn remark(mut self, field: Option<String>, message: impl Into<String>) -> Self {
        self.remarks.push(Remark {
            field,
            message: message.into(),
        });
        self
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match problem.kind {
            ProblemKind::EngineAway => Exit::NoEngine,
            ProblemKind::InvalidForm => Exit::Refused,
            ProblemKind::Gone | ProblemKind::ImageNotFound => Exit::NotFound,
            _ => Exit::Failed,
        };
        Self::new(exit, problem)
    }
}

/// Only what is written to the terminal can fail this way.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let problem = Problem::new(ProblemKind::Other, "The output could not be written.")
            .detail(error.to_string());
        Self {
            silent: error.kind() == std::io::ErrorKind::BrokenPipe,
            ..Self::new(Exit::Failed, problem)
        }
    }
}
