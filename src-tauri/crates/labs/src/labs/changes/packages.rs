//! Python packages among changed paths: by the folder in which an installer describes what it installed.
//!
//! pip leaves `name-version.dist-info` beside the files of a package, conda a file in `conda-meta`. Which files belong
//! to it is first guessed by their names, so that something is shown at once, and then read from the list that the
//! installer left. Both are files of the lab: what they say only decides under which heading something is shown.

use std::collections::{BTreeMap, HashMap};

use slipway_engine::containers::{ChangeKind, FileChange};

/// Files that a list may name; more are not packages but an attack on memory.
const MOST_LISTED: usize = 200_000;

/// Names and versions are shown in one line.
const LONGEST: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// The version of the image, where it was another.
    pub(super) was: Option<String>,
    pub(super) change: ChangeKind,
    pub(super) conda: bool,
    /// Where its files are listed: a `RECORD`, or conda's own file. Empty where it was removed.
    pub(super) list: String,
    /// The folder that the paths of the list begin at.
    root: String,
}

/// All packages that changed, and which paths belong to them.
#[derive(Default)]
pub(super) struct Packages {
    pub(super) all: Vec<Package>,
    /// By the folder of packages and the first name in it; `None` where several claim it.
    tops: HashMap<(String, String), Option<u32>>,
    /// By the whole path, as the lists say.
    listed: HashMap<String, u32>,
}

/// What describes a package.
struct Mark<'a> {
    /// The folder that holds packages.
    folder: &'a str,
    name: &'a str,
    version: &'a str,
    conda: bool,
}

impl Packages {
    /// Of all changed paths, folders included.
    pub(super) fn of(changes: &[FileChange]) -> Self {
        let mut found: BTreeMap<(String, String), Package> = BTreeMap::new();
        for change in changes {
            let Some(mark) = mark_of(&change.path) else {
                continue;
            };
            let key = (mark.folder.to_owned(), normal(mark.name));
            take(&mut found, key, change, &mark);
        }
        let mut packages = Self::default();
        let conda: Vec<(String, String)> = found
            .iter()
            .filter(|(_, package)| package.conda)
            .map(|((folder, name), _)| (prefix(folder).to_owned(), name.clone()))
            .collect();
        for ((folder, name), package) in found {
            // conda describes Python packages in pip's way, too; one of the two is enough.
            let again = !package.conda
                && conda
                    .iter()
                    .any(|(prefix, other)| *other == name && folder.starts_with(prefix.as_str()));
            if again {
                continue;
            }
            let number = u32::try_from(packages.all.len()).unwrap_or(u32::MAX);
            if !package.conda {
                packages.tops.insert((folder, name), Some(number));
            }
            packages.all.push(package);
        }
        packages
    }

    /// The package that a path belongs to, as far as is known.
    pub(super) fn of_path(&self, path: &str) -> Option<u32> {
        if let Some(number) = self.listed.get(path) {
            return Some(*number);
        }
        let (folder, rest) = in_packages(path)?;
        let rest = rest.strip_prefix("__pycache__/").unwrap_or(rest);
        let top = rest.split('/').next().unwrap_or(rest);
        let described = path.get(..folder.len() + 1 + top.len()).and_then(mark_of);
        if let Some(mark) = described {
            return self.top(folder, mark.name);
        }
        self.tops
            .get(&(folder.to_owned(), top.to_owned()))
            .copied()
            .flatten()
            .or_else(|| self.top(folder, top.split('.').next().unwrap_or(top)))
    }

    fn top(&self, folder: &str, name: &str) -> Option<u32> {
        let key = (folder.to_owned(), normal(name));
        self.tops.get(&key).copied().flatten()
    }

    /// Takes the list of a package's files.
    pub(super) fn list(&mut self, number: u32, text: &[u8]) {
        let Some(package) = self.all.get(number as usize) else {
            return;
        };
        let (root, conda) = (package.root.clone(), package.conda);
        let text = String::from_utf8_lossy(text);
        let names: Vec<String> = if conda {
            conda_files(&text)
        } else {
            text.lines().filter_map(recorded).collect()
        };
        for name in names {
            if self.listed.len() >= MOST_LISTED {
                return;
            }
            let Some(path) = joined(&root, &name) else {
                continue;
            };
            if let Some((folder, rest)) = in_packages(&path)
                && let Some((top, _)) = rest.split_once('/')
                && top != "__pycache__"
            {
                let claim = self
                    .tops
                    .entry((folder.to_owned(), top.to_owned()))
                    .or_insert(Some(number));
                if *claim != Some(number) {
                    *claim = None;
                }
            }
            self.listed.insert(path, number);
        }
    }
}

