//! What a pull's messages add up to.
//!
//! Two dialects are read. The classic store counts bytes while it downloads and again while it
//! unpacks; the containerd store counts bytes while it downloads and only seconds while it unpacks
//! (moby `daemon/containerd/progress.go`). Both call the steps of a layer by the same names, and
//! both are silent about the size of a layer that waits for its turn.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{LayerProgress, LayerState, PullProgress};
use crate::Bytes;
use crate::inventory::rows::or_default;

/// The time over which the speed is taken: long enough to be calm, short enough to be true.
const WINDOW: Duration = Duration::from_secs(5);
/// A speed from less than this is noise.
const SHORTEST: Duration = Duration::from_millis(400);

/// One message of a pull or import.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: String,
    #[serde(rename = "progressDetail", deserialize_with = "or_default")]
    detail: Detail,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
    error: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    current: Option<i64>,
    total: Option<i64>,
    /// `s` where `current` counts seconds.
    units: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    message: String,
}

impl Message {
    /// The engine's text where the message says that the work failed.
    pub(crate) fn failure(&self) -> Option<String> {
        let detail = self
            .error_detail
            .as_ref()
            .map(|detail| detail.message.clone());
        detail
            .filter(|text| !text.is_empty())
            .or_else(|| self.error.clone())
    }
}

/// The state of a pull, message by message.
#[derive(Default)]
pub(crate) struct Tally {
    layers: Vec<LayerProgress>,
    places: HashMap<String, usize>,
    samples: VecDeque<(Instant, u64)>,
    finished: bool,
}

impl Tally {
    /// Takes in one message; true where something that is shown has changed.
    pub(crate) fn take(&mut self, message: &Message) -> bool {
        let Some(step) = step(&message.status) else {
            return false;
        };
        if message.id.is_empty() {
            return false;
        }
        let place = *self.places.entry(message.id.clone()).or_insert_with(|| {
            let id = message.id.clone();
            let layer = LayerProgress {
                id,
                state: LayerState::Waiting,
                done: Bytes(0),
                total: None,
                unpacked_percent: None,
            };
            self.layers.push(layer);
            self.layers.len() - 1
        });
        let Some(layer) = self.layers.get_mut(place) else {
            return false;
        };
        let before = layer.clone();
        layer.state = step;
        let seconds = message.detail.units.as_deref() == Some("s");
        let count = |value: Option<i64>| {
            value
                .filter(|_| !seconds)
                .and_then(|value| u64::try_from(value).ok())
        };
        let (current, total) = (
            count(message.detail.current),
            count(message.detail.total).filter(|total| *total > 0),
        );
        match step {
            LayerState::Downloading => {
                layer.done = Bytes(current.unwrap_or(layer.done.0));
                layer.total = total
                    .map(|total| Bytes(total).max(layer.done))
                    .or(layer.total);
            }
            LayerState::Unpacking => {
                // A layer so small that its download was never counted shows its size here.
                if let Some(total) = total {
                    layer.total = layer.total.or(Some(Bytes(total)));
                    layer.unpacked_percent = percent(current.unwrap_or(0), total);
                }
                layer.done = layer.total.unwrap_or(layer.done);
            }
            LayerState::Downloaded | LayerState::Done => {
                layer.done = layer.total.unwrap_or(layer.done);
                layer.unpacked_percent = (step == LayerState::Done).then_some(100);
            }
            LayerState::Waiting | LayerState::Present => {}
        }
        *layer != before
    }

    /// Everything is here: what the last messages left open is done.
    pub(crate) fn finish(&mut self) {
        self.finished = true;
        for layer in &mut self.layers {
            if layer.state != LayerState::Present {
                layer.state = LayerState::Done;
                layer.total = layer.total.or(Some(layer.done));
                layer.done = layer.total.unwrap_or(layer.done);
                layer.unpacked_percent = Some(100);
            }
        }
    }

    /// The whole progress at this moment.
    pub(crate) fn progress(&mut self, now: Instant) -> PullProgress {
        let needed = || {
            self.layers
                .iter()
                .filter(|layer| layer.state != LayerState::Present)
        };
        let done: u64 = needed().map(|layer| layer.done.0).sum();
        let sizes = needed().map(|layer| layer.total.unwrap_or(layer.done).0);
        let total: u64 = sizes.sum();
        // What is downloaded adds no more, also where its size was never said.
        let is_known = |layer: &LayerProgress| layer.total.is_some() || !is_coming(layer);
        let total_known = needed().next().is_some() && needed().all(is_known);
        let downloading = needed().any(is_coming);
        let speed = if self.finished {
            None
        } else {
            self.speed(now, done)
        }
        .filter(|_| downloading);
        let left = total.saturating_sub(done);
        let seconds_left = speed
            .filter(|speed| *speed > 0 && total_known)
            .map(|speed| left.div_ceil(speed));
        PullProgress {
            done: Bytes(done),
            total: Bytes(total),
            total_known: total_known || self.finished,
            speed: speed.map(Bytes),
            seconds_left: seconds_left.and_then(|seconds| u32::try_from(seconds).ok()),
            layers: self.layers.clone(),
            finished: self.finished,
        }
    }

    fn speed(&mut self, now: Instant, done: u64) -> Option<u64> {
        // A layer that starts over (after a broken download) takes its bytes back with it.
        if self
            .samples
            .back()
            .is_some_and(|(_, before)| done < *before)
        {
            self.samples.clear();
        }
        self.samples.push_back((now, done));
        while self.samples.len() > 2
            && self
                .samples
                .get(1)
                .is_some_and(|(time, _)| now.duration_since(*time) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let (since, before) = *self.samples.front()?;
        let passed = now.duration_since(since);
        if passed < SHORTEST {
            return None;
        }
        let millis = u64::try_from(passed.as_millis()).ok()?;
        Some((done - before).saturating_mul(1000) / millis)
    }
}

/// True while bytes of this layer are still to come.
fn is_coming(layer: &LayerProgress) -> bool {
    matches!(layer.state, LayerState::Waiting | LayerState::Downloading)
}

/// The step that a status names; `None` for statuses that are of no layer.
fn step(status: &str) -> Option<LayerState> {
    Some(match status {
        "Pulling fs layer" | "Waiting" => LayerState::Waiting,
        "Downloading" => LayerState::Downloading,
        "Verifying Checksum" | "Download complete" => LayerState::Downloaded,
        "Extracting" => LayerState::Unpacking,
        "Pull complete" => LayerState::Done,
        "Already exists" | "Layer already exists" => LayerState::Present,
        // "Retrying in 5 seconds"
        other if other.starts_with("Retrying in") => LayerState::Waiting,
        _ => return None,
    })
}

fn percent(current: u64, total: u64) -> Option<u8> {
    u8::try_from(current.min(total).saturating_mul(100).checked_div(total)?).ok()
}

#[cfg(test)]
mod tests;
