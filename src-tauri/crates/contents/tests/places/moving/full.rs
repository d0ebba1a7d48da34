//! Full disks, on both ends.

use slipway_contents::jobs::JobState;
use slipway_labs::problem::ProblemKind;
use slipway_testbed::process::privileged;

use super::super::{Room, bed, fill};
use super::{done, large, names_in, say};

/// A small disk of this computer.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = privileged("mount")
            .unwrap()
            .args(["-t", "tmpfs", "-o", "size=4m,mode=777", "tmpfs"])
            .arg(folder.path())
            .status();
        assert!(mounted.unwrap().success(), "a small disk is mounted");
        Self(folder)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = privileged("umount").unwrap().arg(self.0.path()).status();
        assert!(unmounted.unwrap().success(), "it is taken away again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_here_is_one_sentence_and_leaves_nothing() {
    fill(
        "full-down-vol",
        "head -c 9000000 /dev/urandom > large; mkdir many; i=0; \
         while [ $i -lt 1500 ]; do printf 123 > many/$i; i=$((i+1)); done",
    );
    let disk = SmallDisk::new();
    let room = Room::new().await;
    let place = room.open("full-down-vol").await;
    // Of the first it is known beforehand; small files take more than their bytes say.
    for path in ["large", "many"] {
        let down = room.download(place, &[path], disk.0.path()).await;
        let job = room.ended(down).await;
        let JobState::Failed { problem } = &job.state else {
            panic!("{job:?}");
        };
        assert_eq!(problem.kind, ProblemKind::DiskFull, "{problem}");
        assert_eq!(names_in(disk.0.path()), [""; 0], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_volume_is_one_sentence_and_keeps_what_was_there() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--opt",
            "type=tmpfs",
            "--opt",
            "device=tmpfs",
            "--opt",
            "o=size=4m",
            "full-up-vol",
        ])
        .unwrap();
    let here = tempfile::tempdir().unwrap();
    let many = here.path().join("many");
    std::fs::create_dir(&many).unwrap();
    for number in 0..1500 {
        std::fs::write(many.join(number.to_string()), "123").unwrap();
    }
    large(&here.path().join("large"));
    let room = Room::new().await;
    let place = room.open("full-up-vol").await;
    for name in ["large", "many"] {
        let up = room.upload(place, "", &[here.path().join(name)]).await;
        let job = room.ended(up).await;
        let JobState::Failed { problem } = &job.state else {
            panic!("{name}: {job:?}");
        };
        assert_eq!(problem.kind, ProblemKind::DiskFull, "{problem}");
        assert_eq!(say("full-up-vol", "0", "ls -A"), "", "{name}");
    }
    let small = here.path().join("small");
    std::fs::write(&small, "fits").unwrap();
    let up = room.upload(place, "", &[small]).await;
    done(room.ended(up).await);
}
