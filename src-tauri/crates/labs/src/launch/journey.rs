//! The launch itself: one task that goes from step to step, and takes back what it made when it
//! does not get to the end.
//!
//! Requests that make something are never cut off in the middle, because then nobody would know
//! whether the engine has made it. Only the download and the wait for an answer are; everywhere
//! else a cancellation is seen between two requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slipway_engine::UnixMillis;
use slipway_vault::Secret;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::board::Board;
use super::failure::{self, Trouble};
use super::made::Made;
use super::{Launch, LaunchOutcome, StepKind};
use crate::card::LabId;
use crate::form::LaunchForm;
use crate::labs::changing::Replaced;
use crate::labs::shared::Shared;
use crate::plan::LaunchPlan;
use crate::profile::Profile;

mod arriving;
mod changing;
mod fetching;
mod making;
mod outset;
mod preparing;

use arriving::Arrival;
pub(crate) use arriving::open_in_browser;

/// A container may have been worked in after this time although nothing has answered: a database has
/// clients of its own, and a terminal can be opened in any container.
const UNSEEN: Duration = Duration::from_mins(2);

/// What a launch sets out with.
pub(crate) struct Luggage {
    pub lab: LabId,
    pub form: LaunchForm,
    pub own_password: Option<Secret>,
    /// Values of the secret variables.
    pub variables: BTreeMap<String, Secret>,
    /// The plan as far as it is known before the download.
    pub plan: LaunchPlan,
    /// Risks are on, and the person has accepted them.
    pub risks_accepted: bool,
    /// The lab whose container is gone and that is launched again: it stays if this does not work out.
    pub previous: Option<Profile>,
    /// The container whose place the new one is to take: a change of a lab that is there.
    pub replaced: Option<Replaced>,
}

/// Why a launch does not go on.
enum Stop {
    Cancelled,
    Failed(StepKind, Trouble),
}

type Step<T> = Result<T, Stop>;

struct Journey {
    shared: Arc<Shared>,
    board: Arc<Board>,
    cancel: CancellationToken,
    luggage: Luggage,
    made: Made,
    /// The token that Slipway gives the lab.
    token: Option<Secret>,
    /// A file inside the image may overrule that token; the page waits until its server has said.
    token_may_be_refused: bool,
    /// Slipway made the password, because the image needs one.
    password_made: bool,
    /// Further secret variables that the image needs.
    made_values: Vec<(String, Secret)>,
    /// The password that the image comes with.
    image_password: Option<Secret>,
    /// When the container was started.
    started: Option<Instant>,
    /// The same in the engine's time.
    began: Option<UnixMillis>,
    /// The lab has answered, if only once: somebody may have used it.
    spoke: bool,
    /// The exit code of a container that removes itself, which cannot be asked afterwards.
    exit: Option<AbortOnDropHandle<slipway_engine::Result<i64>>>,
}

/// Starts the task. Must be called within a tokio runtime.
pub(crate) fn begin(shared: &Arc<Shared>, luggage: Luggage) -> Launch {
    let board = Board::new(outset::first_progress(&luggage), shared.sources.clone());
    let cancel = CancellationToken::new();
    let (ended_sender, ended) = watch::channel(false);
    let leftovers = Arc::new(Mutex::new(Made::default()));
    let own_password = luggage.own_password.clone();
    let variables = luggage.variables.clone();
    let of_change = luggage.replaced.is_some();
    let journey = Journey {
        shared: Arc::clone(shared),
        board: Arc::clone(&board),
        cancel: cancel.clone(),
        luggage,
        made: Made::default(),
        token: None,
        token_may_be_refused: false,
        password_made: false,
        made_values: Vec::new(),
        image_password: None,
        started: None,
        began: None,
        spoke: false,
        exit: None,
    };
    forward_changes(shared, &board);
    let kept = Arc::clone(&leftovers);
    tokio::spawn(async move {
        let made = Box::pin(journey.run()).await;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = made;
        let _ = ended_sender.send(true);
    });
    Launch {
        board,
        cancel,
        ended,
        own_password,
        variables,
        leftovers,
        of_change,
    }
}

/// The cards show launches, too.
fn forward_changes(shared: &Arc<Shared>, board: &Arc<Board>) {
    let mut progress = board.watch();
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        while progress.changed().await.is_ok() {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            shared.changed.notify_one();
        }
    });
}

