use proptest::prelude::*;
use slipway_engine::UnixMillis;
use slipway_engine::containers::{ChangeKind, FileChange};

use super::{Folder, Found, MANY, order};
use crate::changes::ChangeSort;

fn change(kind: ChangeKind, path: impl Into<String>) -> FileChange {
    FileChange {
        path: path.into(),
        kind,
    }
}

fn added(path: impl Into<String>) -> FileChange {
    change(ChangeKind::Added, path)
}

fn changed(path: impl Into<String>) -> FileChange {
    change(ChangeKind::Changed, path)
}

fn paths(found: &Found) -> Vec<&str> {
    found.paths.iter().map(|one| &*one.path).collect()
}

#[test]
fn folders_on_the_way_mounts_and_noise_are_no_changes() {
    let found = Found::of(
        vec![
            changed("/root"),
            added("/root/notebooks"),
            added("/root/notebooks/kept.ipynb"),
            added("/root/notes.md"),
            added("/root/notes-2"),
            added("/root/notes-2/a.md"),
            changed("/run"),
            added("/run/lock"),
            changed("/etc"),
            added("/etc/jupyter.json"),
            added("/only"),
            added("/only/mounted"),
        ],
        &["/root/notebooks", "/only/mounted"],
        &["/etc/jupyter.json"],
    );
    assert_eq!(paths(&found), ["/root/notes-2/a.md", "/root/notes.md"]);
}

#[test]
fn what_is_measured_is_added_up_by_groups() {
    let mut found = Found::of(
        vec![
            changed("/root"),
            added("/root/a.csv"),
            change(ChangeKind::Removed, "/root/b.csv"),
            changed("/root/touched"),
            added("/root/c.ipynb"),
        ],
        &[],
        &[],
    );
    assert!(found.measured("/root/a.csv", 100, UnixMillis(5), false));
    assert!(found.measured("/root/touched", 4096, UnixMillis(5), true));
    assert!(!found.measured("/root/other", 1, UnixMillis(5), false));
    let groups: Vec<(ChangeSort, u32, u64, bool)> = found
        .groups()
        .into_iter()
        .map(|group| (group.sort, group.files, group.size.0, group.measured))
        .collect();
    assert_eq!(
        groups,
        [
            (ChangeSort::Notebooks, 1, 0, false),
            (ChangeSort::Data, 2, 100, true),
        ],
        "a folder that was only touched is no file"
    );
}

#[test]
fn many_new_files_are_read_at_once_and_mounts_never() {
    let below = |folder: &str| -> Vec<FileChange> {
        (0..=MANY)
            .map(|number| added(format!("{folder}/{number}")))
            .collect()
    };
    let mut all = vec![
        changed("/opt"),
        added("/opt/new"),
        added("/opt/new/deep"),
        added("/few"),
        added("/few/one"),
        added("/holder"),
        added("/holder/sub"),
        added("/holder/mounted"),
        changed("/etc"),
    ];
    all.extend(below("/opt/new/deep"));
    all.extend(below("/holder/sub"));
    all.extend(below("/holder/mounted"));
    all.extend((0..=MANY).map(|number| changed(format!("/etc/{number}"))));
    let found = Found::of(all, &["/holder/mounted"], &[]);
    let folder = |path: &str, new: bool| Folder {
        path: path.to_owned(),
        new,
    };
    assert_eq!(
        found.folders,
        [
            folder("/holder/sub", true),
            folder("/opt/new", true),
            folder("/etc", false)
        ]
    );
}

proptest! {
    #[test]
    fn each_path_is_found_again_and_none_holds_another(names in proptest::collection::vec("(/[a-c.\\- ]{1,2}){1,4}", 1..60)) {
        let changes = names.iter().map(|name| added(name.clone())).collect();
        let mut found = Found::of(changes, &[], &[]);
        let shown: Vec<String> = paths(&found).into_iter().map(str::to_owned).collect();
        for (at, path) in shown.iter().enumerate() {
            prop_assert!(found.measured(path, 1, UnixMillis(1), false), "{path} is not found");
            for other in &shown[at + 1..] {
                prop_assert!(order(path, other).is_le());
                let folder = format!("{path}/");
                prop_assert!(!other.starts_with(&folder), "{path} is only a folder on the way");
            }
        }
    }
}
