//! Files that are brought aside to be dragged out of the window.

use std::os::unix::fs::PermissionsExt;

use slipway_contents::place::EntryPath;

use super::super::{Room, fill};
use super::names_in;

fn paths(names: &[&str]) -> Vec<EntryPath> {
    names
        .iter()
        .map(|name| EntryPath((*name).to_owned()))
        .collect()
}

fn aside(room: &Room) -> Vec<String> {
    let folder = room.folder.path().join("counted/dragged");
    if folder.exists() {
        names_in(&folder)
    } else {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dragged_lies_ready_for_its_owner_alone_and_goes_where_nobody_takes_it() {
    fill(
        "dragged-vol",
        "mkdir -p charts/deep other; printf b > charts/deep/b; printf 1 > '100% #1.txt'; printf 2 > other/twin; printf 3 > twin; ln -s /etc/passwd charts/outside",
    );
    let room = Room::new().await;
    let place = room.open("dragged-vol").await;
    let chosen = paths(&[
        "charts",
        "charts/deep/b",
        "100% #1.txt",
        "other/twin",
        "twin",
    ]);
    let dragged = room.contents.bring_aside(place, chosen).await.unwrap();
    let names: Vec<&str> = dragged
        .files
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(names, ["100% #1.txt", "charts", "twin", "twin (2)"]);
    assert_eq!(
        std::fs::read(dragged.files[1].join("deep/b")).unwrap(),
        b"b"
    );
    assert_eq!(
        dragged.cautions.len(),
        1,
        "a link that leads out is left out and told: {:?}",
        dragged.cautions
    );
    let folder = dragged.files[0].parent().unwrap().to_owned();
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else may look");
    assert!(
        room.contents.jobs().borrow().jobs.is_empty(),
        "it is no work to be listed"
    );
    dragged.forget().await;
    assert!(!folder.exists(), "nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_or_nothing_is_not_brought_and_leaves_nothing() {
    fill(
        "dragged-much-vol",
        "mkdir many; for n in $(seq 1 1001); do : > many/$n; done; dd if=/dev/zero of=large bs=1 count=0 seek=100000001 2>/dev/null",
    );
    let room = Room::new().await;
    let place = room.open("dragged-much-vol").await;
    for (name, says) in [
        ("many", "1,001 files are too much to be dragged"),
        ("large", "100 MB are too much to be dragged"),
        ("nowhere", "not there any more"),
    ] {
        let refused = room.contents.bring_aside(place, paths(&[name])).await;
        let problem = refused.unwrap_err();
        assert!(problem.title.contains(says), "{name}: {}", problem.title);
    }
    assert_eq!(aside(&room), Vec::<String>::new(), "nothing is left");
}
