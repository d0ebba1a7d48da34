//! Launches that are about to make something, on disk, until they have a container.
//!
//! Whoever quits between the making of the volume and of the container leaves a volume that nobody
//! knows. So a launch writes down what it is about to make; the next start of Slipway reads what was
//! never crossed out, and clears up only what is certain: a volume with that lab's label, which no
//! container uses and in which nothing lies.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use slipway_engine::{Engine, Error};

use crate::card::LabId;
use crate::labs::shared::{Shared, mark_of};
use crate::profile::{EngineMark, LAB_LABEL, is_file_name};

/// One launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unfinished {
    pub lab: LabId,
    /// The engine on which it was made; `None`: it did not say what it is.
    pub engine: Option<EngineMark>,
    pub volumes: Vec<String>,
}

fn folder(profiles: &Path) -> PathBuf {
    profiles.join("unfinished")
}

fn file(profiles: &Path, lab: &LabId) -> PathBuf {
    folder(profiles).join(format!("{}.json", lab.0))
}

/// Writes down what is about to be made. Where that cannot be written, the launch goes on: the
/// label on the volume still says whose it is.
pub(crate) fn begin(profiles: &Path, unfinished: &Unfinished) {
    let write = || -> std::io::Result<()> {
        let folder = folder(profiles);
        std::fs::create_dir_all(&folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".writing-")
            .tempfile_in(&folder)?;
        file.write_all(&serde_json::to_vec(unfinished)?)?;
        file.as_file().sync_all()?;
        file.persist(self::file(profiles, &unfinished.lab))?;
        Ok(())
    };
    if let Err(error) = write() {
        tracing::warn!(%error, "a launch could not be written down");
    }
}

/// Crosses a launch out.
pub(crate) fn end(profiles: &Path, lab: &LabId) {
    if !is_file_name(&lab.0) {
        return;
    }
    match std::fs::remove_file(file(profiles, lab)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a launch could not be crossed out");
        }
        _ => {}
    }
}

/// What earlier runs never crossed out.
pub(crate) fn read(profiles: &Path) -> Vec<Unfinished> {
    let Ok(entries) = std::fs::read_dir(folder(profiles)) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let unfinished: Unfinished =
                serde_json::from_slice(&std::fs::read(entry.path()).ok()?).ok()?;
            let named = entry.path().file_stem()?.to_str()? == unfinished.lab.0;
            (named && is_file_name(&unfinished.lab.0)).then_some(unfinished)
        })
        .collect()
}

/// Whether this engine is the one on which it was made.
pub(crate) fn is_of(unfinished: &Unfinished, engine: Option<&EngineMark>) -> bool {
    match (&unfinished.engine, engine) {
        (Some(own), Some(engine)) => own.is_same_as(engine),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Another Slipway may be launching at this moment; nothing takes longer than this between the
/// volume and its container.
const SETTLED: Duration = Duration::from_mins(6);

/// Waits until nobody can still be at it; false where it was crossed out meanwhile.
async fn is_settled(profiles: &Path, lab: &LabId) -> bool {
    loop {
        let written = std::fs::metadata(file(profiles, lab)).and_then(|file| file.modified());
        let Ok(written) = written else { return false };
        let age = written.elapsed().unwrap_or_default();
        if age >= SETTLED {
            return true;
        }
        tokio::time::sleep(SETTLED.saturating_sub(age)).await;
    }
}

/// Clears up after one launch. What cannot be judged now is left for the next start.
pub(crate) async fn clear(shared: Weak<Shared>, unfinished: Unfinished) {
    let Some(profiles) = shared.upgrade().map(|shared| shared.home.profiles.clone()) else {
        return;
    };

    if !is_settled(&profiles, &unfinished.lab).await {
        return;
    }
    let Some(shared) = shared.upgrade() else {
        return;
    };
    let Ok(engine) = shared.engine() else { return };
    let snapshot = shared.snapshot();
    if !is_of(&unfinished, mark_of(&snapshot).as_ref()) {
        return;
    }
    // With a container it has become a lab, which is found by its label.
    let has_container = snapshot
        .containers
        .values()
        .any(|row| row.labels.get(LAB_LABEL) == Some(&unfinished.lab.0));
    if !has_container {
        for volume in &unfinished.volumes {
            if let Err(error) = clear_volume(&engine, &unfinished.lab, volume).await {
                tracing::warn!(%error, volume, "an unfinished launch could not be cleared up");
                return;
            }
        }
    }
    end(&profiles, &unfinished.lab);
}

async fn clear_volume(engine: &Engine, lab: &LabId, volume: &str) -> slipway_engine::Result<()> {
    let row = match engine.inspect_volume(volume).await {
        Err(Error::NotFound { .. }) => return Ok(()),
        row => row?,
    };
    if row.labels.get(LAB_LABEL) != Some(&lab.0)
        || engine.volume_is_empty(volume).await? != Some(true)
    {
        tracing::info!(volume, "a volume of an unfinished launch is kept");
        return Ok(());
    }
    match engine.remove_volume(volume).await {
        Ok(()) => {
            tracing::info!(volume, "removed the empty volume of an unfinished launch");
            Ok(())
        }
        Err(Error::InUse { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
