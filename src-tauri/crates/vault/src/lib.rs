//! Secrets: the OS keyring, and a type that cannot be printed.
//!
//! A secret lives in the person's keyring under the service `slipway`, and nowhere else. Where
//! there is no keyring, it is kept in memory until Slipway quits, and `status` says so. The keyring
//! may block on an unlock prompt, so every call runs on a blocking thread with a time limit.

use zeroize::Zeroizing;

/// A text that is never printed, logged or serialised, and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Call it only where the secret leaves for its one destination.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Whether the keyring can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultStatus {
    Keyring,
    /// Kept until Slipway quits; the sentence says why.
    MemoryOnly(String),
}

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Vault {}

impl Vault {
    /// The OS keyring, with memory as its stand-in where there is none.
    pub fn of_this_system() -> Self {
        todo!("vault")
    }

    /// Only memory, for tests of other crates.
    pub fn in_memory() -> Self {
        todo!("vault")
    }

    /// Asks the keyring again each time, so that one unlocked meanwhile is found.
    pub async fn status(&self) -> VaultStatus {
        todo!("vault")
    }

    /// Keeps a secret; the status says where.
    pub async fn keep(&self, name: &str, secret: Secret) -> VaultStatus {
        let _ = (name, secret);
        todo!("vault")
    }

    pub async fn find(&self, name: &str) -> Option<Secret> {
        let _ = name;
        todo!("vault")
    }

    pub async fn forget(&self, name: &str) {
        let _ = name;
        todo!("vault")
    }
}