impl Journey {
    /// Gives back what could not be taken back.
    async fn run(mut self) -> Made {
        let why = match self.travel().await {
            Ok(outcome) => {
                self.board.end(outcome);
                return Made::default();
            }
            Err(why) => why,
        };
        match &why {
            Stop::Failed(step, _) => self.board.fail(*step),
            Stop::Cancelled => self
                .board
                .change(|progress| progress.outcome = LaunchOutcome::Cancelling),
        }
        let words = match why {
            Stop::Failed(step, trouble) => {
                let form = self.luggage.form.clone();
                Some(
                    failure::explain(
                        &self.shared,
                        &self.luggage.plan,
                        form,
                        step,
                        trouble,
                        &self.secrets(),
                    )
                    .await,
                )
            }
            Stop::Cancelled => None,
        };
        if let Some(replaced) = self.luggage.replaced.take() {
            return Box::pin(self.go_back(replaced, words)).await;
        }
        self.shared
            .change(|state| state.watched.remove(&self.luggage.lab));
        self.restore_previous();
        if self.may_hold_work() {
            self.made.keep_volumes();
        }
        let words = words.map(|(problem, fixes)| match self.made.kept_sentence() {
            Some(kept) => {
                let message = format!("{} {kept}", problem.message);
                (problem.because(message.trim().to_owned()), fixes)
            }
            None => (problem, fixes),
        });
        let taken_back = self.made.take_back(&self.shared, &self.luggage.lab).await;
        match (words, taken_back) {
            (Some((problem, fixes)), _) => self.board.end(LaunchOutcome::Failed { problem, fixes }),
            (None, Ok(())) => self.board.end(LaunchOutcome::Cancelled),
            (None, Err(problem)) => {
                self.board.end(LaunchOutcome::Failed {
                    problem: problem.hint("Discard this launch again when the engine is back."),
                    fixes: Vec::new(),
                });
            }
        }
        self.made
    }

    /// A lab that was there before this launch is there again.
    fn restore_previous(&mut self) {
        let lab = self.luggage.lab.clone();
        let Some(previous) = self.luggage.previous.take() else {
            self.shared.change(|state| state.profiles.remove(&lab));
            return;
        };
        if let Err(problem) = self.shared.save(&previous) {
            tracing::warn!(%problem, "a profile could not be put back");
        }
        self.made.profile = false;
        self.made.secrets = false;
        self.shared
            .change(|state| state.profiles.insert(lab, previous));
    }

    async fn travel(&mut self) -> Step<LaunchOutcome> {
        let engine = self
            .shared
            .engine()
            .map_err(|problem| failed(StepKind::Check, Trouble::Told(problem)))?;
        let here = self.check(&engine).await?;
        let image = self.download(&engine, here).await?;
        let container = self.create(&engine, &image).await?;
        self.set_aside(&engine).await?;
        self.start(&engine, &container, &image).await?;
        let reached = match self.wait_for_answer(&engine, &container).await? {
            Arrival::Answers(reached) => reached,
            Arrival::Finished(_) if self.luggage.replaced.is_some() => None,
            Arrival::Finished(output) => return Ok(LaunchOutcome::Finished { output }),
        };
        self.prepare(&engine, &container).await?;
        if self.luggage.replaced.is_some() {
            return self.take_place(&engine, &container, reached).await;
        }
        Ok(self.open(&engine, reached).await)
    }

    /// Rather one volume too many than an hour of somebody's work too few.
    fn may_hold_work(&self) -> bool {
        self.spoke
            || self
                .started
                .is_some_and(|started| started.elapsed() > UNSEEN)
    }

    fn go_on(&self) -> Step<()> {
        if self.cancel.is_cancelled() {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    fn secrets(&self) -> Vec<Secret> {
        self.token
            .iter()
            .chain(&self.luggage.own_password)
            .chain(self.made_values.iter().map(|(_, value)| value))
            .chain(self.luggage.variables.values())
            .chain(&self.image_password)
            .cloned()
            .collect()
    }
}

fn failed(step: StepKind, trouble: Trouble) -> Stop {
    Stop::Failed(step, trouble)
}
