//! The list of jobs, and what a job tells of itself.
//!
//! A job is a future that is given a [`Work`]: it counts there what it has read and written, asks there
//! what it must not decide, and looks there whether it was cancelled. Counting costs an addition; what
//! was counted is put into the list four times a second, and nothing wakes while no job runs.
//! Cancelling never tears a job away: it is told, tidies up, and ends itself.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::{
    Conflict, ConflictAnswer, Job, JobId, JobKind, JobList, JobState, JobStep, StepProgress,
};
use crate::place::Place;
use crate::shared::lock;
use crate::{Problem, Result};

/// How often what was counted is shown.
const PULSE: Duration = Duration::from_millis(250);

/// Jobs that are over and still listed; older ones go.
const KEPT: usize = 100;

/// What a job is at its beginning.
pub(crate) struct NewJob {
    pub(crate) kind: JobKind,
    pub(crate) place: Place,
    /// "Uploading 3 files to churn"
    pub(crate) title: String,
    /// The titles of its steps, in order; may be empty.
    pub(crate) steps: Vec<String>,
}

/// How a job ends well.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) summary: String,
    pub(crate) made: Option<PathBuf>,
    pub(crate) cautions: Vec<String>,
}

/// Why a job ended before it was done. Nothing half-made is left in either case.
#[derive(Debug)]
pub(crate) enum Stop {
    Cancelled,
    Failed(Problem),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

/// What somebody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) answer: ConflictAnswer,
    pub(crate) for_all: bool,
}

/// All work of this session.
#[derive(Default)]
pub(crate) struct Jobs(Arc<Book>);

struct Book {
    list: watch::Sender<JobList>,
    last: AtomicU32,
    running: Mutex<HashMap<JobId, Work>>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            list: watch::channel(JobList::default()).0,
            last: AtomicU32::new(0),
            running: Mutex::default(),
        }
    }
}

impl Jobs {
    pub(crate) fn follow(&self) -> watch::Receiver<JobList> {
        self.0.list.subscribe()
    }

    pub(crate) fn cancel(&self, job: JobId) {
        if let Some(work) = lock(&self.0.running).get(&job) {
            work.0.cancelled.cancel();
        }
    }

    pub(crate) fn dismiss(&self, job: JobId) {
        self.0.list.send_modify(|list| {
            list.jobs.retain(|one| one.id != job || !one.is_over());
        });
    }

    pub(crate) fn answer(&self, job: JobId, answered: Answered) {
        let asked = lock(&self.0.running)
            .get(&job)
            .and_then(|work| lock(&work.0.asked).take());
        if let Some(asked) = asked {
            // Nobody waits any more where the job was cancelled in this moment.
            let _ = asked.send(answered);
        }
    }

    /// Starts a job. It goes on until it is done, fails or is cancelled, whoever follows.
    pub(crate) fn begin<F, Fut>(&self, new: NewJob, work: F) -> JobId
    where
        F: FnOnce(Work) -> Fut,
        Fut: Future<Output = Result<Done, Stop>> + Send + 'static,
    {
        let book = Arc::clone(&self.0);
        let id = JobId(book.last.fetch_add(1, Ordering::Relaxed) + 1);
        let handle = Work::of(id, book.list.clone());
        lock(&book.running).insert(id, handle.clone());
        book.list
            .send_modify(|list| list.jobs.insert(0, opening(id, new)));
        let task = tokio::spawn(work(handle.clone()));
        tokio::spawn(async move {
            let state = drive(&handle, task).await;
            lock(&book.running).remove(&id);
            handle.publish(None);
            book.list.send_modify(|list| {
                if let Some(job) = list.jobs.iter_mut().find(|job| job.id == id) {
                    end(job, state);
                }
                let mut over = 0;
                list.jobs.retain(|job| {
                    over += usize::from(job.is_over());
                    !job.is_over() || over <= KEPT
                });
            });
        });
        id
    }
}

impl Job {
    /// Nothing goes on in it any more.
    pub fn is_over(&self) -> bool {
        !matches!(self.state, JobState::Running | JobState::Asking { .. })
    }
}

fn opening(id: JobId, new: NewJob) -> Job {
    Job {
        id,
        kind: new.kind,
        place: new.place,
        title: new.title,
        state: JobState::Running,
        started: UnixMillis(jiff::Timestamp::now().as_millisecond()),
        bytes: Bytes(0),
        total_bytes: None,
        files: 0,
        total_files: None,
        speed: None,
        seconds_left: None,
        written: None,
        steps: new
            .steps
            .into_iter()
            .map(|title| JobStep {
                title,
                progress: StepProgress::Waiting,
                note: String::new(),
            })
            .collect(),
    }
}

/// Shows what is counted until the work has ended.
async fn drive(work: &Work, mut task: tokio::task::JoinHandle<Result<Done, Stop>>) -> JobState {
    let mut pace = Pace::default();
    let mut pulse = tokio::time::interval(PULSE);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let ended = loop {
        tokio::select! {
            ended = &mut task => break ended,
            _ = pulse.tick() => {
                let speed = pace.tell(Instant::now(), work.0.read.load(Ordering::Relaxed));
                work.publish(speed);
            }
        }
    };
    match ended {
        Ok(Ok(done)) => JobState::Done {
            summary: done.summary,
            made: done.made.map(|made| made.to_string_lossy().into_owned()),
            cautions: done.cautions,
        },
        Ok(Err(Stop::Cancelled)) => JobState::Cancelled {
            cautions: std::mem::take(&mut *lock(&work.0.parting)),
        },
        Ok(Err(Stop::Failed(problem))) => JobState::Failed { problem },
        Err(torn) => {
            tracing::error!(%torn, "a job broke off");
            JobState::Failed {
                problem: Problem::new(ProblemKind::Other, "This could not be finished.")
                    .because("Slipway made a mistake in it.")
                    .hint("Try again."),
            }
        }
    }
}

