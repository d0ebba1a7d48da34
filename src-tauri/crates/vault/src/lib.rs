//! Secrets: the OS keyring, and a type that cannot be printed.
//!
//! A secret lives in the person's keyring under the service `slipway`, and nowhere else. Where
//! there is no keyring, it is kept in memory until Slipway quits, and `status` says so. The keyring
//! may block on an unlock prompt, so every call runs on a blocking thread with a time limit, and
//! never more than one at a time: a prompt that nobody answers holds one thread, not one per call.
//!
//! There is deliberately no file: a readable file with passwords in it is worse than asking again.

mod keyring_store;
mod secret;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use keyring_store::KeyringStore;

pub use secret::Secret;

/// Long enough for a person to see the unlock prompt and type into it.
const PATIENCE: Duration = Duration::from_secs(30);
/// A question that shows no prompt is answered in milliseconds.
const GLANCE: Duration = Duration::from_secs(2);

/// Whether the keyring can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultStatus {
    Keyring,
    /// Kept until Slipway quits; the sentence says why.
    MemoryOnly(String),
}

impl Remembered {
    /// The keyring has taken a secret; true where it was forgotten meanwhile.
    fn taken(&mut self, name: &str, turn: u64) -> bool {
        match self.secrets.get(name) {
            Some((kept, secret)) if *kept == turn => {
                let forgotten = secret.is_none();
                self.secrets.remove(name);
                forgotten
            }
            _ => false,
        }
    }

    fn forget(&mut self, name: &str) {
        if let Some((_, secret)) = self.secrets.get_mut(name) {
            *secret = None;
        }
    }
}

/// Cheap to clone; clones share what they keep. The default one is only memory.
#[derive(Clone, Default)]
pub struct Vault {
    keyring: Option<KeyringStore>,
    remembered: Arc<Mutex<Remembered>>,
}

/// Secrets that the keyring has not taken (yet).
#[derive(Default)]
struct Remembered {
    /// `None`: forgotten while the keyring was still taking it.
    secrets: HashMap<String, (u64, Option<Secret>)>,
    /// Tells one keeping of a name from the next.
    last: u64,
}

impl Vault {
    /// The OS keyring, with memory as its stand-in where there is none.
    pub fn of_this_system() -> Self {
        Self {
            keyring: Some(KeyringStore::default()),
            ..Self::default()
        }
    }

    /// Only memory, for tests of other crates.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Asks the keyring again each time, so that one unlocked meanwhile is found.
    pub async fn status(&self) -> VaultStatus {
        match &self.keyring {
            None => VaultStatus::MemoryOnly(keyring_store::Obstacle::Absent.sentence()),
            Some(keyring) => match keyring.ask(GLANCE).await {
                Ok(()) => VaultStatus::Keyring,
                Err(obstacle) => VaultStatus::MemoryOnly(obstacle.sentence()),
            },
        }
    }

    /// Keeps a secret; the status says where. It can be found from the call on, even before the
    /// future is awaited and while the keyring still waits for its own password.
    pub fn keep(
        &self,
        name: &str,
        secret: Secret,
    ) -> impl Future<Output = VaultStatus> + Send + use<> {
        let turn = {
            let mut remembered = self.remembered();
            remembered.last += 1;
            let turn = remembered.last;
            remembered
                .secrets
                .insert(name.to_owned(), (turn, Some(secret.clone())));
            turn
        };
        let (this, name) = (self.clone(), name.to_owned());
        async move { this.put(&name, secret, turn).await }
    }

    async fn put(&self, name: &str, secret: Secret, turn: u64) -> VaultStatus {
        let Some(keyring) = &self.keyring else {
            return VaultStatus::MemoryOnly(keyring_store::Obstacle::Absent.sentence());
        };
        match keyring.set(name, secret, PATIENCE).await {
            Ok(()) => {
                if self.remembered().taken(name, turn) {
                    // It was forgotten while the keyring made us wait.
                    let _ = keyring.delete(name, PATIENCE).await;
                }
                VaultStatus::Keyring
            }
            Err(obstacle) => VaultStatus::MemoryOnly(obstacle.sentence()),
        }
    }

    pub async fn find(&self, name: &str) -> Option<Secret> {
        if let Some((_, secret)) = self.remembered().secrets.get(name) {
            return secret.clone();
        }
        self.keyring
            .as_ref()?
            .get(name, PATIENCE)
            .await
            .ok()
            .flatten()
    }

    pub async fn forget(&self, name: &str) {
        self.remembered().forget(name);
        if let Some(keyring) = &self.keyring {
            // A keyring that is away keeps the entry; nothing refers to it any more.
            let _ = keyring.delete(name, PATIENCE).await;
        }
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_found_before_anybody_waits() {
        let vault = Vault::in_memory();
        let keeping = vault.keep("lab/token", Secret::new("kept".into()));
        assert!(vault.find("lab/token").await.is_some());
        vault.forget("lab/token").await;
        keeping.await;
        assert!(
            vault.find("lab/token").await.is_none(),
            "forgotten is forgotten"
        );
    }

    #[tokio::test]
    async fn memory_keeps_finds_and_forgets() {
        let vault = Vault::in_memory();
        assert!(matches!(vault.status().await, VaultStatus::MemoryOnly(_)));
        vault.keep("lab/password", Secret::new("kept".into())).await;
        let clone = vault.clone();
        assert_eq!(
            clone
                .find("lab/password")
                .await
                .map(|secret| secret.reveal().to_owned()),
            Some("kept".to_owned())
        );
        clone.forget("lab/password").await;
        assert!(
            vault.find("lab/password").await.is_none(),
            "clones share what they keep"
        );
    }
}
