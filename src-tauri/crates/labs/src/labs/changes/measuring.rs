//! How large what differs is, asked of the engine behind.
//!
//! Nothing runs in the container. Folders with many files are read as an archive, the rest is asked for file by file,
//! what a person made first. Both have bounds, which are told; the container may vanish meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;
use slipway_engine::porthole::GlanceKind;
use slipway_engine::{ContainerId, Engine, Error, UnixMillis};

use super::reading::Reading;
use crate::problem::{Problem, ProblemKind};

/// Questions to the engine at the same time.
const AT_ONCE: usize = 6;

/// Files that are asked for one by one.
const MOST_ASKED: usize = 6_000;

/// Bytes of an archive of a folder that is not wholly new: what belongs to the image is in it, too.
const MOST_MIXED: u64 = 256 << 20;

/// Bytes of all archives.
const MOST_READ: u64 = 16 << 30;

/// Packages whose list of files is read, and bytes of one.
const MOST_LISTS: usize = 400;
const LONGEST_LIST: usize = 8 << 20;

/// How often what is known is shown.
const PULSE: Duration = Duration::from_millis(300);

pub(super) async fn measure(
    engine: Engine,
    container: ContainerId,
    name: String,
    reading: Arc<Reading>,
) {
    let measured = all(&engine, &container, &reading).await;
    reading.finish(measured.err().map(|error| {
        match error {
            Error::NotFound {
                what: "container", ..
            } => Problem::new(
                ProblemKind::Gone,
                format!("The container of {name} is gone."),
            )
            .because("It was removed while its changes were measured."),
            error => error.into(),
        }
    }));
}

async fn all(engine: &Engine, container: &ContainerId, reading: &Reading) -> Result<(), Error> {
    let (layer, lists) = tokio::join!(
        engine.container_size(container),
        read_lists(engine, container, reading)
    );
    match layer {
        Ok(layer) => reading.set_layer(layer),
        Err(error @ Error::NotFound { .. }) => return Err(error),
        Err(error) => tracing::debug!(%error, "the size of a container's layer is not known"),
    }
    lists?;
    read_folders(engine, container, reading).await?;
    ask_files(engine, container, reading).await
}

async fn read_lists(
    engine: &Engine,
    container: &ContainerId,
    reading: &Reading,
) -> Result<(), Error> {
    let lists = reading.with(|found| {
        let listed = found.packages.all.iter().enumerate();
        listed
            .filter(|(_, package)| !package.list.is_empty())
            .map(|(number, package)| (number, package.list.clone()))
            .take(MOST_LISTS)
            .collect::<Vec<_>>()
    });
    let mut texts = stream::iter(lists)
        .map(async |(number, path)| {
            let text = engine.read_file(container, &path, LONGEST_LIST).await?;
            Ok::<_, Error>((number, text))
        })
        .buffer_unordered(AT_ONCE);
    let mut read = Vec::new();
    while let Some(text) = texts.next().await {
        if let (number, Some(text)) = text? {
            read.push((u32::try_from(number).unwrap_or(u32::MAX), text));
        }
    }
    reading.change(|found| found.list(&read));
    Ok(())
}

async fn read_folders(
    engine: &Engine,
    container: &ContainerId,
    reading: &Reading,
) -> Result<(), Error> {
    let folders = reading.with(|found| found.folders.clone());
    let mut left = MOST_READ;
    let mut shown = Instant::now();
    for folder in folders {
        let most = if folder.new {
            left
        } else {
            MOST_MIXED.min(left)
        };
        if most == 0 {
            break;
        }
        let Some(mut files) = engine
            .files_in_container(container, &folder.path, most)
            .await?
        else {
            continue;
        };
        let mut some = Vec::new();
        loop {
            let file = files.recv().await;
            let over = file.is_none();
            match file {
                Some(Ok(file)) => {
                    left = left.saturating_sub(file.size);
                    some.push(file);
                }
                // A file that shrinks while it is packed breaks its archive off; the rest is asked for.
                Some(Err(Error::Interrupted { .. })) => break,
                Some(Err(error)) => return Err(error),
                None => {}
            }
            if over || shown.elapsed() > PULSE {
                let batch = std::mem::take(&mut some);
                reading.change(|found| {
                    for file in &batch {
                        found.measured(&file.path, file.size, file.changed, file.folder);
                    }
                });
                shown = Instant::now();
            }
            if over {
                break;
            }
        }
    }
    Ok(())
}

async fn ask_files(
    engine: &Engine,
    container: &ContainerId,
    reading: &Reading,
) -> Result<(), Error> {
    let wanted = reading.with(|found| {
        let mut wanted: Vec<_> = found
            .paths
            .iter()
            .filter(|one| one.is_unmeasured())
            .map(|one| (one.sort, one.path.clone()))
            .collect();
        wanted.sort_by_key(|(sort, _)| *sort);
        wanted.truncate(MOST_ASKED);
        wanted
    });
    let mut glances = stream::iter(wanted)
        .map(async |(_, path)| {
            let glance = engine.glance_in_container(container, &path).await?;
            Ok::<_, Error>((path, glance))
        })
        .buffer_unordered(AT_ONCE);
    let mut shown = Instant::now();
    let mut some = Vec::new();
    while let Some(glance) = glances.next().await {
        if let (path, Some(glance)) = glance? {
            some.push((path, glance));
        }
        if shown.elapsed() > PULSE {
            note(reading, &mut some);
            shown = Instant::now();
        }
    }
    note(reading, &mut some);
    Ok(())
}

fn note(reading: &Reading, some: &mut Vec<(Box<str>, slipway_engine::porthole::Glance)>) {
    let some = std::mem::take(some);
    reading.change(|found| {
        for (path, glance) in &some {
            let changed = UnixMillis(glance.changed.saturating_mul(1000));
            let folder = glance.kind == GlanceKind::Folder;
            found.measured(path, glance.size, changed, folder);
        }
    });
}