fn end(job: &mut Job, state: JobState) {
    if matches!(state, JobState::Done { .. }) {
        for step in &mut job.steps {
            step.progress = StepProgress::Done;
        }
    }
    job.speed = None;
    job.seconds_left = None;
    job.state = state;
}

/// What a job counts, asks and hears with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Work(Arc<Inner>);

struct Inner {
    id: JobId,
    list: watch::Sender<JobList>,
    cancelled: CancellationToken,
    read: AtomicU64,
    files: AtomicU32,
    written: AtomicU64,
    asked: Mutex<Option<oneshot::Sender<Answered>>>,
    /// What is told should the job end by being stopped.
    parting: Mutex<Vec<String>>,
}

impl Work {
    fn of(id: JobId, list: watch::Sender<JobList>) -> Self {
        Self(Arc::new(Inner {
            id,
            list,
            cancelled: CancellationToken::new(),
            read: AtomicU64::new(0),
            files: AtomicU32::new(0),
            written: AtomicU64::new(0),
            asked: Mutex::default(),
            parting: Mutex::default(),
        }))
    }

    /// Of something that is over in a moment and stands in no list.
    pub(crate) fn unlisted() -> Self {
        Self::of(JobId(0), watch::channel(JobList::default()).0)
    }

    /// Ends as soon as somebody stops the job.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.0.cancelled
    }

    /// # Errors
    /// `Cancelled` once somebody has stopped the job.
    pub(crate) fn go_on(&self) -> Result<(), Stop> {
        if self.0.cancelled.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        Ok(())
    }

    /// What is told should the job be stopped: what could not be taken back.
    pub(crate) fn stays(&self, sentence: impl Into<String>) {
        lock(&self.0.parting).push(sentence.into());
    }

    /// Waits for `what`, or for the job to be stopped; what is dropped then must be safe to drop.
    ///
    /// # Errors
    /// `Cancelled` once somebody has stopped the job.
    pub(crate) async fn unless_stopped<T>(&self, what: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.0.cancelled.cancelled() => Err(Stop::Cancelled),
            done = what => Ok(done),
        }
    }

    /// So many more bytes are through.
    pub(crate) fn read(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// One more file is through.
    pub(crate) fn file(&self) {
        self.0.files.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more bytes of the file that is made were written.
    pub(crate) fn wrote(&self, bytes: u64) {
        self.0.written.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How much it is in all, as soon as that is known.
    pub(crate) fn whole(&self, bytes: u64, files: u32) {
        self.change(|job| {
            job.total_bytes = Some(Bytes(bytes));
            job.total_files = Some(files);
        });
    }

    /// What is counted begins anew, for a step that goes over all of it again.
    pub(crate) fn again(&self) {
        self.0.read.store(0, Ordering::Relaxed);
        self.0.files.store(0, Ordering::Relaxed);
    }

    /// The step of this number (from 0) has begun; those before it are done.
    pub(crate) fn step(&self, number: usize) {
        self.change(|job| {
            for (at, step) in job.steps.iter_mut().enumerate() {
                step.progress = match at.cmp(&number) {
                    std::cmp::Ordering::Less => StepProgress::Done,
                    std::cmp::Ordering::Equal => StepProgress::Running,
                    std::cmp::Ordering::Greater => StepProgress::Waiting,
                };
            }
        });
    }

    /// What stands beside the step of this number: "84 GB free".
    pub(crate) fn note(&self, number: usize, note: impl Into<String>) {
        let note = note.into();
        self.change(|job| {
            if let Some(step) = job.steps.get_mut(number) {
                step.note = note;
            }
        });
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// `Cancelled` where the job was stopped instead.
    pub(crate) async fn ask(&self, conflict: Conflict) -> Result<Answered, Stop> {
        let (asked, answer) = oneshot::channel();
        *lock(&self.0.asked) = Some(asked);
        self.change(|job| job.state = JobState::Asking { conflict });
        let answer = self.unless_stopped(answer).await;
        self.change(|job| job.state = JobState::Running);
        answer?.map_err(|_| Stop::Cancelled)
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        self.0.list.send_modify(|list| {
            if let Some(job) = list.jobs.iter_mut().find(|job| job.id == self.0.id) {
                change(job);
            }
        });
    }

    /// Puts what was counted into the list, where it changes anything.
    fn publish(&self, speed: Option<u64>) {
        let bytes = Bytes(self.0.read.load(Ordering::Relaxed));
        let files = self.0.files.load(Ordering::Relaxed);
        let written = self.0.written.load(Ordering::Relaxed);
        self.0.list.send_if_modified(|list| {
            let Some(job) = list.jobs.iter_mut().find(|job| job.id == self.0.id) else {
                return false;
            };
            let before = job.clone();
            job.bytes = bytes;
            job.files = files;
            job.written = (written > 0).then_some(Bytes(written));
            job.speed = speed.map(Bytes);
            job.seconds_left = match (job.total_bytes, speed) {
                (Some(total), Some(speed)) if speed > 0 => {
                    u32::try_from(total.0.saturating_sub(bytes.0).div_ceil(speed)).ok()
                }
                _ => None,
            };
            *job != before
        });
    }
}

#[cfg(test)]
mod tests;
