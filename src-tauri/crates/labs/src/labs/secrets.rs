//! A lab's secrets in the vault: the person's own password, and the token that Slipway gave it.
//!
//! A locked keyring asks the person for its password whenever it is searched, so only a secret
//! that a lab does have is looked up, and nothing that a person waits for waits for the keyring.

use std::collections::BTreeMap;
use std::time::Duration;

use slipway_vault::{Secret, Vault};

use super::shared::{FillRandom, Shared};
use crate::card::LabId;
use crate::form::{LaunchForm, SignInChoice};
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

/// Where the value of a lab's secret variable is kept.
pub(crate) fn variable_entry(lab: &LabId, name: &str) -> String {
    format!("lab/{}/variable/{name}", lab.0)
}

/// Values of the secret variables of a lab with this form, as far as they are kept.
pub(super) async fn kept_variables(
    shared: &Shared,
    lab: &LabId,
    form: &LaunchForm,
) -> BTreeMap<String, Secret> {
    let mut kept = BTreeMap::new();
    for name in form.advanced.secret_names() {
        if let Some(value) = shared.home.vault.find(&variable_entry(lab, &name)).await {
            kept.insert(name, value);
        }
    }
    kept
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

/// Every secret of a lab that is known to have some.
pub(crate) async fn forget(shared: &Shared, lab: &LabId) {
    let mut entries = vec![password_entry(lab), token_entry(lab), made_entry(lab)];
    {
        let state = shared.state();
        let profile = state
            .profiles
            .get(lab)
            .map(|profile| profile.saved.form.clone());
        let launched = state
            .launches
            .get(lab)
            .map(|launch| launch.board.progress().form);
        let names = profile
            .iter()
            .chain(&launched)
            .flat_map(|form| form.advanced.secret_names());
        entries.extend(names.map(|name| variable_entry(lab, &name)));
    }
    forget_entries(shared, &entries).await;
}

pub(crate) async fn forget_entries(shared: &Shared, entries: &[String]) {
    let forgotten = async {
        for entry in entries {
            shared.home.vault.forget(entry).await;
        }
    };
    let _ = tokio::time::timeout(FORGETTING, forgotten).await;
}
