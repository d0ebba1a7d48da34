//! The program as an image: one layer with one file, made in memory.

use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{LABEL, REPOSITORY};
use crate::classify::{Failure, Subject};
use crate::inventory::rows::or_default;
use crate::wire::Question;
use crate::{Engine, Error, Result};

/// Where the program lies in it.
pub(super) const PATH: &str = "/slipway-porthole";

/// An engine far away gets a megabyte and a half.
const SENDING: std::time::Duration = std::time::Duration::from_mins(3);

/// `slipway/porthole:` and the program's hash, so that each program has an image of its own and one
/// that is there already is never asked for again.
pub(super) fn name_of(program: &[u8]) -> String {
    let mut name = format!("{REPOSITORY}:");
    for byte in Sha256::digest(program).iter().take(12) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn layer(program: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    header.set_mtime(0);
    let mut tar = tar::Builder::new(Vec::with_capacity(program.len() + 4096));
    tar.append_data(&mut header, PATH.trim_start_matches('/'), program)?;
    tar.into_inner()
}

/// One message of an import.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    error: Option<String>,
}

/// One object of `GET /images/json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Image {
    #[serde(deserialize_with = "or_default")]
    repo_tags: Vec<String>,
}

impl Engine {
    /// Brings the program to the engine, and takes away those of older versions that nothing uses.
    pub(super) async fn import_porthole(&self, program: &[u8]) -> Result<()> {
        let name = name_of(program);
        let layer = layer(program).map_err(|error| Error::Engine {
            status: 0,
            message: error.to_string(),
        })?;
        self.import_layer(name.rsplit(':').next().unwrap_or_default(), layer)
            .await?;
        self.remove_older(&name).await;
        Ok(())
    }

    /// Brings an image of one layer to the engine.
    pub(super) async fn import_layer(&self, tag: &str, layer: Vec<u8>) -> Result<()> {
        let name = format!("{REPOSITORY}:{tag}");
        let question = Question::post("/images/create")
            .query("fromSrc", "-")
            .query("repo", REPOSITORY)
            .query("tag", tag)
            .query("message", "Slipway looks into volumes with this")
            .query("changes", &format!("LABEL {LABEL}=1"))
            .query("changes", &format!("ENTRYPOINT [\"{PATH}\"]"))
            .body("application/x-tar", layer.into())
            .patience(SENDING);
        let meaning = |failure: Failure| self.meaning(failure, Subject::Image(&name));
        let mut messages = self.wire.ask(question).await.map_err(meaning)?.lines();
        while let Some(line) = messages.next().await.map_err(meaning)? {
            let message: Message = serde_json::from_slice(&line).unwrap_or_default();
            if let Some(message) = message.error {
                return Err(meaning(Failure::Answer {
                    status: 500,
                    message,
                }));
            }
        }
        tracing::info!(image = %name, "brought the porthole to the engine");
        Ok(())
    }

    async fn remove_older(&self, newest: &str) {
        let filters = serde_json::json!({ "label": [LABEL] }).to_string();
        let question = Question::get("/images/json").query("filters", &filters);
        let images: Vec<Image> = self.wire.json(question).await.unwrap_or_default();
        for tag in images.into_iter().flat_map(|image| image.repo_tags) {
            let ours = tag
                .strip_prefix(REPOSITORY)
                .is_some_and(|rest| rest.starts_with(':'));
            if ours && tag != newest {
                // One that another app uses at this moment is refused, and stays.
                if let Err(error) = self.remove_image(&tag).await {
                    tracing::debug!(%error, %tag, "an older porthole stays");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_is_the_program_and_nothing_else() {
        let layer = layer(b"program").unwrap();
        let mut archive = tar::Archive::new(&*layer);
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let path = entry.path().unwrap().display().to_string();
                (path, entry.header().mode().unwrap(), entry.size())
            })
            .collect();
        assert_eq!(entries, [("slipway-porthole".to_owned(), 0o755, 7)]);
    }

    #[test]
    fn another_program_is_another_image() {
        assert_eq!(name_of(b"a"), name_of(b"a"));
        assert_ne!(name_of(b"a"), name_of(b"b"));
    }
}
