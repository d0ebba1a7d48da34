//! Processor and memory of a running container, only while somebody looks.

use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Bytes, ContainerId, Engine, Result, UnixMillis};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub container: ContainerId,
    pub time: UnixMillis,
    /// Percent of one processor, as `docker stats` counts: 200 is two processors.
    #[specta(type = i32)]
    pub cpu_percent: f64,
    /// Without the page cache, as `docker stats` counts.
    pub memory: Bytes,
    pub memory_limit: Bytes,
}

impl Engine {
    /// About one sample a second until the container stops. Dropping the stream ends it.
    pub fn usage(&self, id: &ContainerId) -> BoxStream<'static, Result<Usage>> {
        let _ = id;
        todo!("engine")
    }
}
