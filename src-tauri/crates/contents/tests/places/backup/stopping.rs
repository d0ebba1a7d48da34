//! Work that ends early leaves nothing half-made.

use slipway_contents::backup::{AddedBackup, RestoreTarget};
use slipway_contents::jobs::{JobState, StepProgress};
use slipway_labs::problem::ProblemKind;
use slipway_testbed::process::command;

use super::super::{Room, bed, fill, gone};
use super::{all_of, in_folder, volumes};

const BIG: &str = "mkdir a; for i in 1 2 3 4 5 6; do dd if=/dev/urandom of=a/$i bs=1048576 count=8 2>/dev/null; done; touch -d '2020-01-01 00:00:00' .";

fn is_stopped(state: &JobState) -> bool {
    matches!(state, JobState::Cancelled { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_stopped_leaves_nothing() {
    fill("stop-vol", BIG);
    let room = Room::new().await;
    room.knows("stop-vol").await;
    let id = room.contents.back_up("stop-vol", false).unwrap();
    room.contents.cancel_job(id);
    assert!(is_stopped(&room.end_of(id).await));
    assert!(in_folder(&room.backups_folder()).is_empty());
    let id = room.contents.back_up("stop-vol", false).unwrap();
    room.shown_job(id, "some bytes", |job| job.bytes.0 > 0 || job.is_over())
        .await;
    room.contents.cancel_job(id);
    let ended = room.end_of(id).await;
    let left = in_folder(&room.backups_folder());
    assert_eq!(left.is_empty(), is_stopped(&ended), "{left:?}");
    gone(bed(), "stop-vol").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_stopped_leaves_what_was_there() {
    fill("halt-vol", BIG);
    let room = Room::new().await;
    let backup = room.kept("halt-vol").await;
    let job = room.restore_new(&backup.file, "halt-new").await;
    room.contents.cancel_job(job);
    assert!(is_stopped(&room.end_of(job).await));
    assert!(!volumes().contains(&"halt-new".to_owned()));

    fill(
        "halt-vol",
        "rm -r a; printf mine > mine; mkdir b; printf 2 > b/c; touch -d '2021-01-01 00:00:00' b .",
    );
    let before = all_of("halt-vol");
    room.unused("halt-vol").await;
    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    room.shown_job(job, "the writing", |job| {
        job.is_over() || job.steps[2].progress == StepProgress::Running && job.bytes.0 > 0
    })
    .await;
    room.contents.cancel_job(job);
    // It may have been done in this moment; then the new state is whole.
    match room.end_of(job).await {
        JobState::Cancelled { .. } => super::similar_asserts(&all_of("halt-vol"), &before),
        JobState::Done { .. } => assert!(all_of("halt-vol").contains("./a/6|")),
        other => panic!("{other:?}"),
    }
    gone(bed(), "halt-vol").await;
}

/// The state that an app leaves that is killed in the middle: all of it comes back at the next start.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_whose_app_was_killed_is_taken_back_at_the_next_start() {
    fill(
        "kill-vol",
        "mkdir b; printf 2 > b/c; printf mine > mine; touch -d '2021-01-01 00:00:00' b",
    );
    let before = all_of("kill-vol");
    fill(
        "kill-vol",
        "mkdir .slipway-before-restore-7; mv b mine .slipway-before-restore-7; mkdir b; printf half > b/new; printf new > x",
    );
    for (volume, made) in [("kill-new", "one"), ("kill-other", "two")] {
        let label = format!("io.slipway.made={made}");
        bed()
            .docker(&["volume", "create", "--label", &label, volume])
            .unwrap();
    }
    fill("kill-new", "printf half > a");
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("keeping");
    std::fs::create_dir(&settings).unwrap();
    let since = jiff::Timestamp::now().as_millisecond();
    let written = serde_json::json!({
        "version": 1,
        "kept": [
            {"volume": "kill-vol", "before": ".slipway-before-restore-7", "done": false, "since": since},
            {"volume": "kill-new", "made": "one", "before": null, "since": since},
            // Another volume of the same name, and one that is on another engine.
            {"volume": "kill-other", "made": "three", "before": null, "since": since},
            {"volume": "gone-vol", "made": "four", "before": null, "since": since},
        ],
    });
    std::fs::write(settings.join("unfinished.json"), written.to_string()).unwrap();
    let room = Room::over(bed(), folder).await;
    super::until("both are crossed out", || {
        let text =
            std::fs::read_to_string(room.folder.path().join("keeping/unfinished.json")).unwrap();
        !text.contains("kill-vol") && !text.contains("kill-new")
    })
    .await;
    assert!(!volumes().contains(&"kill-new".to_owned()));
    assert!(volumes().contains(&"kill-other".to_owned()));
    let text = std::fs::read_to_string(room.folder.path().join("keeping/unfinished.json")).unwrap();
    assert!(
        text.contains("gone-vol"),
        "its engine may come back: {text}"
    );
    let but_root = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with(".|"));
        lines.collect::<Vec<_>>().join("\n")
    };
    super::similar_asserts(&but_root(&all_of("kill-vol")), &but_root(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_from_elsewhere_can_be_stopped_on_its_way() {
    let room = Room::new().await;
    let file = room.folder.path().join("large.tar");
    let mut header = tar::Header::new_gnu();
    header.set_path("large").unwrap();
    header.set_mode(0o644);
    header.set_size(6 << 30);
    header.set_cksum();
    std::fs::write(&file, header.as_bytes()).unwrap();
    let large = std::fs::File::options().write(true).open(&file).unwrap();
    large.set_len((6 << 30) + 1536).unwrap();
    let AddedBackup::Coming { job } = room.contents.add_backup(file).await.unwrap() else {
        panic!("it lies elsewhere");
    };
    room.shown_job(job, "the first bytes", |job| job.bytes.0 > 0)
        .await;
    room.contents.cancel_job(job);
    assert!(is_stopped(&room.end_of(job).await));
    assert!(in_folder(&room.backups_folder()).is_empty());
    assert!(
        room.contents
            .backups(None)
            .await
            .unwrap()
            .backups
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_nothing_and_is_told() {
    fill("full-vol", BIG);
    let room = Room::new().await;
    room.knows("full-vol").await;
    let folder = room.backups_folder();
    std::fs::create_dir(&folder).unwrap();
    // Enough that it is tried, and too little for what does not pack.
    let mounted = command("mount")
        .args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"])
        .arg(&folder)
        .output()
        .is_ok_and(|done| done.status.success());
    if !mounted {
        println!("not tested: a disk cannot be mounted without being root");
        return;
    }
    let id = room.contents.back_up("full-vol", false).unwrap();
    let ended = room.end_of(id).await;
    let left = in_folder(&folder);
    let smaller = command("mount")
        .args(["-o", "remount,size=1m"])
        .arg(&folder)
        .output()
        .is_ok_and(|done| done.status.success());
    let id = room.contents.back_up("full-vol", false).unwrap();
    let refused = room.end_of(id).await;
    let unmounted = command("umount").arg(&folder).output().unwrap();
    assert!(smaller && unmounted.status.success());
    let JobState::Failed { problem } = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(problem.kind, ProblemKind::DiskFull, "{problem}");
    assert!(left.is_empty(), "{left:?}");
    let JobState::Failed { problem } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        problem.title,
        "There is too little room on this computer for the backup."
    );
}
