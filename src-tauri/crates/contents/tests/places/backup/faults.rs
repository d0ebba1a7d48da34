//! A restore into the same volume whose disk becomes full, or whose engine is killed in the middle.

use std::path::PathBuf;
use std::process::Stdio;

use slipway_contents::backup::RestoreTarget;
use slipway_contents::jobs::{JobState, StepProgress};
use slipway_labs::problem::ProblemKind;
use slipway_testbed::process::privileged;
use slipway_testbed::{Bed, UnixRecorder};

use super::super::{IMAGE, Room, fill_in, gone, kind, say_in};

/// All of it as another program sees it, but for the root's own line: its time is that of the way back.
const ALL: &str = r"
    find . -mindepth 1 -exec stat -c '%n|%F|%a|%u|%g|%y' {} \; | sort
    find . ! -type d -exec stat -c '%n|%h|%s' {} \; | sort
    find . -type f -exec sha256sum {} \; | sort
";

fn all_in(bed: &Bed, volume: &str) -> String {
    say_in(bed, volume, "0", ALL)
}

/// A disk of this computer with room for few names, as a volume of the bed's engine.
struct FewNames {
    folder: tempfile::TempDir,
    volume: &'static str,
}

impl FewNames {
    /// Bytes there are enough of, so that only the names run out, and always at the same one.
    fn new(volume: &'static str, names: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = privileged("mount")
            .unwrap()
            .args(["-t", "tmpfs", "-o"])
            .arg(format!("size=64m,nr_inodes={names},mode=755"))
            .arg("tmpfs")
            .arg(folder.path())
            .status();
        assert!(mounted.unwrap().success(), "a small disk is mounted");
        Self { folder, volume }
    }

    /// The engine sees mounts of this computer that were there when it began.
    fn give_to(&self, bed: &Bed) {
        let device = format!("device={}", self.folder.path().display());
        let bind = ["--opt", "type=none", "--opt", "o=bind", "--opt", &device];
        bed.docker(&[&["volume", "create"][..], &bind[..], &[self.volume]].concat())
            .unwrap();
    }
}

impl Drop for FewNames {
    fn drop(&mut self) {
        let unmounted = privileged("umount")
            .unwrap()
            .arg("--lazy")
            .arg(self.folder.path())
            .stderr(Stdio::null())
            .status();
        assert!(unmounted.is_ok_and(|done| done.success()), "it goes again");
    }
}

impl Room {
    fn unfinished(&self) -> String {
        let file: PathBuf = self.folder.path().join("keeping/unfinished.json");
        std::fs::read_to_string(file).unwrap_or_default()
    }

    async fn verified(&self, file: &str) {
        let job = self.contents.verify_backup(file).await.unwrap();
        self.done(job).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_becomes_full_in_a_restore_leaves_the_state_before() {
    // The old state and the new one have no room beside each other: 150 names each, and 250 in all.
    let disk = FewNames::new("few-vol", 250);
    let bed = Bed::start(kind()).unwrap();
    bed.load(IMAGE).unwrap();
    disk.give_to(&bed);
    fill_in(
        &bed,
        "few-vol",
        "mkdir a; for n in $(seq 148); do printf $n > a/$n; done",
    );
    let room = Room::over(&bed, tempfile::tempdir().unwrap()).await;
    let backup = room.kept("few-vol").await;
    fill_in(
        &bed,
        "few-vol",
        "rm -r a; mkdir b; for n in $(seq 147); do printf mine-$n > b/$n; done; chown -R 1000:100 b; printf x > top; touch -d '2021-01-01 00:00:00' b top",
    );
    let before = all_in(&bed, "few-vol");
    room.unused("few-vol").await;
    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    let problem = room.failed(job).await;
    assert_eq!(problem.kind, ProblemKind::DiskFull, "{problem}");
    assert_eq!(
        problem.title, "The disk of the engine is full.",
        "{problem}"
    );
    super::similar_asserts(&all_in(&bed, "few-vol"), &before);
    assert!(
        !room.unfinished().contains("few-vol"),
        "nothing is left to be done: {}",
        room.unfinished()
    );
    // What was there is in a backup too, and that is whole.
    room.unused("few-vol").await;
    let first = room.newest("few-vol").await;
    assert!(
        first.remark.starts_with("Made before the restore of "),
        "{first:?}"
    );
    room.verified(&first.file).await;

    // Not even one more name fits: the way back makes none.
    let fill = "for n in $(seq 300); do touch fill-$n 2>/dev/null || break; done; true";
    fill_in(&bed, "few-vol", fill);
    let before = all_in(&bed, "few-vol");
    room.unused("few-vol").await;
    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    let problem = room.failed(job).await;
    assert_eq!(problem.kind, ProblemKind::DiskFull, "{problem}");
    super::similar_asserts(&all_in(&bed, "few-vol"), &before);
    assert!(!room.unfinished().contains("few-vol"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_in_a_restore_leaves_one_of_the_two_states() {
    // An engine of its own: others are not to lose theirs.
    let bed = Bed::start(kind()).unwrap();
    bed.load(IMAGE).unwrap();
    fill_in(
        &bed,
        "struck-vol",
        "mkdir a; for n in 1 2 3 4 5 6 7 8; do head -c 8000000 /dev/urandom > a/$n; done",
    );
    let line = UnixRecorder::start(&bed.socket()).unwrap();
    let room = Room::at(line.docker_host(), tempfile::tempdir().unwrap()).await;
    let backup = room.kept("struck-vol").await;
    fill_in(
        &bed,
        "struck-vol",
        "rm -r a; mkdir b; printf mine > b/c; ln -s c b/d; chown -R 1000:100 b; touch -d '2021-01-01 00:00:00' b/c b",
    );
    let before = all_in(&bed, "struck-vol");
    room.unused("struck-vol").await;
    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    // Over this line the new state takes a quarter of an hour, so it is met in the middle; then all is gone.
    line.limit(Some(65_536));
    super::until("the old state is about to be put out of the way", || {
        room.unfinished().contains("struck-vol")
    })
    .await;
    let written = room
        .shown_job(job, "the writing", |job| {
            job.is_over() || job.steps[2].progress == StepProgress::Running
        })
        .await;
    assert!(!written.is_over(), "it is met at work: {written:?}");
    bed.kill_engine().unwrap();
    line.limit(None);
    let problem = match room.end_of(job).await {
        JobState::Failed { problem } => problem,
        other => panic!("without its engine it cannot end well: {other:?}"),
    };
    assert_eq!(problem.title, "struck-vol is between two states.");
    assert!(room.unfinished().contains("struck-vol"), "it is remembered");
    bed.start_engine().unwrap();

    // As soon as the engine answers, what was there is put back.
    super::until("it is crossed out", || {
        !room.unfinished().contains("struck-vol")
    })
    .await;
    super::similar_asserts(&all_in(&bed, "struck-vol"), &before);
    gone(&bed, "struck-vol").await;
    let first = room.newest("struck-vol").await;
    assert!(
        first.remark.starts_with("Made before the restore of "),
        "{first:?}"
    );
    room.verified(&first.file).await;

    // And it can be restored after all.
    room.unused("struck-vol").await;
    let job = room
        .contents
        .restore(&backup.file, RestoreTarget::SameVolume)
        .await
        .unwrap();
    room.done(job).await;
    let restored = all_in(&bed, "struck-vol");
    assert!(
        restored.contains("./a/8|") && !restored.contains("./b/c|"),
        "{restored}"
    );
}
