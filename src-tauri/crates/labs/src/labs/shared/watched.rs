//! What is known of a running lab's page, for one start of its container.

use slipway_engine::UnixMillis;

use crate::address::PageAddress;
use crate::recipe::SignInKind;

/// Whether a running container's page answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Asked in the background.
    Waiting,
    Answered(Option<PageAddress>),
    /// Did not answer for a long time; nobody asks any more.
    Silent,
}

/// The answer of one start of one container.
pub(crate) struct Watched {
    pub started: Option<UnixMillis>,
    pub answer: Answer,
    /// What its server asks whoever comes for, as it says itself; `None`: it has not said.
    pub asks: Option<SignInKind>,
    /// Dropping it ends the asking.
    pub task: Option<tokio_util::task::AbortOnDropHandle<()>>,
    /// A server that takes its time to say what it asks for is heard behind; dropping it ends that.
    pub hearing: Option<tokio_util::task::AbortOnDropHandle<()>>,
}

impl Watched {
    /// Of a container that runs since then and has not answered yet.
    pub(crate) fn waiting(started: Option<UnixMillis>) -> Self {
        Self {
            started,
            answer: Answer::Waiting,
            asks: None,
            task: None,
            hearing: None,
        }
    }

    /// The answer, with a page whose address has no token that its server does not take.
    pub(crate) fn known(&self) -> Answer {
        match (&self.answer, self.asks) {
            (Answer::Answered(Some(page)), Some(SignInKind::Password)) => {
                Answer::Answered(Some(page.clone().without_token()))
            }
            (answer, _) => answer.clone(),
        }
    }

    /// The page, where it has answered with one.
    pub(crate) fn page(&self) -> Option<PageAddress> {
        match self.known() {
            Answer::Answered(page) => page,
            Answer::Waiting | Answer::Silent => None,
        }
    }
}
