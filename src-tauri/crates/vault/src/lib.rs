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

/// Cheap to clone; clones share what they keep. The default one is only memory.
#[derive(Clone, Default)]
pub struct Vault {
    keyring: Option<KeyringStore>,
    /// Secrets that the keyring has not taken (yet).
    remembered: Arc<Mutex<HashMap<String, Secret>>>,
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

    /// Keeps a secret; the status says where. It can be found at once, even while the keyring
    /// still waits for its own password.
    pub async fn keep(&self, name: &str, secret: Secret) -> VaultStatus {
        self.remembered().insert(name.to_owned(), secret.clone());
        let Some(keyring) = &self.keyring else {
            return VaultStatus::MemoryOnly(keyring_store::Obstacle::Absent.sentence());
        };
        match keyring.set(name, secret, PATIENCE).await {
            Ok(()) => {
                self.remembered().remove(name);
                VaultStatus::Keyring
            }
            Err(obstacle) => VaultStatus::MemoryOnly(obstacle.sentence()),
        }
    }

    pub async fn find(&self, name: &str) -> Option<Secret> {
        if let Some(secret) = self.remembered().get(name) {
            return Some(secret.clone());
        }
        self.keyring
            .as_ref()?
            .get(name, PATIENCE)
            .await
            .ok()
            .flatten()
    }

    pub async fn forget(&self, name: &str) {
        self.remembered().remove(name);
        if let Some(keyring) = &self.keyring {
            // A keyring that is away keeps the entry; nothing refers to it any more.
            let _ = keyring.delete(name, PATIENCE).await;
        }
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
