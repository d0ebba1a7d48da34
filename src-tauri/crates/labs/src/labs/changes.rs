//! What a person did inside a container, from the paths that differ from its image: in groups that
//! say what is lost, not where it lies.

use slipway_engine::containers::{ChangeKind, FileChange};

use crate::card::ChangeGroup;

const MOST_GROUPS: usize = 8;
const EXAMPLES: usize = 3;

/// The groups, most first, and how many paths there are in all. Folders that only hold changed
/// paths, mount points and what a start itself leaves (locks, sockets) are no changes of a person.
pub(super) fn change_groups(changes: &[FileChange], mounts: &[&str]) -> (Vec<ChangeGroup>, u32) {
    let mut paths: Vec<&FileChange> = changes
        .iter()
        .filter(|change| !is_mount(&change.path, mounts))
        .collect();
    paths.sort_by(|a, b| a.path.cmp(&b.path));
    let mut groups: Vec<ChangeGroup> = Vec::new();
    let mut count = 0;
    for (index, change) in paths.iter().enumerate() {
        // Everything below a folder follows it directly, apart from names like `folder-2`.
        let below = format!("{}/", change.path);
        let holds = paths
            .iter()
            .skip(index + 1)
            .take_while(|next| next.path.starts_with(&change.path))
            .any(|next| next.path.starts_with(&below));
        if holds || is_noise(&change.path) {
            continue;
        }
        count += 1;
        let title = group_of(&change.path);
        let example = example_of(title, change);
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => {
                group.count += 1;
                if group.examples.len() < EXAMPLES && !group.examples.contains(&example) {
                    group.examples.push(example);
                }
            }
            None => groups.push(ChangeGroup {
                title: title.to_owned(),
                count: 1,
                examples: vec![example],
            }),
        }
    }
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.title.cmp(&b.title)));
    groups.truncate(MOST_GROUPS);
    (groups, count)
}

fn is_mount(path: &str, mounts: &[&str]) -> bool {
    mounts.iter().any(|mount| {
        path == *mount
            || path
                .strip_prefix(mount)
                .is_some_and(|rest| rest.starts_with('/'))
    })
}

fn is_noise(path: &str) -> bool {
    const NOISE: [&str; 6] = ["/run", "/var/run", "/proc", "/dev", "/sys", "/.dockerenv"];
    is_mount(path, &NOISE)
}

fn group_of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let has_ending = |ending: &str| {
        name.rsplit_once('.')
            .is_some_and(|(_, last)| last.eq_ignore_ascii_case(ending))
    };
    let within = |folder: &str| path.starts_with(folder);
    let has = |part: &str| path.contains(part);
    if has("/.ipynb_checkpoints")
        || has("/.cache/")
        || has("/__pycache__")
        || within("/tmp/")
        || within("/var/tmp/")
        || within("/var/cache/")
        || has("/pkgs/cache")
    {
        "Caches and temporary files"
    } else if has_ending("ipynb") {
        "Notebooks"
    } else if has("/site-packages/") || has("/dist-packages/") {
        "Python packages"
    } else if has("/conda-meta/") || has("/opt/conda/") || has("/conda/pkgs/") {
        "Conda packages"
    } else if within("/usr/local/lib/R/") || has("/R/x86_64-") || has("/R/library/") {
        "R packages"
    } else if within("/var/log/") || has_ending("log") || name == "nohup.out" {
        "Logs"
    } else if within("/var/lib/dpkg")
        || within("/var/lib/apt")
        || within("/usr/")
        || within("/lib")
        || within("/bin")
        || within("/sbin")
    {
        "System packages"
    } else if within("/etc/") || is_setting(path) {
        "Settings"
    } else if within("/home/") || within("/root/") {
        "Files in the home folder"
    } else {
        "Other files"
    }
}

/// Hidden files and folders of a home.
fn is_setting(path: &str) -> bool {
    let in_home = path.strip_prefix("/root/").or_else(|| {
        path.strip_prefix("/home/")
            .and_then(|rest| rest.split_once('/').map(|(_, rest)| rest))
    });
    in_home.is_some_and(|rest| rest.starts_with('.'))
}

/// A package by its name, everything else by its path.
fn example_of(title: &str, change: &FileChange) -> String {
    let package = ["/site-packages/", "/dist-packages/", "/conda-meta/"]
        .iter()
        .find_map(|folder| change.path.split_once(folder));
    let text = match package {
        Some((_, rest)) if title.ends_with("packages") => {
            rest.split(['/', '-']).next().unwrap_or(rest).to_owned()
        }
        _ => change.path.clone(),
    };
    match change.kind {
        ChangeKind::Removed if !title.ends_with("packages") => format!("{text} (deleted)"),
        _ => text,
    }
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
        assert_eq!(groups[0].examples, ["numpy", "pandas"]);
        assert_eq!(count, 6, "folders on the way, mounts and /run do not count");
    }

    #[test]
    fn a_folder_with_a_neighbour_of_like_name_is_still_only_a_folder() {
        let (_, count) = change_groups(&[added("/data"), added("/data-2"), added("/data/x")], &[]);
        assert_eq!(count, 2);
    }
}
