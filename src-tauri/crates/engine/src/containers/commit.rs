//! Making an image of a container, with the Config of its image and not its own.
//!
//! What a container was created with holds secrets: variables with passwords and tokens, labels that say which lab it
//! is. `POST /commit` takes a Config and then adds whatever the container has and that Config does not name (moby,
//! `daemon/commit.go`, `merge`). So the image's Config is sent with the names of all that the container has besides:
//! a variable by its bare name, which unsets it, and a label without a value. Values never get into the image.
//!
//! Stores of the classic kind keep the container's whole Config in the image besides (`container_config`), values and
//! all. There the committed image is only a step: its layers stay, and a description that Slipway writes itself is
//! loaded over them (`described`), which says exactly what the image's own said. A load brings no layer that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bollard::query_parameters::RemoveImageOptionsBuilder;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::classify::{Failure, Subject};
use crate::inventory::rows::or_default;
use crate::wire::{Question, escaped};
use crate::{ContainerId, Engine, ImageReference, Result};

/// A container of many gigabytes is packed before the engine answers.
const PACKING: Duration = Duration::from_hours(1);

const ASKING: Duration = Duration::from_mins(3);

/// An image that is to be made of a container.
#[derive(Clone, Debug)]
pub struct CommitSpec {
    /// With a tag.
    pub reference: ImageReference,
    /// Stands in the image's history.
    pub note: String,
    /// Its programs are held while their files are read.
    pub pause: bool,
    /// Beside those of the image that the container was made of.
    pub labels: BTreeMap<String, String>,
    /// The engine keeps images in the containerd store, which takes over nothing that it is not told.
    pub containerd_store: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Committed {
    id: String,
}

/// The names of what a container was created with; its values are not read.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Container {
    image: String,
    #[serde(deserialize_with = "or_default")]
    config: Own,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Own {
    #[serde(deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, Value>,
    user: String,
    working_dir: String,
}

/// `GET /images/{name}/json`, as far as a description needs it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Image {
    architecture: String,
    variant: String,
    os: String,
    created: String,
    #[serde(deserialize_with = "or_default")]
    config: Map<String, Value>,
    #[serde(rename = "RootFS", deserialize_with = "or_default")]
    root: Root,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Root {
    #[serde(deserialize_with = "or_default")]
    layers: Vec<String>,
}

/// One step of `GET /images/{name}/history`, newest first.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Step {
    created: i64,
    created_by: String,
    comment: String,
    size: i64,
}

/// One message of a load.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    error: Option<String>,
}

impl Engine {
    /// Makes an image of a container, running or not, and gives it its name; an image that had the name loses it.
    /// Values of the container's own variables and labels do not get into it. What was begun is undone where it fails.
    ///
    /// # Errors
    /// `NotFound` (the container), `DiskFull`, `Engine`, and those of a connection that fails.
    pub async fn commit_container(&self, id: &ContainerId, spec: &CommitSpec) -> Result<()> {
        let meaning = |failure: Failure| self.meaning(failure, Subject::Container(&id.0));
        let container: Container = self
            .wire
            .json(Question::get(format!(
                "/containers/{}/json",
                escaped(&id.0)
            )))
            .await
            .map_err(meaning)?;
        let image = self
            .image_as_told(&container.image)
            .await
            .unwrap_or_default();
        let config = config_of(&image.config, &spec.labels);
        let mut question = Question::post("/commit")
            .query("container", &id.0)
            .query("comment", &spec.note)
            .query("pause", if spec.pause { "1" } else { "0" })
            .patience(PACKING);
        if spec.containerd_store {
            question = question
                .query("repo", &spec.reference.repository)
                .query("tag", tag_of(&spec.reference));
        }
        let body = over_own(config.clone(), &container.config);
        let body = Value::Object(body).to_string().into_bytes();
        let question = question.body("application/json", body.into());
        let committed: Committed = self.wire.json(question).await.map_err(meaning)?;
        if spec.containerd_store {
            return Ok(());
        }
        let described = self.describe(&committed.id, config, spec).await;
        // Its layers belong to the described image now; where that failed nothing is left of it.
        let options = RemoveImageOptionsBuilder::default().force(true).build();
        let removed = self
            .patient(ASKING)
            .remove_image(&escaped(&committed.id), Some(options), None)
            .await;
        if let Err(error) = removed {
            tracing::warn!(%error, "an image that was only a step is left");
        }
        described
    }

