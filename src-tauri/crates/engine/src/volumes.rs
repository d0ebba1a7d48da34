//! Volumes: create, look up, remove. Looking into them comes with the porthole.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::RemoveVolumeOptions;
use serde::Deserialize;

use crate::classify::Subject;
use crate::inventory::VolumeRow;
use crate::inventory::rows;
use crate::wire::{Question, escaped};
use crate::{Engine, Error, Result};

/// A large engine takes its time to weigh everything.
const WEIGHING: Duration = Duration::from_mins(5);

/// `GET /system/df`, its volumes.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DiskUsage {
    #[serde(deserialize_with = "rows::or_default")]
    volumes: Vec<Weighed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Weighed {
    name: String,
    usage_data: Option<Usage>,
}

/// Bytes in files; -1 where the engine does not know.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Usage {
    size: i64,
}

/// `GET /volumes/{name}`, its options.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Options {
    #[serde(deserialize_with = "rows::or_default")]
    options: BTreeMap<String, String>,
}

impl Engine {
    /// Creates a volume; an existing one of the same name and driver is given back unchanged.
    ///
    /// # Errors
    /// `InvalidName`, `Engine`.
    pub async fn create_volume(
        &self,
        name: &str,
        labels: BTreeMap<String, String>,
    ) -> Result<VolumeRow> {
        let request = VolumeCreateRequest {
            name: Some(name.to_owned()),
            labels: Some(labels.into_iter().collect()),
            ..VolumeCreateRequest::default()
        };
        self.docker
            .create_volume(request)
            .await
            .map_err(|error| self.meaning(error, Subject::Volume(name)))?;
        self.inspect_volume(name).await
    }

    /// A volume as the lists show it, asked for anew.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn inspect_volume(&self, name: &str) -> Result<VolumeRow> {
        let volume: rows::VolumeEntry = self
            .wire
            .json(Question::get(format!("/volumes/{}", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Volume(name)))?;
        Ok(volume.into())
    }

    /// The options that its driver was given, as the engine keeps them: there may be passwords among them.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn volume_options(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let volume: Options = self
            .wire
            .json(Question::get(format!("/volumes/{}", escaped(name))))
            .await
            .map_err(|failure| self.meaning(failure, Subject::Volume(name)))?;
        Ok(volume.options)
    }

    /// Whether nothing at all lies in a volume; `None` where the engine cannot tell. Weighs
    /// everything that the engine has, so this is no question for every day.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn volume_is_empty(&self, name: &str) -> Result<Option<bool>> {
        let weigh = || {
            let question = Question::get("/system/df")
                .query("type", "volume")
                .patience(WEIGHING);
            self.wire.json::<DiskUsage>(question)
        };
        let started = tokio::time::Instant::now();
        let used = loop {
            let weighed = weigh()
                .await
                .map_err(|failure| self.meaning(failure, Subject::Volume(name)));
            match weighed {
                // Older engines weigh for one at a time, and send everybody else away.
                Err(Error::Engine { message, .. })
                    if message.contains("already running") && started.elapsed() < WEIGHING =>
                {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                weighed => break weighed?,
            }
        };
        let found = used.volumes.into_iter().find(|volume| volume.name == name);
        let Some(found) = found else {
            return Err(Error::NotFound {
                what: "volume",
                name: name.to_owned(),
                detail: "it is not among the volumes that were weighed".to_owned(),
            });
        };
        Ok(found
            .usage_data
            .filter(|usage| usage.size >= 0)
            .map(|usage| usage.size == 0))
    }

    /// Never forced. A volume that is gone already is no error.
    ///
    /// # Errors
    /// `InUse`.
    pub async fn remove_volume(&self, name: &str) -> Result<()> {
        let removed = self
            .docker
            .remove_volume(&escaped(name), None::<RemoveVolumeOptions>)
            .await;
        match removed.map_err(|error| self.meaning(error, Subject::Volume(name))) {
            Err(Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
