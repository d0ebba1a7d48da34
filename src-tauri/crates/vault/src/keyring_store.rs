//! The keyring of this system, asked from blocking threads.
//!
//! `keyring` sets its store up once for the life of the program: when there was no keyring at the
//! first attempt, it stays refused although one may run by now. So only the first attempt goes
//! through it; later ones make the store directly, and a store whose connection broke is made anew.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use tokio::sync::Semaphore;

use crate::Secret;

const SERVICE: &str = "slipway";
/// An entry that never exists: looking for it tells whether the keyring answers.
const PROBE: &str = "probe";

/// Why a secret could not be put into the keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Absent,
    Locked,
    Slow,
    Refused,
}

impl Obstacle {
    pub(crate) fn sentence(self) -> String {
        let why = match self {
            Self::Absent => "This computer has no keyring that Slipway can use",
            Self::Locked => "The keyring is locked",
            Self::Slow => "The keyring does not answer; it may be waiting for its password",
            Self::Refused => "The keyring refused to keep it",
        };
        format!("{why}, so passwords are kept only until Slipway quits.")
    }
}

impl From<&Error> for Obstacle {
    fn from(error: &Error) -> Self {
        match error {
            Error::NoStorageAccess(_) => Self::Locked,
            Error::PlatformFailure(_) | Error::NoDefaultStore | Error::Invalid(..) => Self::Absent,
            _ => Self::Refused,
        }
    }
}

#[derive(Clone)]
pub(crate) struct KeyringStore {
    store: Arc<Mutex<Connection>>,
    turn: Arc<Semaphore>,
}

#[derive(Default)]
enum Connection {
    #[default]
    Untried,
    Failed,
    Made(Arc<CredentialStore>),
}

impl Default for KeyringStore {
    fn default() -> Self {
        Self {
            store: Arc::default(),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl KeyringStore {
    pub(crate) async fn ask(&self, limit: Duration) -> Result<(), Obstacle> {
        self.run(PROBE, limit, |entry| {
            absent_is_none(entry.get_password().map(drop))
        })
        .await
        .map(drop)
    }

    pub(crate) async fn set(
        &self,
        name: &str,
        secret: Secret,
        limit: Duration,
    ) -> Result<(), Obstacle> {
        self.run(name, limit, move |entry| {
            entry.set_password(secret.reveal())
        })
        .await
    }

    pub(crate) async fn get(
        &self,
        name: &str,
        limit: Duration,
    ) -> Result<Option<Secret>, Obstacle> {
        self.run(name, limit, |entry| {
            absent_is_none(entry.get_password().map(Secret::new))
        })
        .await
    }

    pub(crate) async fn delete(&self, name: &str, limit: Duration) -> Result<(), Obstacle> {
        self.run(name, limit, |entry| {
            absent_is_none(entry.delete_credential())
        })
        .await
        .map(drop)
    }

    /// Runs one action on one entry, alone, on a blocking thread, for at most `limit`. An action
    /// that takes longer goes on in its thread and keeps its turn, so that callers after it are
    /// told that the keyring is slow instead of piling up threads.
    async fn run<T: Send + 'static>(
        &self,
        name: &str,
        limit: Duration,
        action: impl Fn(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Obstacle> {
        let name = name.to_owned();
        let this = self.clone();
        let work = async move {
            let Ok(turn) = Arc::clone(&this.turn).acquire_owned().await else {
                return Err(Obstacle::Absent);
            };
            let thread = tokio::task::spawn_blocking(move || {
                let outcome = this.attempt(&name, &action);
                drop(turn);
                outcome
            });
            thread.await.unwrap_or(Err(Obstacle::Refused))
        };
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or(Err(Obstacle::Slow))
    }

    fn attempt<T>(
        &self,
        name: &str,
        action: &impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<T, Obstacle> {
        let (store, fresh) = self.connected().map_err(|error| Obstacle::from(&error))?;
        match store
            .build(SERVICE, name, None)
            .and_then(|entry| action(&entry))
        {
            // The daemon behind an older connection may have been restarted.
            Err(Error::PlatformFailure(why)) if !fresh => {
                tracing::debug!(%why, "the keyring's connection broke; connecting again");
                self.remember(Connection::Failed);
                let (store, _) = self.connected().map_err(|error| Obstacle::from(&error))?;
                store
                    .build(SERVICE, name, None)
                    .and_then(|entry| action(&entry))
            }
            outcome => outcome,
        }
        .map_err(|error| {
            tracing::debug!(kind = ?Obstacle::from(&error), "the keyring could not be used");
            Obstacle::from(&error)
        })
    }

    /// The store, and whether it was made just now.
    fn connected(&self) -> Result<(Arc<CredentialStore>, bool), Error> {
        let first = {
            let connection = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            match &*connection {
                Connection::Made(store) => return Ok((Arc::clone(store), false)),
                Connection::Untried => true,
                Connection::Failed => false,
            }
        };
        let made = if first { through_keyring() } else { directly() };
        self.remember(made.as_ref().map_or(Connection::Failed, |store| {
            Connection::Made(Arc::clone(store))
        }));
        made.map(|store| (store, true))
    }

    fn remember(&self, connection: Connection) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

fn absent_is_none<T>(outcome: Result<T, Error>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn through_keyring() -> Result<Arc<CredentialStore>, Error> {
    match keyring::Entry::store_status() {
        Ok(()) => keyring_core::get_default_store().ok_or(Error::NoDefaultStore),
        Err(_) => directly(),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn directly() -> Result<Arc<CredentialStore>, Error> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// The keychains of macOS and Windows are part of the system: their set-up does not come later.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn directly() -> Result<Arc<CredentialStore>, Error> {
    keyring_core::get_default_store().ok_or(Error::NoDefaultStore)
}
