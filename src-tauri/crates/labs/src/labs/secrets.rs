//! A lab's secrets in the vault: the person's own password, and the token that Slipway gave it.
//!
//! A locked keyring asks the person for its password whenever it is searched, so only a secret
//! that a lab does have is looked up, and nothing that a person waits for waits for the keyring.

use std::collections::BTreeMap;
use std::time::Duration;

use slipway_vault::{Secret, Vault};

use super::shared::{FillRandom, Shared};
use crate::card::LabId;
use crate::form::SignInChoice;
use crate::profile::{PASSWORD_MADE, Profile};
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

/// Where the values are kept that an image needs and nobody types, as one JSON object.
pub(crate) fn made_entry(lab: &LabId) -> String {
    format!("lab/{}/made", lab.0)
}

/// The lab has a password or token that is kept: the person's own, or one that Slipway made.
pub(crate) fn has_own_password(profile: &Profile) -> bool {
    profile.saved.form.sign_in == SignInChoice::Own
        || profile.saved.more.contains_key(PASSWORD_MADE)
}

/// The password or token that the person set, or that Slipway made because the image needs one.
pub(super) async fn own_password(shared: &Shared, profile: &Profile) -> Option<Secret> {
    if has_own_password(profile) {
        shared.home.vault.find(&password_entry(&profile.id)).await
    } else {
        None
    }
}

/// A password that nobody guesses and everybody can type: letters and digits that are not mistaken
/// for each other, in groups.
pub(crate) fn made_password(random: &FillRandom) -> Secret {
    // 32 of them, so that each is as likely as the next.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyzABCD23456";
    const LENGTH: usize = 24;
    const GROUP: usize = 6;
    let mut bytes = [0_u8; LENGTH];
    random(&mut bytes);
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            text.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
        text.push(char::from(letter));
    }
    Secret::new(text)
}

/// The values kept under `made_entry`.
pub(crate) async fn made_values(vault: &Vault, lab: &LabId) -> BTreeMap<String, String> {
    let kept = vault.find(&made_entry(lab)).await;
    kept.and_then(|kept| serde_json::from_str(kept.reveal()).ok())
        .unwrap_or_default()
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
    let (password, token, made) = (password_entry(lab), token_entry(lab), made_entry(lab));
    let forgotten = async {
        shared.home.vault.forget(&password).await;
        shared.home.vault.forget(&token).await;
        shared.home.vault.forget(&made).await;
    };
    let _ = tokio::time::timeout(FORGETTING, forgotten).await;
}