fn take(
    found: &mut BTreeMap<(String, String), Package>,
    key: (String, String),
    change: &FileChange,
    mark: &Mark<'_>,
) {
    let removed = change.kind == ChangeKind::Removed;
    let list = match (removed, mark.conda) {
        (true, _) => String::new(),
        (false, true) => change.path.clone(),
        (false, false) => format!("{}/RECORD", change.path),
    };
    let root = if mark.conda {
        prefix(mark.folder).to_owned()
    } else {
        mark.folder.to_owned()
    };
    match found.get_mut(&key) {
        None => {
            found.insert(
                key,
                Package {
                    name: shown(mark.name),
                    version: shown(mark.version),
                    was: None,
                    change: change.kind,
                    conda: mark.conda,
                    list,
                    root,
                },
            );
        }
        // The same package in another version: one of the two went.
        Some(package) if removed && package.change != ChangeKind::Removed => {
            package.was = Some(shown(mark.version));
            package.change = ChangeKind::Changed;
        }
        Some(package) if !removed && package.change == ChangeKind::Removed => {
            package.was = Some(std::mem::replace(&mut package.version, shown(mark.version)));
            package.name = shown(mark.name);
            package.change = ChangeKind::Changed;
            package.list = list;
        }
        Some(_) => {}
    }
}

/// `/opt/conda/conda-meta` lies in `/opt/conda`.
fn prefix(folder: &str) -> &str {
    folder.strip_suffix("/conda-meta").unwrap_or(folder)
}

/// The folder of packages that a path lies in, and the rest of the path.
fn in_packages(path: &str) -> Option<(&str, &str)> {
    ["/site-packages/", "/dist-packages/"]
        .iter()
        .find_map(|folder| {
            let at = path.find(folder)? + folder.len();
            Some((path.get(..at - 1)?, path.get(at..)?))
        })
}

/// What describes a package, where a path is just that.
fn mark_of(path: &str) -> Option<Mark<'_>> {
    if let Some((folder, file)) = path.rsplit_once('/')
        && folder.ends_with("/conda-meta")
        && let Some(stem) = file.strip_suffix(".json")
    {
        let mut parts = stem.rsplitn(3, '-');
        let (_build, version, name) = (parts.next()?, parts.next()?, parts.next()?);
        return Some(Mark {
            folder,
            name,
            version,
            conda: true,
        });
    }
    let (folder, rest) = in_packages(path)?;
    if rest.contains('/') {
        return None;
    }
    let (name, version) = if let Some(stem) = rest.strip_suffix(".dist-info") {
        stem.rsplit_once('-')?
    } else {
        let stem = rest.strip_suffix(".egg-info")?;
        let stem = stem.rsplit_once("-py").map_or(stem, |(stem, _)| stem);
        stem.rsplit_once('-').unwrap_or((stem, ""))
    };
    // pip marks what it is about to remove.
    (!name.is_empty() && !name.starts_with('~')).then_some(Mark {
        folder,
        name,
        version,
        conda: false,
    })
}

/// As Python's packaging rules compare names.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        let letter = if matches!(letter, '-' | '_' | '.') {
            if normal.ends_with('-') {
                continue;
            }
            '-'
        } else {
            letter.to_ascii_lowercase()
        };
        normal.push(letter);
    }
    normal
}

fn shown(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST)
        .collect()
}

/// The path of a line of a `RECORD`, which is CSV.
fn recorded(line: &str) -> Option<String> {
    let path = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => line.split(',').next()?,
    };
    (!path.is_empty()).then(|| path.to_owned())
}

fn conda_files(text: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Described {
        #[serde(default)]
        files: Vec<String>,
    }
    serde_json::from_str::<Described>(text)
        .map(|described| described.files)
        .unwrap_or_default()
}

/// A path from a folder on, with its `..` gone; `None` where it leads out of the root.
fn joined(root: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return Some(path.to_owned());
    }
    let mut parts: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests;
