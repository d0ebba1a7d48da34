//! What a person did inside a container, from the paths that differ from its image: in groups that
//! say what it is, not where it lies.
//!
//! A reading is made when somebody looks, and is as old as that: nothing follows the container. What differs is known
//! at once (`found`, `sorting`, `packages`); how large it is comes behind (`measuring`), and ends with the reading.

mod found;
mod measuring;
mod packages;
mod reading;
mod sorting;

use std::sync::Arc;

use slipway_engine::containers::{ChangeKind, FileChange};
use slipway_engine::inventory::ContainerRow;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use self::found::Found;
use self::reading::Reading;
use super::shared::{Shared, kind_of};
use crate::card::{ChangeGroup, LabId};
use crate::changes::{ChangesPage, ChangesQuery, ChangesState, KeptAs, KeptPlace};
use crate::names;
use crate::problem::Result;

const MOST_GROUPS: usize = 8;
const EXAMPLES: usize = 3;

/// Paths of one reading; a lab with more has another trouble.
const MOST_PATHS: usize = 1_000_000;

/// One reading. What is measured behind ends with it.
pub struct LabChanges {
    reading: Arc<Reading>,
    _measuring: AbortOnDropHandle<()>,
}

impl LabChanges {
    pub fn state(&self) -> watch::Receiver<ChangesState> {
        self.reading.state()
    }

    /// Some of the rows.
    pub fn rows(&self, query: &ChangesQuery) -> ChangesPage {
        self.reading.rows(query)
    }
}

/// Reads what differs in a lab's container, running or not.
pub(super) async fn read(shared: &Arc<Shared>, lab: &LabId) -> Result<LabChanges> {
    let (profile, row) = shared.lab(lab)?;
    let engine = shared.engine()?;
    let (changes, image) = tokio::join!(
        engine.container_changes(&row.id, MOST_PATHS),
        shared.image_of(&engine, &row)
    );
    let (changes, _) = changes?;
    let (_, generation) = kind_of(&shared.catalogue(), &profile, image.as_deref());
    let own = generation.sign_in.token_config;
    let kept = kept_places(&row);
    let targets: Vec<String> = row
        .mounts
        .iter()
        .map(|mount| mount.target.clone())
        .collect();
    let read = shared.now();
    let size = image.map(|image| image.size);
    // Many paths are sorted and looked at one by one.
    let made = tokio::task::spawn_blocking(move || {
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        let found = Found::of(changes, &targets, own.as_deref().as_slice());
        Arc::new(Reading::new(found, read, kept, size))
    });
    let reading = made
        .await
        .map_err(|error| slipway_engine::Error::Interrupted {
            detail: error.to_string(),
        })?;
    let name = profile.saved.form.name;
    let measuring = measuring::measure(engine, row.id.clone(), name, Arc::clone(&reading));
    Ok(LabChanges {
        reading,
        _measuring: AbortOnDropHandle::new(tokio::spawn(measuring)),
    })
}

fn is_socket(path: &str) -> bool {
    let ending = std::path::Path::new(path).extension();
    ending.is_some_and(|ending| ending == "sock")
}

/// What is mounted, and what becomes of it. Sockets hold nothing.
pub(super) fn kept_places(row: &ContainerRow) -> Vec<KeptPlace> {
    row.mounts
        .iter()
        .filter(|mount| !is_socket(&mount.source))
        .map(|mount| {
            let nameless = names::is_anonymous_volume(&mount.source);
            let kept = match mount.kind.as_str() {
                "volume" if nameless => KeptAs::Nameless,
                "volume" => KeptAs::Volume,
                "tmpfs" => KeptAs::Memory,
                _ => KeptAs::Folder,
            };
            KeptPlace {
                target: mount.target.clone(),
                kept,
                source: match kept {
                    KeptAs::Volume | KeptAs::Folder => mount.source.clone(),
                    KeptAs::Nameless | KeptAs::Memory => String::new(),
                },
            }
        })
        .collect()
}

/// The groups for a short summary, most first, and how many files there are in all.
pub(super) fn change_groups(changes: &[FileChange], mounts: &[&str]) -> (Vec<ChangeGroup>, u32) {
    let found = Found::of(changes.to_vec(), mounts, &[]);
    let mut groups: Vec<ChangeGroup> = found
        .groups()
        .into_iter()
        .map(|group| {
            let packages = found.packages.all.iter().filter(|_| group.packages > 0);
            let named =
                packages.map(|one| format!("{} {}", one.name, one.version).trim().to_owned());
            let files = found
                .shown()
                .filter(|(_, one)| one.sort == group.sort && one.package.is_none())
                .map(|(_, one)| match one.kind {
                    ChangeKind::Removed => format!("{} (deleted)", one.path),
                    _ => one.path.to_string(),
                });
            ChangeGroup {
                count: group.files,
                examples: named.chain(files).take(EXAMPLES).collect(),
                title: group.title,
            }
        })
        .collect();
    let count = groups.iter().map(|group| group.count).sum();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.title.cmp(&b.title)));
    groups.truncate(MOST_GROUPS);
    (groups, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(path: &str) -> FileChange {
        FileChange {
            path: path.to_owned(),
            kind: ChangeKind::Added,
        }
    }

    #[test]
    fn changes_are_told_by_what_they_are() {
        let changes = [
            added("/opt"),
            added("/opt/jupyter/lib/python3.11/site-packages/pandas"),
            added("/opt/jupyter/lib/python3.11/site-packages/pandas/core.py"),
            added("/opt/jupyter/lib/python3.11/site-packages/pandas/frame.py"),
            added("/opt/jupyter/lib/python3.11/site-packages/numpy-2.0.dist-info"),
            added("/opt/jupyter/lib/python3.11/site-packages/numpy-2.0.dist-info/METADATA"),
            added("/root/analysis.ipynb"),
            added("/root/.jupyter/lab/settings.json"),
            added("/root/notebooks"),
            added("/root/notebooks/kept.ipynb"),
            added("/run/lock/x"),
            added("/tmp/y"),
        ];
        let (groups, count) = change_groups(&changes, &["/root/notebooks"]);
        let titles: Vec<(&str, u32)> = groups
            .iter()
            .map(|group| (group.title.as_str(), group.count))
            .collect();
        assert_eq!(
            titles,
            [
                ("Python packages", 3),
                ("Caches and temporary files", 1),
                ("Notebooks", 1),
                ("Settings", 1)
            ]
        );
        assert_eq!(
            groups[0].examples,
            [
                "numpy 2.0",
                "/opt/jupyter/lib/python3.11/site-packages/pandas/core.py",
                "/opt/jupyter/lib/python3.11/site-packages/pandas/frame.py"
            ]
        );
        assert_eq!(count, 6, "folders on the way, mounts and /run do not count");
    }

    #[test]
    fn a_folder_with_a_neighbour_of_like_name_is_still_only_a_folder() {
        let (_, count) = change_groups(&[added("/data"), added("/data-2"), added("/data/x")], &[]);
        assert_eq!(count, 2);
    }
}
