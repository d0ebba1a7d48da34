//! All that differs, in the order of the paths, with what is known of each.

use slipway_engine::containers::{ChangeKind, FileChange};
use slipway_engine::{Bytes, UnixMillis};

use super::packages::Packages;
use super::sorting::{is_noise, is_within, sort_of};
use crate::changes::{ChangeSort, ChangesGroup};

/// A folder with at least so many new files is read as one archive instead of file by file.
const MANY: usize = 48;

/// One path that differs. Folders that only hold such paths are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: Box<str>,
    pub(super) kind: ChangeKind,
    pub(super) sort: ChangeSort,
    pub(super) package: Option<u32>,
    pub(super) size: Option<u64>,
    pub(super) when: Option<UnixMillis>,
    pub(super) folder: bool,
}

impl Changed {
    /// Nothing is known of its size, and there could be.
    pub(super) fn is_unmeasured(&self) -> bool {
        self.kind != ChangeKind::Removed && self.size.is_none()
    }

    /// A folder of the image in which something was made and taken away again.
    fn is_touched_folder(&self) -> bool {
        self.folder && self.kind == ChangeKind::Changed
    }
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) paths: Vec<Changed>,
    pub(super) packages: Packages,
    /// Folders that are read as one archive; of those that are not wholly new only a part.
    pub(super) folders: Vec<Folder>,
}

/// A folder that is worth an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) path: String,
    /// All that lies in it was made in the lab.
    pub(super) new: bool,
}

/// The order in which what lies in a folder follows it.
fn order(one: &str, other: &str) -> std::cmp::Ordering {
    let rank = |byte: u8| if byte == b'/' { 0 } else { byte };
    one.bytes().map(rank).cmp(other.bytes().map(rank))
}

fn holds(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

impl Found {
    /// Mount points, what a start itself leaves and `own`, which Slipway wrote, are no changes of a person.
    pub(super) fn of(mut changes: Vec<FileChange>, mounts: &[&str], own: &[&str]) -> Self {
        changes.sort_by(|one, other| order(&one.path, &other.path));
        changes.dedup_by(|one, other| one.path == other.path);
        let packages = Packages::of(&changes);
        let folders = folders(&changes, mounts);
        let mut paths = Vec::new();
        let mut all = changes.into_iter().peekable();
        while let Some(change) = all.next() {
            let is_way = all
                .peek()
                .is_some_and(|next| holds(&change.path, &next.path));
            if is_way
                || is_noise(&change.path)
                || is_within(&change.path, mounts)
                || own.contains(&change.path.as_str())
            {
                continue;
            }
            let package = packages.of_path(&change.path);
            paths.push(Changed {
                sort: if package.is_some() {
                    ChangeSort::Packages
                } else {
                    sort_of(&change.path)
                },
                package,
                path: change.path.into_boxed_str(),
                kind: change.kind,
                size: None,
                when: None,
                folder: false,
            });
        }
        Self {
            paths,
            packages,
            folders,
        }
    }

    /// Notes what a file is said to be; `false` where it is none that differs.
    pub(super) fn measured(
        &mut self,
        path: &str,
        size: u64,
        changed: UnixMillis,
        folder: bool,
    ) -> bool {
        let Ok(at) = self.paths.binary_search_by(|one| order(&one.path, path)) else {
            return false;
        };
        let Some(one) = self.paths.get_mut(at) else {
            return false;
        };
        one.size = Some(if folder { 0 } else { size });
        one.when = Some(changed);
        one.folder = folder;
        true
    }

    /// Takes the lists of packages' files, and says again which files belong to which.
    pub(super) fn list(&mut self, lists: &[(u32, Vec<u8>)]) {
        for (number, text) in lists {
            self.packages.list(*number, text);
        }
        for one in &mut self.paths {
            if one.package.is_none()
                && let Some(package) = self.packages.of_path(&one.path)
            {
                one.package = Some(package);
                one.sort = ChangeSort::Packages;
            }
        }
    }

    /// What is shown: without folders of the image that were only touched.
    pub(super) fn shown(&self) -> impl Iterator<Item = (usize, &Changed)> {
        self.paths
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.is_touched_folder())
    }

    /// The groups that have something, in their order.
    pub(super) fn groups(&self) -> Vec<ChangesGroup> {
        let mut groups = ChangeSort::ALL.map(|sort| ChangesGroup {
            sort,
            title: sort.title().to_owned(),
            files: 0,
            packages: 0,
            size: Bytes(0),
            measured: true,
        });
        for (_, one) in self.shown() {
            let Some(group) = groups.get_mut(one.sort as usize) else {
                continue;
            };
            group.files += 1;
            group.size.0 = group.size.0.saturating_add(one.size.unwrap_or(0));
            group.measured &= !one.is_unmeasured();
        }
        if let Some(packages) = groups.get_mut(ChangeSort::Packages as usize) {
            packages.packages = u32::try_from(self.packages.all.len()).unwrap_or(u32::MAX);
        }
        groups
            .into_iter()
            .filter(|group| group.files + group.packages > 0)
            .collect()
    }
}

/// Folders with many files to be measured: new ones from their top, and others that hold many themselves.
fn folders(changes: &[FileChange], mounts: &[&str]) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    let mut direct: Vec<(&str, usize)> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let rest = changes.get(at + 1..).unwrap_or_default();
        let below = || {
            rest.iter()
                .take_while(|next| holds(&change.path, &next.path))
        };
        let in_taken = folders
            .last()
            .is_some_and(|taken| taken.new && holds(&taken.path, &change.path));
        let skipped = in_taken
            || change.kind == ChangeKind::Removed
            || is_noise(&change.path)
            || is_within(&change.path, mounts);
        if skipped {
            continue;
        }
        let has_mount = || mounts.iter().any(|mount| holds(&change.path, mount));
        let is_folder = rest
            .first()
            .is_some_and(|next| holds(&change.path, &next.path));
        if change.kind == ChangeKind::Added && is_folder {
            if below().nth(MANY).is_some() && !has_mount() {
                folders.push(Folder {
                    path: change.path.clone(),
                    new: true,
                });
            }
            continue;
        }
        if is_folder {
            continue;
        }
        let parent = change
            .path
            .rsplit_once('/')
            .map_or("", |(parent, _)| parent);
        if let Some((_, count)) = direct.iter_mut().rev().find(|(one, _)| *one == parent) {
            *count += 1;
        } else {
            // Those that are no parents of this one are over.
            direct.retain(|(one, count)| holds(one, parent) || *count > MANY);
            direct.push((parent, 1));
        }
    }
    let many = direct
        .into_iter()
        .filter(|(parent, count)| {
            *count > MANY && !parent.is_empty() && !mounts.iter().any(|mount| holds(parent, mount))
        })
        .map(|(parent, _)| Folder {
            path: parent.to_owned(),
            new: false,
        });
    folders.extend(many);
    folders
}

#[cfg(test)]
mod tests;
