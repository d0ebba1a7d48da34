//! New folders, names, the trash and texts of a real volume.

use std::time::Duration;

use slipway_contents::change::{EditedText, SaveOutcome};
use slipway_contents::place::{EntryPath, Place, PlaceId};
use slipway_labs::problem::ProblemKind;

use super::{IMAGE, Room, bed, fill, look, names};

fn path(text: &str) -> EntryPath {
    EntryPath(text.to_owned())
}

fn paths(texts: &[&str]) -> Vec<EntryPath> {
    texts.iter().map(|&text| path(text)).collect()
}

async fn shown(room: &Room, place: PlaceId, folder: &str) -> Vec<String> {
    let page = room.list(place, folder).await;
    names(&page).iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_folder_belongs_to_whoever_has_the_one_around_it() {
    fill(
        "folders-vol",
        "mkdir work && chown 1000:100 work && ln -s / out && ln -s work in",
    );
    let room = Room::new().await;
    let place = room.open("folders-vol").await;
    let made = room
        .contents
        .make_folder(place, path("work"), "Übersicht 1")
        .await;
    assert_eq!(made.unwrap(), path("work/Übersicht 1"));
    assert_eq!(
        look("folders-vol", "stat -c '%u:%g %a' 'work/Übersicht 1'").trim(),
        "1000:100 755"
    );
    let taken = room
        .contents
        .make_folder(place, path("work"), "Übersicht 1")
        .await;
    let taken = taken.unwrap_err();
    assert_eq!(taken.kind, ProblemKind::NameTaken);
    assert_eq!(taken.field.as_deref(), Some("name"));
    let wrong = room.contents.make_folder(place, path("work"), "a/b").await;
    assert_eq!(wrong.unwrap_err().field.as_deref(), Some("name"));
    room.contents
        .make_folder(place, path("out"), "escaped")
        .await
        .unwrap_err();
    room.contents
        .make_folder(place, path("in"), "through")
        .await
        .unwrap();
    assert_eq!(
        look("folders-vol", "find work -mindepth 1 | sort").trim(),
        "work/through\nwork/Übersicht 1"
    );
    assert_eq!(shown(&room, place, "").await, ["in", "work", "out"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_root_gets_folders_that_the_lab_can_work_in() {
    fill("roots-lab-vol", "mkdir shared");
    bed()
        .docker(&[
            "create",
            "--name",
            "works-as-1000",
            "--user",
            "1000:100",
            "-v",
            "roots-lab-vol:/v",
            IMAGE,
        ])
        .unwrap();
    let room = Room::new().await;
    room.until("the lab", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "works-as-1000")
    })
    .await;
    let place = room.open("roots-lab-vol").await;
    room.contents
        .make_folder(place, path(""), "mine")
        .await
        .unwrap();
    assert_eq!(
        look("roots-lab-vol", "stat -c %u:%g mine").trim(),
        "1000:100"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_change_and_nothing_is_written_over() {
    fill(
        "names-vol",
        r#"printf 1 > a; printf 2 > b; mkdir d; printf x > "$(printf 'bad\nname\377')""#,
    );
    let room = Room::new().await;
    let place = room.open("names-vol").await;
    let taken = room
        .contents
        .rename(place, path("a"), "b")
        .await
        .unwrap_err();
    assert_eq!(
        (taken.kind, taken.field.as_deref()),
        (ProblemKind::NameTaken, Some("name"))
    );
    assert_eq!(look("names-vol", "cat a b"), "12");
    let odd = room.list(place, "").await.rows;
    let odd = odd.iter().find(|row| row.odd_name).unwrap().path.clone();
    let renamed = room.contents.rename(place, odd, "good name").await.unwrap();
    assert_eq!(renamed, path("good name"));
    assert_eq!(
        room.contents.rename(place, path("a"), "a").await.unwrap(),
        path("a")
    );
    let moved = room
        .contents
        .move_entries(place, paths(&["a", "good name"]), path("d"))
        .await;
    assert_eq!(moved.unwrap(), paths(&["d/a", "d/good name"]));
    let gone = room
        .contents
        .rename(place, path("a"), "c")
        .await
        .unwrap_err();
    assert_eq!(gone.kind, ProblemKind::Gone);
    assert_eq!(look("names-vol", "ls d; cat d/a").trim(), "a\ngood name\n1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_comes_back_beside_what_has_its_name_by_then() {
    fill(
        "trash-vol",
        "mkdir -p work/deep && printf one > work/deep/report.ipynb && printf 22 > work/b && chown -R 1000:100 work",
    );
    let room = Room::new().await;
    let place = room.open("trash-vol").await;
    let first = room
        .contents
        .trash(place, paths(&["work/deep/report.ipynb"]))
        .await
        .unwrap();
    fill("trash-vol", "printf two > work/deep/report.ipynb");
    let second = room
        .contents
        .trash(place, paths(&["work/deep", "work/b"]))
        .await
        .unwrap();
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(shown(&room, place, "work").await, Vec::<String>::new());
    let trash = room.contents.list_trash(place).await.unwrap();
    let listed: Vec<_> = trash
        .entries
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!(listed, ["b", "deep", "report.ipynb"], "newest first");
    assert_eq!((trash.files, trash.bytes.0), (3, 8));
    let back = room
        .contents
        .restore_trashed(place, vec![second[0].clone()])
        .await
        .unwrap();
    assert_eq!(back, paths(&["work/deep"]));
    let back = room
        .contents
        .restore_trashed(place, first.clone())
        .await
        .unwrap();
    assert_eq!(back, paths(&["work/deep/report (2).ipynb"]));
    let twice = room
        .contents
        .restore_trashed(place, first)
        .await
        .unwrap_err();
    assert_eq!(twice.kind, ProblemKind::Gone);
    fill("trash-vol", "mv work away");
    let back = room
        .contents
        .restore_trashed(place, vec![second[1].clone()])
        .await
        .unwrap();
    assert_eq!(back, paths(&["work/b"]), "its folder is made again");
    assert_eq!(
        look(
            "trash-vol",
            "cat away/deep/*2*.ipynb; stat -c %u:%g work/b; cat work/b"
        )
        .trim(),
        "one1000:100\n22"
    );
    room.contents.trash(place, paths(&["away"])).await.unwrap();
    room.contents.empty_trash(place).await.unwrap();
    assert!(
        room.contents
            .list_trash(place)
            .await
            .unwrap()
            .entries
            .is_empty()
    );
    assert_eq!(look("trash-vol", "find . -name '*.ipynb'"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_deleted_keeps_the_others() {
    fill("keeps-vol", "printf 1 > a; printf 2 > b");
    let room = Room::new().await;
    let place = room.open("keeps-vol").await;
    let refused = room
        .contents
        .trash(place, paths(&["a", "gone", "b"]))
        .await
        .unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Gone);
    assert_eq!(shown(&room, place, "").await, ["a", "b"]);
    assert!(
        room.contents
            .list_trash(place)
            .await
            .unwrap()
            .entries
            .is_empty()
    );
    room.contents.trash(place, paths(&[""])).await.unwrap_err();
}

async fn saved(room: &Room, place: PlaceId, edited: EditedText) -> String {
    match room.contents.save_text(place, edited).await.unwrap() {
        SaveOutcome::Saved { version } => version,
        SaveOutcome::Overtaken { now, .. } => panic!("overtaken by {}", now.text),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_saved_over_the_state_that_was_read_and_no_other() {
    fill(
        "texts-vol",
        r"printf '\357\273\277a\r\nb\r\n' > win.txt; chown 1000:100 win.txt; chmod 640 win.txt; ln -s win.txt link; printf 'a\0b' > raw; printf '\344' > latin; head -c 1048577 /dev/zero | tr '\0' a > long",
    );
    let room = Room::new().await;
    let place = room.open("texts-vol").await;
    let mut text = room
        .contents
        .read_text(place, path("win.txt"))
        .await
        .unwrap();
    assert_eq!(text.text, "a\nb\n");
    text.text = "a\nnew\nb\n".to_owned();
    let version = saved(&room, place, text.clone()).await;
    assert_eq!(
        look(
            "texts-vol",
            "od -An -c win.txt | tr -d ' \n'; stat -c ' %u:%g %a' win.txt"
        )
        .trim(),
        r"357273277a\r\nnew\r\nb\r\n 1000:100 640"
    );
    // The lab saves meanwhile.
    fill("texts-vol", "printf 'theirs\n' > win.txt");
    let mine = EditedText {
        version,
        ..text.clone()
    };
    let now = match room.contents.save_text(place, mine.clone()).await.unwrap() {
        SaveOutcome::Overtaken { now, .. } => now,
        SaveOutcome::Saved { .. } => panic!("it was written over"),
    };
    assert_eq!(now.text, "theirs\n");
    assert_eq!(look("texts-vol", "cat win.txt"), "theirs\n");
    let kept = EditedText {
        version: now.version,
        ..mine.clone()
    };
    saved(&room, place, kept).await;
    assert_eq!(look("texts-vol", "cat win.txt"), "a\nnew\nb\n");
    // Through a link the text is written and the link stays.
    let mut linked = room.contents.read_text(place, path("link")).await.unwrap();
    linked.text.push_str("end");
    saved(&room, place, linked).await;
    assert_eq!(
        look("texts-vol", "readlink link; tail -n 1 win.txt"),
        "win.txt\nend"
    );
    for refused in ["raw", "latin", "long"] {
        let problem = room
            .contents
            .read_text(place, path(refused))
            .await
            .unwrap_err();
        assert!(problem.title.contains(refused), "{problem:?}");
    }
    fill("texts-vol", "rm win.txt");
    let gone = room.contents.save_text(place, mine).await.unwrap_err();
    assert_eq!(gone.kind, ProblemKind::Gone);
    let copy = room
        .contents
        .create_text(place, path(""), "copy.txt", "mine\n")
        .await;
    assert_eq!(copy.unwrap().path, path("copy.txt"));
    let taken = room
        .contents
        .create_text(place, path(""), "copy.txt", "again")
        .await;
    assert_eq!(taken.unwrap_err().field.as_deref(), Some("name"));
    assert_eq!(look("texts-vol", "cat copy.txt"), "mine\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_volume_the_text_before_stays_whole() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--driver",
            "local",
            "--opt",
            "type=tmpfs",
            "--opt",
            "device=tmpfs",
            "--opt",
            "o=size=64k",
            "tiny-vol",
        ])
        .unwrap();
    // A volume of memory lasts as long as a container has it.
    bed()
        .docker(&[
            "run",
            "--detach",
            "--name",
            "keeps-tiny-vol",
            "--network",
            "none",
            "--entrypoint",
            "/bin/busybox",
            "-v",
            "tiny-vol:/v",
            IMAGE,
            "sh",
            "-c",
            "printf whole > /v/a; head -c 50000 /dev/zero > /v/fill; exec sleep 600",
        ])
        .unwrap();
    let room = Room::new().await;
    let place = room.open("tiny-vol").await;
    let written = tokio::time::timeout(Duration::from_mins(2), async {
        loop {
            match room.contents.read_text(place, path("a")).await {
                Ok(text) if text.text == "whole" => break text,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    });
    let mut text = written.await.unwrap();
    text.text = "x".repeat(60_000);
    let full = room.contents.save_text(place, text).await.unwrap_err();
    assert_eq!(full.kind, ProblemKind::DiskFull, "{full:?}");
    assert_eq!(look("tiny-vol", "cat a; ls -A"), "wholea\nfill\n");
    bed().docker(&["rm", "--force", "keeps-tiny-vol"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lab_may_only_read_is_not_changed_here_either() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "1").unwrap();
    let source = folder.path().to_str().unwrap();
    let mount = format!("{source}:/v:ro");
    bed()
        .docker(&["create", "--name", "only-reads", "-v", &mount, IMAGE])
        .unwrap();
    let room = Room::new().await;
    room.until("the lab", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "only-reads")
    })
    .await;
    let opened = room
        .contents
        .open(Place::Folder {
            path: source.to_owned(),
        })
        .await
        .unwrap();
    let refused = room
        .contents
        .make_folder(opened.id, path(""), "b")
        .await
        .unwrap_err();
    assert_eq!(Some(refused.message), opened.read_only);
    room.contents
        .trash(opened.id, paths(&["a"]))
        .await
        .unwrap_err();
    assert!(folder.path().join("a").is_file());
}
