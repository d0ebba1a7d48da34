//! The published state of a launch: every change goes through here, at most ten times a second.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slipway_engine::UnixMillis;
use tokio::sync::watch;
use tokio::time::Instant;

use super::words;
use super::{LaunchOutcome, LaunchProgress, LaunchStep, StepKind, StepState};
use crate::labs::Sources;

const INTERVAL: Duration = Duration::from_millis(100);

pub(crate) struct Board {
    sources: Sources,
    sender: watch::Sender<Arc<LaunchProgress>>,
    draft: Mutex<Draft>,
}

struct Draft {
    progress: LaunchProgress,
    sent: Option<Instant>,
    /// A later sending is on its way.
    due: bool,
}

impl Board {
    pub(crate) fn new(progress: LaunchProgress, sources: Sources) -> Arc<Self> {
        let sender = watch::Sender::new(Arc::new(progress.clone()));
        Arc::new(Self {
            sources,
            sender,
            draft: Mutex::new(Draft {
                progress,
                sent: None,
                due: false,
            }),
        })
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Arc<LaunchProgress>> {
        self.sender.subscribe()
    }

    pub(crate) fn progress(&self) -> LaunchProgress {
        self.draft().progress.clone()
    }

    pub(crate) fn outcome(&self) -> LaunchOutcome {
        self.draft().progress.outcome.clone()
    }

    fn draft(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and publishes it, now or when the interval is over.
    pub(crate) fn change(self: &Arc<Self>, change: impl FnOnce(&mut LaunchProgress)) {
        let wait = {
            let mut draft = self.draft();
            change(&mut draft.progress);
            let since = draft.sent.map_or(INTERVAL, |sent| sent.elapsed());
            if since >= INTERVAL {
                self.send(&mut draft);
                None
            } else if draft.due {
                None
            } else {
                draft.due = true;
                Some(INTERVAL.saturating_sub(since))
            }
        };
        if let Some(wait) = wait {
            let this = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                this.send(&mut this.draft());
            });
        }
    }

    fn send(&self, draft: &mut Draft) {
        draft.due = false;
        draft.sent = Some(Instant::now());
        draft.progress.sequence += 1;
        self.sender.send_replace(Arc::new(draft.progress.clone()));
    }

    fn step(self: &Arc<Self>, kind: StepKind, change: impl FnOnce(&mut LaunchStep, UnixMillis)) {
        let now = (self.sources.now)();
        self.change(|progress| {
            if let Some(step) = progress.steps.iter_mut().find(|step| step.kind == kind) {
                change(step, now);
            }
        });
    }

    pub(crate) fn begin(self: &Arc<Self>, kind: StepKind) {
        self.step(kind, |step, now| {
            step.state = StepState::Now;
            step.started = Some(now);
        });
    }

    /// The step's title turns to what has happened, its aside to how long it took.
    pub(crate) fn done(
        self: &Arc<Self>,
        kind: StepKind,
        title: impl Into<String>,
        amount: Option<String>,
    ) {
        self.step(kind, |step, now| {
            step.state = StepState::Done;
            step.ended = Some(now);
            step.title = title.into();
            let took = step
                .started
                .map(|started| words::duration(now.0 - started.0))
                .unwrap_or_default();
            step.aside = match amount {
                Some(amount) => format!("{amount} in {took}"),
                None => took,
            };
        });
    }

    pub(crate) fn skip(
        self: &Arc<Self>,
        kind: StepKind,
        title: impl Into<String>,
        aside: impl Into<String>,
    ) {
        self.step(kind, |step, _| {
            step.state = StepState::Skipped;
            step.title = title.into();
            step.aside = aside.into();
        });
    }

    /// The step that was under way has failed, or did not get to its end.
    pub(crate) fn fail(self: &Arc<Self>, kind: StepKind) {
        self.step(kind, |step, now| {
            step.state = StepState::Bad;
            step.ended = Some(now);
        });
    }

    /// The last state is told at once: somebody may wait for just that.
    pub(crate) fn end(&self, outcome: LaunchOutcome) {
        let mut draft = self.draft();
        draft.progress.waiting = None;
        draft.progress.outcome = outcome;
        self.send(&mut draft);
    }
}
