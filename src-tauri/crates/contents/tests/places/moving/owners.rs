//! Whose an upload is, and where none is taken.

use std::path::Path;

use slipway_contents::place::EntryPath;

use super::super::{IMAGE, Room, bed, fill};
use super::{done, mode, say};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_uploaded_can_be_saved_by_the_lab() {
    fill("owner-vol", "mkdir work; chown 1000:100 work");
    fill("fresh-vol", "true");
    bed()
        .docker(&[
            "create",
            "--name",
            "fresh-lab",
            "--user",
            "1234:1234",
            "-v",
            "fresh-vol:/work",
            IMAGE,
        ])
        .unwrap();
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("project");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("notes.md"), "one\n").unwrap();
    mode(&folder.join("notes.md"), 0o600);
    let room = Room::new().await;
    room.until("the lab", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "fresh-lab")
    })
    .await;
    for (volume, into, user) in [
        ("owner-vol", "work", "1000:100"),
        ("fresh-vol", "", "1234:1234"),
    ] {
        let place = room.open(volume).await;
        let up = room
            .upload(place, into, std::slice::from_ref(&folder))
            .await;
        done(room.ended(up).await);
        let project = Path::new(into).join("project");
        let script = format!(
            "cd {} && echo two >> notes.md && touch other && cat notes.md && stat -c %u:%g . notes.md",
            project.display()
        );
        assert_eq!(
            say(volume, user, &script).lines().collect::<Vec<_>>(),
            ["one", "two", user, user]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_may_only_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let mount = format!("{path}:/work:ro");
    bed()
        .docker(&["create", "--name", "reading-lab", "-v", &mount, IMAGE])
        .unwrap();
    let room = Room::new().await;
    room.until("the lab", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "reading-lab")
    })
    .await;
    let place = slipway_contents::place::Place::Folder { path };
    let opened = room.contents.open(place).await.unwrap();
    let source = folder.path().join("x");
    std::fs::write(&source, "x").unwrap();
    let refused = room
        .contents
        .upload(opened.id, EntryPath::default(), vec![source])
        .await
        .unwrap_err();
    assert_eq!(refused.title, "Nothing can be uploaded here.");
    assert_eq!(Some(refused.message), opened.read_only);
}
