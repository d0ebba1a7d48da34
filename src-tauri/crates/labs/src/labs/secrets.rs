//! A lab's secrets in the vault: the person's own password, and the token that Slipway gave it.
//!
//! A locked keyring asks the person for its password whenever it is searched, so only a secret
//! that a lab does have is looked up, and nothing that a person waits for waits for the keyring.

use std::time::Duration;

use slipway_vault::{Secret, Vault};

use super::shared::Shared;
use crate::card::LabId;
use crate::form::SignInChoice;
use crate::profile::Profile;
use crate::recipe::{Generation, SignInKind};

/// For clearing up, which nobody should wait for.
const FORGETTING: Duration = Duration::from_secs(2);

/// Where a lab's own password is kept.
pub(crate) fn password_entry(lab: &LabId) -> String {
    format!("lab/{}/password", lab.0)
}

/// Where the token that Slipway gave a lab is kept.
pub(crate) fn token_entry(lab: &LabId) -> String {
    format!("lab/{}/token", lab.0)
}

/// The password or token that the person set.
pub(super) async fn own_password(shared: &Shared, profile: &Profile) -> Option<Secret> {
    match profile.saved.form.sign_in {
        SignInChoice::Own => shared.home.vault.find(&password_entry(&profile.id)).await,
        SignInChoice::FromImage => None,
    }
}

/// The token with which the page opens signed in, as far as Slipway set it.
pub(super) async fn known_token(
    shared: &Shared,
    profile: &Profile,
    generation: &Generation,
) -> Option<Secret> {
    if generation.sign_in.token_config.is_some() || generation.start_inside.is_some() {
        return shared.home.vault.find(&token_entry(&profile.id)).await;
    }
    match generation.sign_in.kind {
        SignInKind::Token => own_password(shared, profile).await,
        _ => None,
    }
}

/// Keeps a secret without waiting for the keyring; it can be found at once.
pub(crate) fn keep(vault: &Vault, entry: &str, secret: Secret) {
    tokio::spawn(vault.keep(entry, secret));
}

pub(crate) async fn forget(shared: &Shared, lab: &LabId) {
    let (password, token) = (password_entry(lab), token_entry(lab));
    let forgotten = async {
        shared.home.vault.forget(&password).await;
        shared.home.vault.forget(&token).await;
    };
    let _ = tokio::time::timeout(FORGETTING, forgotten).await;
}
