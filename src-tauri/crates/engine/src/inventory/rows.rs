//! The engine's JSON, read into rows.
//!
//! These types take what they know and ignore the rest: a field that is missing, `null` or new is
//! no failure, and a state that nobody has heard of is kept in the engine's own word. An object
//! that cannot be read at all becomes a row that says so, never a hole in the list.

mod container;
mod ports;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub(crate) use self::container::{
    ContainerEntry, ContainerInspection, health, unreadable_container, unreadable_inspection,
};
use super::{ImageRow, NetworkRow, VolumeRow};
use crate::units::NetworkId;
use crate::{Bytes, ImageId, UnixMillis, VolumeName};

/// Go writes empty maps and lists as `null`.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A moment in the engine's spelling; `None` for Go's zero time (the year 1) and for what is no time.
pub(crate) fn moment(text: &str) -> Option<UnixMillis> {
    let time: jiff::Timestamp = text.parse().ok()?;
    (time.as_millisecond() > 0).then(|| UnixMillis(time.as_millisecond()))
}

/// The names of an object whose values do not matter.
#[derive(Debug, Default)]
pub(crate) struct Names(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Names;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    names.push(name);
                }
                names.sort();
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// One object of `GET /images/json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ImageEntry {
    id: String,
    #[serde(deserialize_with = "or_default")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    repo_digests: Vec<String>,
    created: i64,
    size: i64,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// A volume, in the list as in an inspection.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct VolumeEntry {
    name: String,
    driver: String,
    created_at: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    mountpoint: String,
}

/// A network, in the list as in an inspection.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct NetworkEntry {
    id: String,
    name: String,
    driver: String,
    scope: String,
    internal: bool,
    created: String,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// Reads each object of a list by itself; what cannot be read is handed to `otherwise`.
pub(crate) fn each<Entry, Row>(
    list: &[Box<RawValue>],
    otherwise: impl Fn(&RawValue) -> Option<Row>,
) -> Vec<Row>
where
    Entry: for<'de> Deserialize<'de> + Into<Row>,
{
    let read = |object: &RawValue| match serde_json::from_str::<Entry>(object.get()) {
        Ok(entry) => Some(entry.into()),
        Err(error) => {
            tracing::warn!(%error, "an object of the engine cannot be read");
            otherwise(object)
        }
    };
    list.iter().filter_map(|object| read(object)).collect()
}

impl From<ImageEntry> for ImageRow {
    fn from(entry: ImageEntry) -> Self {
        let real = |name: &String| !name.starts_with("<none>");
        Self {
            id: ImageId(entry.id),
            tags: entry.repo_tags.into_iter().filter(real).collect(),
            digests: entry.repo_digests.into_iter().filter(real).collect(),
            created: UnixMillis(entry.created.saturating_mul(1000).max(0)),
            size: Bytes(u64::try_from(entry.size).unwrap_or(0)),
            labels: entry.labels,
        }
    }
}

impl From<VolumeEntry> for VolumeRow {
    fn from(entry: VolumeEntry) -> Self {
        Self {
            name: VolumeName(entry.name),
            driver: entry.driver,
            created: moment(&entry.created_at),
            labels: entry.labels,
            mountpoint: entry.mountpoint,
        }
    }
}

impl From<NetworkEntry> for NetworkRow {
    fn from(entry: NetworkEntry) -> Self {
        Self {
            id: NetworkId(entry.id),
            name: entry.name,
            driver: entry.driver,
            scope: entry.scope,
            internal: entry.internal,
            created: moment(&entry.created),
            labels: entry.labels,
        }
    }
}

#[cfg(test)]
mod tests;
