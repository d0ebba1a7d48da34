//! Names that are taken, with every answer.

use std::collections::BTreeMap;

use slipway_contents::jobs::{ConflictAnswer, JobState};

use super::super::{Room, fill};
use super::{done, names_in, say};

#[tokio::test(flavor = "multi_thread")]
async fn a_download_asks_for_each_name_that_is_taken() {
    fill(
        "ask-down-vol",
        "mkdir -p d/in; for n in a b c; do printf new > d/$n; printf new > d/in/$n; done; printf new > top",
    );
    let here = tempfile::tempdir().unwrap();
    let to = here.path();
    std::fs::create_dir_all(to.join("d/in")).unwrap();
    for name in ["d/a", "d/b", "d/c", "d/in/a", "top"] {
        std::fs::write(to.join(name), "old").unwrap();
    }
    let room = Room::new().await;
    let place = room.open("ask-down-vol").await;
    let down = room.download(place, &["d", "top"], to).await;
    let mut seen = Vec::new();
    for (answer, for_all) in [
        (ConflictAnswer::Skip, false),
        (ConflictAnswer::Replace, false),
        (ConflictAnswer::KeepBoth, false),
        (ConflictAnswer::Skip, true),
    ] {
        let before = seen.last().cloned();
        let job = room
            .job(down, "the next question", |job| match &job.state {
                JobState::Asking { conflict } => Some(&conflict.name) != before.as_ref(),
                _ => false,
            })
            .await;
        let JobState::Asking { conflict } = job.state else {
            panic!("it asks");
        };
        assert!(!conflict.there.folder && !conflict.coming.folder);
        seen.push(conflict.name);
        room.contents.answer_conflict(down, answer, for_all);
    }
    assert_eq!(seen, ["top", "a", "b", "c"], "what can be asked early is");
    done(room.ended(down).await);
    let text = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert_eq!(text("top"), "old", "skipped");
    assert_eq!(text("d/a"), "new", "replaced");
    assert_eq!((&*text("d/b"), &*text("d/b (2)")), ("old", "new"), "both");
    assert_eq!(
        (&*text("d/c"), &*text("d/in/a")),
        ("old", "old"),
        "all others skipped"
    );
    assert_eq!(names_in(to), ["d", "top"]);
    assert_eq!(names_in(&to.join("d")), ["a", "b", "b (2)", "c", "in"]);
    assert_eq!(names_in(&to.join("d/in")), ["a", "b", "c"], "merged");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_asks_for_each_name_that_is_taken() {
    fill(
        "ask-up-vol",
        "mkdir -p w/d; cd w; for n in d/a d/b d/c 'd/b (2)' mixed; do printf old > \"$n\"; done; mkdir deep",
    );
    let here = tempfile::tempdir().unwrap();
    let d = here.path().join("d");
    std::fs::create_dir_all(d.join("new")).unwrap();
    for name in ["a", "b", "c", "new/x"] {
        std::fs::write(d.join(name), "new").unwrap();
    }
    let mixed = here.path().join("mixed");
    std::fs::create_dir(&mixed).unwrap();
    std::fs::write(mixed.join("inner"), "new").unwrap();
    let room = Room::new().await;
    let place = room.open("ask-up-vol").await;
    let up = room.upload(place, "w", &[d, mixed]).await;
    let mut answers = BTreeMap::from([
        ("a".to_owned(), ConflictAnswer::Replace),
        ("b".to_owned(), ConflictAnswer::KeepBoth),
        ("c".to_owned(), ConflictAnswer::Skip),
        ("mixed".to_owned(), ConflictAnswer::Replace),
    ]);
    while !answers.is_empty() {
        let left = answers.clone();
        let job = room
            .job(up, "the next question", |job| match &job.state {
                JobState::Asking { conflict } => left.contains_key(&conflict.name),
                _ => job.is_over(),
            })
            .await;
        let JobState::Asking { conflict } = job.state else {
            panic!("it asks for {left:?}: {:?}", job.state);
        };
        assert_eq!(conflict.more as usize, answers.len() - 1);
        if conflict.name == "b" {
            assert_eq!(conflict.both_name, "b (3)", "a name that is free");
            assert_eq!(conflict.folder, "w/d");
        }
        let answer = answers.remove(&conflict.name).unwrap();
        room.contents.answer_conflict(up, answer, false);
    }
    let (summary, cautions) = done(room.ended(up).await);
    assert_eq!(summary, "4 files, 12 bytes. Checked.");
    assert_eq!(cautions.len(), 1, "{cautions:?}");
    let shown = say(
        "ask-up-vol",
        "0",
        "cd w; for n in d/a d/b 'd/b (2)' 'd/b (3)' d/c d/new/x mixed 'mixed (2)/inner'; do \
         echo \"$n $(cat \"$n\")\"; done; find . -name '.slipway*'",
    );
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "d/a new",
            "d/b old",
            "d/b (2) old",
            "d/b (3) new",
            "d/c old",
            "d/new/x new",
            "mixed old",
            "mixed (2)/inner new",
        ]
    );
}
