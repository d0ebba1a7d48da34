//! Pulling: a task reads the engine's messages as fast as they come, and whoever listens gets the
//! whole progress four times a second: people read no more, and drawing it takes the processor from
//! the engine, which unpacks.
//!
//! The listener never holds the pull back: only the newest progress is kept for it. Dropping the
//! stream ends the task and with it the connection, which is how the engine learns that the pull is
//! not wanted any more.

use std::time::{Duration, Instant};

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::sync::watch;
use tokio::time::sleep_until;
use tokio_util::task::AbortOnDropHandle;

use super::progress::{Message, Tally};
use super::{FAR_AWAY, PullProgress, RegistryLogin};
use crate::classify::{Failure, Subject};
use crate::wire::Question;
use crate::{Engine, ImageReference, Result};

/// The shortest time between two progress items.
const PACE: Duration = Duration::from_millis(250);

/// What the listener sees: the newest item, and whether it is the last.
#[derive(Clone)]
enum Item {
    Nothing,
    Progress(PullProgress),
    Failed(crate::Error),
}

struct Listening {
    items: watch::Receiver<Item>,
    _task: AbortOnDropHandle<()>,
}

/// A pull that has not begun.
struct Asked {
    engine: Engine,
    reference: ImageReference,
    login: Option<RegistryLogin>,
    platform: Option<String>,
}

enum State {
    Asked(Box<Asked>),
    Listening(Listening),
    Over,
}

impl Engine {
    /// Pulls an image for the engine's own platform. Each item is the whole progress at that
    /// moment, coalesced to at most four a second; both progress dialects (classic and containerd
    /// store) are read. Ends after an item with `finished`, or with an error. Dropping the stream
    /// cancels the pull; finished layers are kept by the engine.
    pub fn pull(
        &self,
        reference: &ImageReference,
        login: Option<RegistryLogin>,
    ) -> BoxStream<'static, Result<PullProgress>> {
        self.pull_for(reference, login, None)
    }

    /// As `pull`, for one of the image's other platforms (`linux/arm64`).
    pub fn pull_for(
        &self,
        reference: &ImageReference,
        login: Option<RegistryLogin>,
        platform: Option<&str>,
    ) -> BoxStream<'static, Result<PullProgress>> {
        let asked = Asked {
            engine: self.clone(),
            reference: reference.clone(),
            login,
            platform: platform.map(str::to_owned),
        };
        let asked = State::Asked(Box::new(asked));
        stream::unfold(asked, |state| async {
            let mut listening = match state {
                State::Asked(asked) => start(*asked),
                State::Listening(listening) => listening,
                State::Over => return None,
            };
            listening.items.changed().await.ok()?;
            let item = listening.items.borrow_and_update().clone();
            match item {
                Item::Progress(progress) if progress.finished => Some((Ok(progress), State::Over)),
                Item::Progress(progress) => Some((Ok(progress), State::Listening(listening))),
                Item::Failed(error) => Some((Err(error), State::Over)),
                Item::Nothing => None,
            }
        })
        .boxed()
    }
}

fn start(asked: Asked) -> Listening {
    let (sender, items) = watch::channel(Item::Nothing);
    let task = tokio::spawn(async move {
        let name = asked.reference.to_string();
        tracing::info!(image = %name, "pulling");
        let engine = asked.engine.clone();
        if let Err(failure) = run(asked, &sender).await {
            let error = engine.meaning(failure, Subject::Registry(&name));
            tracing::info!(image = %name, %error, "the pull failed");
            sender.send_replace(Item::Failed(error));
        }
    });
    Listening {
        items,
        _task: AbortOnDropHandle::new(task),
    }
}

async fn run(asked: Asked, sender: &watch::Sender<Item>) -> Result<(), Failure> {
    let Asked {
        engine,
        reference,
        login,
        platform,
    } = asked;
    // A digest says more than a tag, and the engine takes one of them.
    let version = reference
        .digest
        .as_deref()
        .or(reference.tag.as_deref())
        .unwrap_or("latest");
    let mut question = Question::post("/images/create")
        .query("fromImage", &reference.repository)
        .query("tag", version)
        .patience(FAR_AWAY);
    if let Some(platform) = platform {
        question = question.query("platform", &platform);
    }
    if let Some(login) = login {
        question = question.header("X-Registry-Auth", login.header());
    }
    let mut lines = engine.wire.ask(question).await?.lines();
    let mut tally = Tally::default();
    let mut due: Option<Instant> = None;
    let mut last = Instant::now()
        .checked_sub(PACE)
        .unwrap_or_else(Instant::now);
    loop {
        let line = tokio::select! {
            biased;
            () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => {
                due = None;
                last = Instant::now();
                sender.send_replace(Item::Progress(tally.progress(last)));
                continue;
            }
            line = lines.next() => line?,
        };
        let Some(line) = line else { break };
        let message: Message = serde_json::from_slice(&line).map_err(|error| Failure::Garbled {
            text: error.to_string(),
        })?;
        if let Some(message) = message.failure() {
            // The stream began well, so that the status says nothing.
            return Err(Failure::Answer {
                status: 200,
                message,
            });
        }
        if tally.take(&message) {
            due = due.or(Some(last + PACE));
        }
    }
    // The engine ends the body in good order only when it has the image: a broken one is an error above.
    tally.finish();
    sender.send_replace(Item::Progress(tally.progress(Instant::now())));
    tracing::info!(image = %reference, "pulled");
    Ok(())
}
