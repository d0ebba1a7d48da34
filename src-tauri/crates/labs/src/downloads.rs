//! How much an image's download is, asked of its registry before anything is downloaded.
//!
//! A registry tells the compressed size of each layer. Which of them the engine has already, it does not
//! know, so a size is the most there is to download. Questions for manifests count towards the limits
//! of some registries: each image is asked about once a day, only three questions are under way at a time,
//! a registry that wants to be left alone is, and what is merely on screen is not asked about once a
//! registry's allowance runs low. What was learned is kept in a file, so that it is there at once the next
//! time, and without a connection, too.
//!
//! A registry may lie, and then a figure is wrong; what is downloaded is judged by the engine.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, ImageReference, UnixMillis};
use specta::Type;

use crate::logins::Logins;

mod asking;
mod challenge;
mod kept;
mod manifest;
mod platform;

pub(crate) use asking::Mirror;
use asking::{Asking, Failure};
use kept::{Kept, Learned};
pub(crate) use platform::Platform;

/// Unpacked, images take two to three times their download.
pub(crate) const UNPACKED: u64 = 3;
/// A tag may lead to another image by tomorrow.
const GOOD_FOR: Duration = Duration::from_hours(24);
/// A registry that was not reached may be a moment later.
const AWAY_FOR: Duration = Duration::from_mins(1);
/// A registry that knows no such image may know it later.
const REFUSED_FOR: Duration = Duration::from_mins(10);
/// What is only seen is not asked about for so long once an allowance runs low.
const SPARED_FOR: Duration = Duration::from_hours(1);
/// Questions under way at a time.
const AT_ONCE: usize = 3;

/// How much there is to download.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DownloadSize {
    /// On the engine already: nothing is downloaded.
    pub here: bool,
    /// The compressed layers together; the engine may have some of them.
    pub bytes: Option<Bytes>,
    /// Why it is not known, in one sentence.
    pub unknown: Option<String>,
}

/// Why somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// A tile is on screen.
    Seen,
    /// The wizard stands on this image, or a launch does.
    Chosen,
}

/// An image for one platform.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub reference: ImageReference,
    pub platform: Platform,
    /// The engine's mirrors of Docker Hub, asked before it.
    pub mirrors: Vec<Mirror>,
}

impl Asked {
    /// Names it in memory and on disk.
    fn key(&self) -> String {
        let reference = &self.reference;
        let version = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => format!("@{digest}"),
            (None, Some(tag)) => format!(":{tag}"),
            (None, None) => ":latest".to_owned(),
        };
        format!(
            "{}/{}{version} {}",
            reference.registry(),
            reference.path(),
            self.platform
        )
    }
}

/// What is known at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    Size(u64),
    /// Why not, in one sentence.
    Unknown(String),
}

impl From<Known> for DownloadSize {
    fn from(known: Known) -> Self {
        match known {
            Known::Size(bytes) => Self {
                bytes: Some(Bytes(bytes)),
                ..Self::default()
            },
            Known::Unknown(why) => Self {
                unknown: Some(why),
                ..Self::default()
            },
        }
    }
}

/// The sizes that this person's Slipway has learned.
pub(crate) struct Downloads {
    logins: Logins,
    /// Made with the first question: it reads the system's certificates, which the start shall not wait for.
    asking: tokio::sync::OnceCell<Option<Asking>>,
    state: Mutex<State>,
    turns: tokio::sync::Semaphore,
    writing: tokio::sync::Mutex<()>,
}

struct State {
    kept: Kept,
    /// Answers that are no sizes, with the time until which they hold.
    refused: HashMap<String, (UnixMillis, String)>,
    /// Registries that are left alone, until when, and what is said of it.
    resting: BTreeMap<String, (UnixMillis, String)>,
    /// Registries whose allowance runs low.
    spared: BTreeMap<String, UnixMillis>,
    /// Held while one image is asked about, so that it is asked about once.
    under_way: HashMap<String, Arc<tokio::sync::Mutex<()>>>,
}

impl Downloads {
    /// Sizes kept in this file, which need not be there.
    pub(crate) fn kept_in(file: PathBuf, logins: Logins) -> Self {
        Self {
            logins,
            asking: tokio::sync::OnceCell::new(),
            state: Mutex::new(State {
                kept: Kept::read(file),
                refused: HashMap::new(),
                resting: BTreeMap::new(),
                spared: BTreeMap::new(),
                under_way: HashMap::new(),
            }),
            turns: tokio::sync::Semaphore::new(AT_ONCE),
            writing: tokio::sync::Mutex::default(),
        }
    }

    async fn asking(&self) -> Option<&Asking> {
        let made = self.asking.get_or_init(async || {
            tokio::task::spawn_blocking(Asking::new)
                .await
                .ok()
                .flatten()
        });
        made.await.as_ref()
    }

    /// Never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known without asking anybody. An old size is better than none.
    pub(crate) fn known(&self, asked: &Asked, now: UnixMillis) -> Option<Known> {
        let key = asked.key();
        let state = self.state();
        if let Some(learned) = state.kept.find(&key) {
            return Some(Known::Size(learned.bytes));
        }
        let (until, why) = state.refused.get(&key)?;
        (now.0 < until.0).then(|| Known::Unknown(why.clone()))
    }

