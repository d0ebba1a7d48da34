//! The task: connect, subscribe, list, follow, and begin again when the engine goes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::watch;

use super::events::{self, Touched};
use super::fetch::{DETAILS, Fetched, fetch, fetch_screenful};
use super::state::Current;
use super::{EngineStatus, Link, Snapshot};
use crate::classify::{Failure, Subject};
use crate::endpoint::Surroundings;
use crate::wire::Lines;
use crate::{Engine, Error, UnixMillis};

/// Events within this time of the first are answered together.
const COALESCE: Duration = Duration::from_millis(120);
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Runs until it is aborted.
pub(super) async fn run(
    surroundings: Surroundings,
    link: Arc<Link>,
    sender: watch::Sender<Arc<Snapshot>>,
) {
    let mut current = Current::new(sender);
    let mut wait = SHORTEST_WAIT;
    loop {
        let error = match Engine::connect(&surroundings).await {
            Ok(engine) => {
                link.set(Ok(engine.clone()));
                let failure = Box::pin(session(&engine, &mut current, &link)).await;
                if current.status() == EngineStatus::Ready {
                    wait = SHORTEST_WAIT;
                }
                gone(engine.meaning(failure, Subject::Engine), &engine)
            }
            Err(error) => error,
        };
        let status = match current.status() {
            EngineStatus::Ready => EngineStatus::Reconnecting { since: now() },
            EngineStatus::Connecting => EngineStatus::Unavailable,
            known @ (EngineStatus::Reconnecting { .. } | EngineStatus::Unavailable) => known,
        };
        tracing::info!(%error, ?wait, "no engine; trying again");
        current.failed(status, &error);
        link.set(Err(error));
        current.publish();
        // Half of the wait is chance, so that many windows do not come all at once.
        tokio::select! {
            () = tokio::time::sleep(wait.mul_f64(0.75 + 0.5 * fastrand::f64())) => {}
            () = link.wake.notified() => {}
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// An event stream that ends means an engine that stops, whichever way it ended.
fn gone(error: Error, engine: &Engine) -> Error {
    match error {
        Error::Interrupted { detail } => Error::EngineUnreachable {
            endpoint: engine.endpoint().address.clone(),
            detail,
        },
        other => other,
    }
}

fn now() -> UnixMillis {
    UnixMillis(jiff::Timestamp::now().as_millisecond())
}

/// What is under way in a session.
struct Session {
    touched: Touched,
    fetching: Option<BoxStream<'static, Result<Fetched, Failure>>>,
    /// When what was touched will be looked at.
    look_at: Option<Instant>,
    /// When what has changed will be published.
    publish_at: Option<Instant>,
    /// The first list is here; the details of what a screen shows of it are still coming.
    half: bool,
    /// A list has just come, and somebody draws it.
    drawn_now: bool,
}

enum Step {
    Event(Result<Option<bytes::Bytes>, Failure>),
    Fetched(Option<Result<Box<Fetched>, Failure>>),
    Look,
    Publish,
    /// Somebody asked to try again.
    Wished,
}

/// Keeps the rows for as long as the connection holds; gives the reason of its end.
async fn session(engine: &Engine, current: &mut Current, link: &Link) -> Failure {
    current.begin();
    // Events first: what happens while the lists are made must not be missed.
    let mut events = match events::subscribe(engine).await {
        Ok(events) => events,
        Err(failure) => return failure,
    };
    let mut session = Session {
        touched: Touched::everything(),
        fetching: None,
        look_at: None,
        publish_at: None,
        half: false,
        drawn_now: false,
    };
    session.look(engine, current);
    loop {
        let step = session.step(&mut events, link).await;
        if let Err(failure) = session.take(step, engine, current) {
            return failure;
        }
    }
}

impl Session {
    async fn step(&mut self, events: &mut Lines, link: &Link) -> Step {
        let fetched = async {
            match &mut self.fetching {
                Some(fetching) => fetching.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = events.next() => Step::Event(event),
            fetched = fetched => Step::Fetched(fetched.map(|fetched| fetched.map(Box::new))),
            () = at(self.look_at) => Step::Look,
            () = at(self.publish_at) => Step::Publish,
            () = link.wake.notified() => Step::Wished,
        }
    }

    fn take(&mut self, step: Step, engine: &Engine, current: &mut Current) -> Result<(), Failure> {
        match step {
            Step::Event(line) => {
                let line = line?.ok_or_else(|| Failure::Cut {
                    text: "the engine's events ended".to_owned(),
                })?;
                if let Some((id, health)) = self.touched.take(&line) {
                    if self.fetching.is_some() {
                        // An answer under way may be older than this event.
                        self.touched.containers.insert(id);
                    } else {
                        current.set_health(&id, health);
                        self.publish_soon();
                    }
                }
                self.look_soon();
            }
            Step::Fetched(Some(fetched)) => {
                let fetched = fetched?;
                let is_list = matches!(*fetched, Fetched::Containers(_));
                let is_screenful = matches!(*fetched, Fetched::Screenful);
                current.apply(*fetched);
                if is_list {
                    self.drawn_now = true;
                    // A long list is on screen long before its details could be.
                    if current.status() != EngineStatus::Ready && current.details.len() <= DETAILS {
                        self.complete_screenful(engine, current);
                    }
                }
                self.half &= !is_screenful;
                let settled = current.settle();
                // One picture that is right instead of two in a row; `publish_soon` is its limit.
                if (settled || is_screenful)
                    && !self.half
                    && current.status() == EngineStatus::Ready
                {
                    self.publish(current);
                } else {
                    self.publish_soon();
                }
            }
            Step::Fetched(None) => {
                self.fetching = None;
                self.publish(current);
                if current.details.len() > DETAILS && std::mem::take(&mut self.drawn_now) {
                    // A long list is drawn before the rest of its details takes the processor.
                    self.look_at = Some(Instant::now() + COALESCE);
                } else if !current.details.is_empty() {
                    self.look(engine, current);
                }
                self.look_soon();
            }
            Step::Look => self.look(engine, current),
            Step::Publish => self.publish(current),
            Step::Wished => {
                // Connected already; what stood in the way may be mended (a full disk, for example).
                self.touched.facts = true;
                self.look_soon();
            }
        }
        Ok(())
    }

    fn look_soon(&mut self) {
        if self.fetching.is_none() && self.look_at.is_none() && !self.touched.is_empty() {
            self.look_at = Some(Instant::now() + COALESCE);
        }
    }

    fn look(&mut self, engine: &Engine, current: &mut Current) {
        self.look_at = None;
        self.fetching = Some(fetch(
            engine,
            std::mem::take(&mut self.touched),
            &mut current.details,
        ));
    }

    /// Asks for the details of what a screen shows of the first list, beside what is under way.
    fn complete_screenful(&mut self, engine: &Engine, current: &mut Current) {
        let screenful = fetch_screenful(engine, &mut current.details);
        self.half = true;
        // What came before the list waits for it.
        self.publish_at = Some(Instant::now() + COALESCE);
        self.fetching = Some(match self.fetching.take() {
            Some(fetching) => stream::select(fetching, screenful).boxed(),
            None => screenful,
        });
    }

    fn publish_soon(&mut self) {
        self.publish_at = self.publish_at.or_else(|| Some(Instant::now() + COALESCE));
    }

    fn publish(&mut self, current: &mut Current) {
        self.publish_at = None;
        current.publish();
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}