    async fn image_as_told(&self, name: &str) -> Result<Image> {
        self.wire
            .json(Question::get(format!("/images/{}/json", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Image(name)))
    }

    /// Loads a description of Slipway's own over the layers of a committed image.
    async fn describe(
        &self,
        committed: &str,
        config: Map<String, Value>,
        spec: &CommitSpec,
    ) -> Result<()> {
        let name = spec.reference.to_string();
        let meaning = |failure: Failure| self.meaning(failure, Subject::Image(&name));
        let image = self.image_as_told(committed).await?;
        let history = Question::get(format!("/images/{}/history", escaped(committed)));
        let steps: Vec<Step> = self.wire.json(history).await.unwrap_or_default();
        let archive = archive(
            &described(&image, &steps, config, spec),
            &image.root.layers,
            &name,
        )
        .map_err(|error| {
            meaning(Failure::Garbled {
                text: error.to_string(),
            })
        })?;
        let question = Question::post("/images/load")
            .body("application/x-tar", archive.into())
            .patience(ASKING);
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
        Ok(())
    }
}

fn tag_of(reference: &ImageReference) -> &str {
    reference.tag.as_deref().unwrap_or("latest")
}

/// The image's Config with labels added.
fn config_of(image: &Map<String, Value>, labels: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut config = image.clone();
    let own = config
        .get("Labels")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let added = labels
        .iter()
        .map(|(name, text)| (name.clone(), json!(text)));
    config.insert(
        "Labels".to_owned(),
        own.into_iter().chain(added).collect::<Map<_, _>>().into(),
    );
    config
}

/// The same Config with the names of all that the container would add to it.
fn over_own(mut config: Map<String, Value>, container: &Own) -> Map<String, Value> {
    let mut environment: Vec<String> = config
        .get("Env")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let name_of = |variable: &str| variable.split('=').next().unwrap_or_default().to_owned();
    let named: BTreeSet<String> = environment.iter().map(|one| name_of(one)).collect();
    let unset: BTreeSet<String> = container
        .env
        .iter()
        .map(|one| name_of(one))
        .filter(|name| !name.is_empty() && !named.contains(name))
        .collect();
    environment.extend(unset);
    config.insert("Env".to_owned(), json!(environment));
    if let Some(labels) = config.get_mut("Labels").and_then(Value::as_object_mut) {
        for name in container.labels.keys() {
            if !labels.contains_key(name) {
                labels.insert(name.clone(), json!(""));
            }
        }
    }
    // A list of nothing is one, where none would be the container's own.
    if config.get("Entrypoint").is_none_or(Value::is_null) {
        config.insert("Entrypoint".to_owned(), json!([]));
    }
    // What is empty here would be the container's own: said as what empty means.
    for (name, own, means) in [
        ("User", &container.user, "0"),
        ("WorkingDir", &container.working_dir, "/"),
    ] {
        let empty = config
            .get(name)
            .and_then(Value::as_str)
            .is_none_or(str::is_empty);
        if empty && !own.is_empty() {
            config.insert(name.to_owned(), json!(means));
        }
    }
    config
}

/// An image's own description, as the image specification and Docker's archives have it.
fn described(
    image: &Image,
    steps: &[Step],
    config: Map<String, Value>,
    spec: &CommitSpec,
) -> Value {
    let mut description = json!({
        "architecture": image.architecture,
        "os": image.os,
        "created": image.created,
        "comment": spec.note,
        "config": config,
        "rootfs": { "type": "layers", "diff_ids": image.root.layers },
    });
    let Some(described) = description.as_object_mut() else {
        return description;
    };
    if !image.variant.is_empty() {
        described.insert("variant".to_owned(), json!(image.variant));
    }
    if let Some(history) = history(image, steps, spec) {
        described.insert("history".to_owned(), history);
    }
    description
}

/// The steps of the image, the newest one told in other words: its own are the command of the container. `None`
/// where it cannot be said which steps have layers.
fn history(image: &Image, steps: &[Step], spec: &CommitSpec) -> Option<Value> {
    let (_, before) = steps.split_first()?;
    let layers = before.iter().filter(|step| step.size > 0).count() + 1;
    if layers != image.root.layers.len() {
        return None;
    }
    let mut history: Vec<Value> = before
        .iter()
        .rev()
        .map(|step| {
            json!({
                "created": jiff::Timestamp::from_second(step.created).unwrap_or_default().to_string(),
                "created_by": step.created_by,
                "comment": step.comment,
                "empty_layer": step.size <= 0,
            })
        })
        .collect();
    history.push(json!({
        "created": image.created,
        "created_by": "Slipway",
        "comment": spec.note,
    }));
    Some(history.into())
}

/// A description as an archive that can be loaded. It names layers that the engine has and holds none.
fn archive(description: &Value, layers: &[String], name: &str) -> std::io::Result<Vec<u8>> {
    let names: Vec<String> = (0..layers.len())
        .map(|number| format!("{number}/layer.tar"))
        .collect();
    let manifest = json!([{ "Config": "config.json", "RepoTags": [name], "Layers": names }]);
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in [
        ("config.json", description.to_string()),
        ("manifest.json", manifest.to_string()),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_bytes())?;
    }
    builder.into_inner()
}

#[cfg(test)]
mod tests;