    /// What is known after the registry was asked, if it has to be. Takes some seconds at most.
    pub(crate) async fn ask(&self, asked: &Asked, wish: Wish, now: UnixMillis) -> Option<Known> {
        let key = asked.key();
        let line = Arc::clone(self.state().under_way.entry(key.clone()).or_default());
        let _alone = line.lock().await;
        if self.needs_no_question(&key, asked, wish, now) {
            return self.known(asked, now).or_else(|| self.at_rest(asked, now));
        }
        let answer = {
            let _turn = self.turns.acquire().await.ok()?;
            // Another question may have brought a registry to rest meanwhile.
            if let Some(resting) = self.at_rest(asked, now) {
                return self.known(asked, now).or(Some(resting));
            }
            let before = self.state().kept.find(&key).cloned();
            match self.asking().await {
                Some(asking) => asking.measure(asked, &self.logins, before.as_ref()).await,
                None => Err(Failure::Unreachable),
            }
        };
        self.state().under_way.remove(&key);
        self.take(&key, asked, answer, now);
        self.write().await;
        self.known(asked, now)
    }

    fn needs_no_question(&self, key: &str, asked: &Asked, wish: Wish, now: UnixMillis) -> bool {
        let state = self.state();
        let held = state.kept.find(key).is_some_and(|learned| {
            asked.reference.digest.is_some() || age(learned.asked, now) < GOOD_FOR
        });
        let refused = state
            .refused
            .get(key)
            .is_some_and(|(until, _)| now.0 < until.0);
        let registry = asked.reference.registry();
        let spared = wish == Wish::Seen
            && state
                .spared
                .get(registry)
                .is_some_and(|until| now.0 < until.0);
        let resting = state
            .resting
            .get(registry)
            .is_some_and(|(until, _)| now.0 < until.0);
        held || refused || spared || resting
    }

    fn at_rest(&self, asked: &Asked, now: UnixMillis) -> Option<Known> {
        let state = self.state();
        let (until, why) = state.resting.get(asked.reference.registry())?;
        (now.0 < until.0).then(|| Known::Unknown(why.clone()))
    }

    fn take(
        &self,
        key: &str,
        asked: &Asked,
        answer: Result<asking::Measured, Failure>,
        now: UnixMillis,
    ) {
        let registry = asked.reference.registry();
        let mut state = self.state();
        let failure = match answer {
            Ok(measured) => {
                if measured.allowance_low {
                    state
                        .spared
                        .insert(registry.to_owned(), later(now, SPARED_FOR));
                }
                state.refused.remove(key);
                let learned = Learned {
                    bytes: measured.bytes,
                    digest: measured.digest,
                    asked: now,
                };
                state.kept.put(key, learned);
                return;
            }
            Err(failure) => failure,
        };
        tracing::info!(image = %asked.reference, ?failure, "the size of a download is not known");
        let why = sentence(&failure, registry_name(registry), &asked.platform);
        if let Failure::TooMany { wait } = &failure {
            let rest = (later(now, *wait), why.clone());
            state.resting.insert(registry.to_owned(), rest);
        }
        let holds = match failure {
            Failure::Unreachable => AWAY_FOR,
            Failure::TooMany { wait } => wait,
            _ => REFUSED_FOR,
        };
        state
            .refused
            .insert(key.to_owned(), (later(now, holds), why));
    }

    async fn write(&self) {
        let _alone = self.writing.lock().await;
        let Some((file, text)) = self.state().kept.unwritten() else {
            return;
        };
        let written = tokio::task::spawn_blocking(move || kept::write(&file, &text)).await;
        if let Ok(Err(error)) = written {
            tracing::info!(%error, "sizes of downloads are not kept");
        }
    }
}

fn age(then: UnixMillis, now: UnixMillis) -> Duration {
    // A clock that was set back makes everything old.
    u64::try_from(now.0.saturating_sub(then.0)).map_or(GOOD_FOR, Duration::from_millis)
}

fn later(now: UnixMillis, by: Duration) -> UnixMillis {
    UnixMillis(
        now.0
            .saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
    )
}

/// As people call it.
fn registry_name(registry: &str) -> &str {
    match registry {
        "docker.io" | "index.docker.io" => "Docker Hub",
        other => other,
    }
}

fn sentence(failure: &Failure, registry: &str, platform: &Platform) -> String {
    let why = match failure {
        Failure::Unreachable => format!("{registry} cannot be reached"),
        Failure::Denied => format!("{registry} does not show this image without a login"),
        Failure::NoSuchImage => format!("{registry} does not know this image or version"),
        Failure::NoSuchPlatform => format!("{registry} has no image for {platform}"),
        Failure::Unreadable => format!("{registry} gives an answer that cannot be read"),
        Failure::TooMany { wait } => {
            let minutes = wait.as_secs().div_ceil(60).max(1);
            let when = match minutes {
                1 => "a minute".to_owned(),
                2..=90 => format!("{minutes} minutes"),
                _ => format!("{} hours", minutes.div_ceil(60)),
            };
            format!("{registry} has been asked too often, and is asked again in {when}")
        }
    };
    format!("Its size is not known: {why}.")
}

#[cfg(test)]
mod tests;
