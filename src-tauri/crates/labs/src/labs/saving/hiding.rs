//! Files of a lab in which secrets lie: emptied for a moment, so that they do not get into an image.

use std::sync::Arc;

use slipway_engine::containers::{ChangeKind, HeldFile};
use slipway_engine::inventory::ContainerRow;
use slipway_engine::{ContainerId, Engine, Error};

use crate::card::LabId;
use crate::labs::lifecycle::masked_texts;
use crate::labs::shared::{Shared, kind_of};
use crate::launch::sign_in::is_token_file;
use crate::profile::Profile;

/// What a server writes down of itself is short.
const LONGEST: usize = 1 << 20;

/// Files that are looked into.
const MOST: usize = 200;

/// Paths of a lab with more changes are not looked through to the end.
const MOST_PATHS: usize = 1_000_000;

/// Files that were emptied, in the order in which they were.
pub(super) struct Hidden(Vec<HeldFile>);

/// Empties what holds a secret. Where that fails halfway, what was emptied is put back.
pub(super) async fn hide(
    shared: &Arc<Shared>,
    engine: &Engine,
    lab: &LabId,
    profile: &Profile,
    row: &ContainerRow,
) -> Result<Hidden, Error> {
    let secrets = masked_texts(shared, lab).await;
    let image = shared.image_of(engine, row).await;
    let (_, generation) = kind_of(&shared.catalogue(), profile, image.as_deref());
    let (changes, _) = engine.container_changes(&row.id, MOST_PATHS).await?;
    let token_file = generation.sign_in.token_config;
    let paths: Vec<String> = changes
        .into_iter()
        .filter(|change| change.kind != ChangeKind::Removed)
        .map(|change| change.path)
        .filter(|path| Some(path) == token_file.as_ref() || may_tell(path))
        .take(MOST)
        .collect();
    let mut hidden = Hidden(Vec::new());
    for path in paths {
        let emptied = async {
            let Some(file) = engine.hold_file(&row.id, &path, LONGEST).await? else {
                return Ok(None);
            };
            let Some(content) = without(file.content(), &secrets) else {
                return Ok(None);
            };
            engine.fill_held(&row.id, &file, &content).await?;
            Ok::<_, Error>(Some(file))
        };
        match emptied.await {
            Ok(file) => hidden.0.extend(file),
            Err(error) => {
                hidden.put_back(engine, &row.id).await;
                return Err(error);
            }
        }
    }
    Ok(hidden)
}

/// Where servers write down how they are reached: Jupyter's notes of a running server, and logs.
fn may_tell(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    path.contains("/jupyter/runtime/") || ending == Some("log") || name == "nohup.out"
}

/// A file's content without secrets; `None` where there is none in it.
fn without(content: &[u8], secrets: &[String]) -> Option<Vec<u8>> {
    if is_token_file(content) {
        return Some(b"{}".to_vec());
    }
    let mut clean = content.to_vec();
    let mut found = false;
    for secret in secrets.iter().map(String::as_bytes) {
        let mut from = 0;
        while let Some(at) = place_of(clean.get(from..).unwrap_or_default(), secret) {
            let end = from + at + secret.len();
            if let Some(part) = clean.get_mut(from + at..end) {
                part.fill(b'*');
            }
            found = true;
            from = end;
        }
    }
    found.then_some(clean)
}

fn place_of(text: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    text.windows(wanted.len()).position(|part| part == wanted)
}

impl Hidden {
    /// Puts everything back; a sentence where something could not be.
    pub(super) async fn put_back(self, engine: &Engine, container: &ContainerId) -> Option<String> {
        let mut left = None;
        for file in &self.0 {
            if let Err(error) = engine.put_back(container, file).await {
                tracing::warn!(%error, path = file.path(), "a file could not be put back");
                // A lab that is gone misses nothing.
                if !matches!(error, Error::NotFound { .. }) {
                    left = Some(format!(
                        "The file {} of the lab could not be put back, so it may not be signed in after its next start.",
                        file.path()
                    ));
                }
            }
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_tells_a_secret_is_changed() {
        let secrets = ["tok3n".to_owned(), "pass".to_owned()];
        assert_eq!(without(b"{\"port\": 1}", &secrets), None);
        assert_eq!(
            without(b"?token=tok3n&pass tok3n", &secrets).as_deref(),
            Some(&b"?token=*****&**** *****"[..])
        );
        let placed = br#"{"IdentityProvider":{"token":"x"},"ServerApp":{"token":"x"},"NotebookApp":{"token":"x"}}"#;
        assert_eq!(without(placed, &[]).as_deref(), Some(&b"{}"[..]));
        let own = br#"{"ServerApp":{"token":"x","port":1}}"#;
        assert_eq!(without(own, &[]), None, "a person's own settings");
    }

    #[test]
    fn servers_write_down_how_they_are_reached_in_known_places() {
        assert!(may_tell(
            "/root/.local/share/jupyter/runtime/jpserver-7.json"
        ));
        assert!(may_tell("/var/log/app.log"));
        assert!(!may_tell("/root/data.csv"));
    }
}
