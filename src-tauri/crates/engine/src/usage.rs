//! What a running container uses: processor, memory, network, disk, programs. Only while somebody looks.

use std::collections::BTreeMap;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::classify::{Failure, Subject};
use crate::inventory::rows::{moment, or_default};
use crate::wire::{Lines, Question, escaped};
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
    /// All memory of the engine's machine where the container has no limit.
    pub memory_limit: Bytes,
    /// Over all its networks, since it started.
    pub received: Bytes,
    pub sent: Bytes,
    /// From and to disks, since it started. Volumes count; what comes from memory that the system keeps does not.
    pub read: Bytes,
    pub written: Bytes,
    /// Programs and their threads; 0 where the engine does not say.
    pub processes: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sample {
    read: String,
    cpu_stats: Processor,
    precpu_stats: Processor,
    memory_stats: Memory,
    num_procs: u32,
    preread: String,
    #[serde(deserialize_with = "or_default")]
    networks: BTreeMap<String, Network>,
    #[serde(deserialize_with = "or_default")]
    blkio_stats: Disks,
    #[serde(deserialize_with = "or_default")]
    storage_stats: Storage,
    #[serde(deserialize_with = "or_default")]
    pids_stats: Processes,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Network {
    rx_bytes: u64,
    tx_bytes: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Disks {
    #[serde(deserialize_with = "or_default")]
    io_service_bytes_recursive: Vec<DiskBytes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DiskBytes {
    /// `Read` with cgroup v1, `read` with v2.
    op: String,
    value: u64,
}

/// Windows only.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Storage {
    read_size_bytes: u64,
    write_size_bytes: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Processes {
    current: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Processor {
    cpu_usage: ProcessorTime,
    system_cpu_usage: u64,
    online_cpus: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProcessorTime {
    total_usage: u64,
    percpu_usage: Option<Vec<u64>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Memory {
    usage: u64,
    limit: u64,
    stats: MemoryParts,
    /// Windows only.
    privateworkingset: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MemoryParts {
    /// cgroup v1
    total_inactive_file: Option<u64>,
    /// cgroup v2
    inactive_file: Option<u64>,
}

enum Watching {
    Asking,
    Reading(Lines),
    Over,
}

impl Engine {
    /// About one sample a second until the container stops. Dropping the stream ends it.
    ///
    /// The engine's first sample has nothing to be compared with and is left out, so that the first
    /// item comes after a second or two.
    pub fn usage(&self, id: &ContainerId) -> BoxStream<'static, Result<Usage>> {
        let engine = self.clone();
        let id = id.clone();
        stream::unfold(Watching::Asking, move |watching| {
            let (engine, id) = (engine.clone(), id.clone());
            async move {
                match next(&engine, &id, watching).await {
                    Ok(Some((usage, lines))) => Some((Ok(usage), Watching::Reading(lines))),
                    Ok(None) => None,
                    Err(failure) => Some((
                        Err(engine.meaning(failure, Subject::Container(id.as_str()))),
                        Watching::Over,
                    )),
                }
            }
        })
        .boxed()
    }
}

async fn next(
    engine: &Engine,
    id: &ContainerId,
    watching: Watching,
) -> Result<Option<(Usage, Lines)>, Failure> {
    let mut lines = match watching {
        Watching::Over => return Ok(None),
        Watching::Reading(lines) => lines,
        Watching::Asking => {
            let question = Question::get(format!("/containers/{}/stats", escaped(id.as_str())))
                .query("stream", "true");
            engine.wire.ask(question).await?.lines()
        }
    };
    while let Some(line) = lines.next().await? {
        let Ok(sample) = serde_json::from_slice::<Sample>(&line) else {
            continue;
        };
        // A stopped container gives samples of the year 1.
        let Some(time) = moment(&sample.read) else {
            return Ok(None);
        };
        if let Some(cpu_percent) = cpu_percent(&sample) {
            return Ok(Some((usage_of(id, &sample, time, cpu_percent), lines)));
        }
    }
    Ok(None)
}

fn usage_of(id: &ContainerId, sample: &Sample, time: UnixMillis, cpu_percent: f64) -> Usage {
    let networks = || sample.networks.values();
    let disks = |way: &str| {
        let all = &sample.blkio_stats.io_service_bytes_recursive;
        all.iter()
            .filter(|one| one.op.eq_ignore_ascii_case(way))
            .map(|one| one.value)
            .sum::<u64>()
    };
    let storage = &sample.storage_stats;
    Usage {
        container: id.clone(),
        time,
        cpu_percent,
        memory: Bytes(used_memory(&sample.memory_stats)),
        memory_limit: Bytes(sample.memory_stats.limit),
        received: Bytes(networks().map(|one| one.rx_bytes).sum()),
        sent: Bytes(networks().map(|one| one.tx_bytes).sum()),
        read: Bytes(disks("read") + storage.read_size_bytes),
        written: Bytes(disks("write") + storage.write_size_bytes),
        processes: sample.pids_stats.current.max(sample.num_procs),
    }
}

/// docker/cli `calculateCPUPercentUnix` and `calculateCPUPercentWindows`.
#[expect(
    clippy::cast_precision_loss,
    reason = "nanoseconds between two samples are far below 2^52"
)]
fn cpu_percent(sample: &Sample) -> Option<f64> {
    let (now, before) = (&sample.cpu_stats, &sample.precpu_stats);
    let used = now
        .cpu_usage
        .total_usage
        .saturating_sub(before.cpu_usage.total_usage) as f64;
    if now.system_cpu_usage == 0 {
        // Windows counts in 100 ns and against the time that passed.
        let (read, before_read) = (moment(&sample.read)?, moment(&sample.preread)?);
        let passed =
            (read.0 - before_read.0).max(1) as f64 * 10_000.0 * f64::from(sample.num_procs.max(1));
        return Some(used / passed * 100.0);
    }
    if before.system_cpu_usage == 0 {
        return None;
    }
    let passed = now.system_cpu_usage.saturating_sub(before.system_cpu_usage) as f64;
    if passed <= 0.0 {
        return Some(0.0);
    }
    let listed = now.cpu_usage.percpu_usage.as_ref().map_or(0, Vec::len) as f64;
    let processors = if now.online_cpus > 0 {
        f64::from(now.online_cpus)
    } else {
        listed.max(1.0)
    };
    Some(used / passed * processors * 100.0)
}

/// docker/cli `calculateMemUsageUnixNoCache`.
fn used_memory(memory: &Memory) -> u64 {
    if memory.privateworkingset > 0 {
        return memory.privateworkingset;
    }
    let cache = [memory.stats.total_inactive_file, memory.stats.inactive_file]
        .into_iter()
        .flatten()
        .find(|cache| *cache < memory.usage);
    memory.usage - cache.unwrap_or(0)
}

#[cfg(test)]
mod tests;
