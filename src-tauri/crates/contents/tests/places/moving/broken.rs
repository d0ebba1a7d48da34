//! Stopped by a person, or broken off.

use slipway_contents::jobs::{ConflictAnswer, JobState};

use super::super::{Room, bed, fill, portholes_on};
use super::{large, names_in, say};

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_stopped_leaves_nothing() {
    fill(
        "stop-down-vol",
        "mkdir d; printf 1 > d/small; head -c 400000000 /dev/zero | tr '\\0' x > d/large",
    );
    let here = tempfile::tempdir().unwrap();
    let to = here.path();
    std::fs::create_dir(to.join("d")).unwrap();
    std::fs::write(to.join("d/small"), "old").unwrap();
    let room = Room::new().await;
    let place = room.open("stop-down-vol").await;
    let down = room.download(place, &["d"], to).await;
    room.job(down, "bytes", |job| job.bytes.0 > 1_000_000).await;
    room.contents.cancel_job(down);
    let job = room.ended(down).await;
    assert!(matches!(job.state, JobState::Cancelled { .. }), "{job:?}");
    assert_eq!(names_in(to), ["d"]);
    assert_eq!(names_in(&to.join("d")), ["small"]);
    // Also when everything is here and only a name is missing.
    let down = room.download(place, &["d/small"], &to.join("d")).await;
    room.asked(down).await;
    room.contents.cancel_job(down);
    room.ended(down).await;
    assert_eq!(names_in(&to.join("d")), ["small"]);
    assert_eq!(std::fs::read_to_string(to.join("d/small")).unwrap(), "old");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_stopped_takes_away_what_it_made() {
    fill(
        "stop-up-vol",
        "mkdir d; printf old > d/kept; printf old > d/zz-large",
    );
    let here = tempfile::tempdir().unwrap();
    let d = here.path().join("d");
    std::fs::create_dir_all(d.join("inner")).unwrap();
    std::fs::write(d.join("inner/first"), "new").unwrap();
    large(&d.join("zz-large"));
    std::fs::write(d.join("kept"), "new").unwrap();
    let room = Room::new().await;
    let place = room.open("stop-up-vol").await;
    let up = room.upload(place, "", &[d]).await;
    room.asked(up).await;
    room.contents
        .answer_conflict(up, ConflictAnswer::Replace, true);
    room.job(up, "bytes of the large one", |job| job.bytes.0 > 1_000_000)
        .await;
    room.contents.cancel_job(up);
    let job = room.ended(up).await;
    let JobState::Cancelled { cautions } = &job.state else {
        panic!("{job:?}");
    };
    let shown = say(
        "stop-up-vol",
        "0",
        "find . | sort; cat d/kept d/zz-large | head -c 20",
    );
    // Which of the two is sent first, the disk decides.
    let replaced = "1 file had been replaced before and stays as it is now.";
    let (kept, told) = if cautions.is_empty() {
        ("oldold", Vec::new())
    } else {
        ("newold", vec![replaced.to_owned()])
    };
    assert_eq!(
        shown.split_whitespace().collect::<Vec<_>>(),
        [".", "./d", "./d/kept", "./d/zz-large", kept]
    );
    assert_eq!(*cautions, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_the_old_file_whole() {
    fill("broken-vol", "printf old > large");
    let here = tempfile::tempdir().unwrap();
    large(&here.path().join("large"));
    let room = Room::new().await;
    let place = room.open("broken-vol").await;
    let up = room.upload(place, "", &[here.path().join("large")]).await;
    room.asked(up).await;
    room.contents
        .answer_conflict(up, ConflictAnswer::Replace, false);
    room.job(up, "bytes", |job| job.bytes.0 > 1_000_000).await;
    for id in portholes_on(bed(), "broken-vol") {
        // The one that looks may have gone by itself.
        let _ = bed().docker(&["kill", &id]);
    }
    let job = room.ended(up).await;
    let JobState::Failed { problem } = &job.state else {
        panic!("{job:?}");
    };
    assert_eq!(problem.title, "The upload broke off.");
    assert_eq!(say("broken-vol", "0", "cat large"), "old");
}
