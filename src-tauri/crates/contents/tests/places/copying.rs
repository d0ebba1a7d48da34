//! Copying whole volumes and folders on a real engine.

use slipway_contents::jobs::{ConflictAnswer, Job, JobId, JobState};
use slipway_contents::place::Place;
use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;

use super::{IMAGE, Room, bed, fill, look, shows, volume_place};

/// Everything about everything in a volume, in an order of its own.
const ALL: &str = "find . -path ./.slipway-trash -prune -o -print | sort | while IFS= read -r f; do \
    stat -c '%n %F %a %u:%g %Y %s' \"$f\" | sed 's/directory .*/directory/'; \
    [ -L \"$f\" ] && readlink \"$f\"; [ -f \"$f\" ] && [ ! -L \"$f\" ] && sha256sum < \"$f\"; done; true";

const TREE: &str = "mkdir -p work/deep/er empty .slipway-trash && printf one > work/a.ipynb && printf two > work/deep/er/b && \
    ln work/a.ipynb work/hard && ln -s deep/er/b work/link && ln -s /etc/passwd work/out && printf gone > .slipway-trash/x && \
    touch -d '2019-03-04 05:06:07' work/a.ipynb && chmod 640 work/a.ipynb && chmod 700 empty && chown -R 1000:100 work && \
    head -c 300000 /dev/urandom > 'work/big ü.bin' && : > \"$(printf 'work/new\\nline')\"";

/// A job that is over.
pub(super) async fn ended(room: &Room, job: JobId) -> Job {
    room.ended(job).await
}

pub(super) async fn done(room: &Room, job: JobId) -> (String, Vec<String>) {
    super::moving::done(room.ended(job).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_is_the_same_in_everything() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--label",
            "team=churn",
            "--label",
            "com.docker.compose.project=other",
            "cloned-vol",
        ])
        .unwrap();
    fill("cloned-vol", TREE);
    let room = Room::new().await;
    let job = room
        .contents
        .clone_volume("cloned-vol", " the-clone ")
        .await
        .unwrap();
    let (summary, cautions) = done(&room, job).await;
    assert!(summary.contains("files"), "{summary}");
    assert_eq!(cautions, Vec::<String>::new());
    assert_eq!(look("the-clone", ALL), look("cloned-vol", ALL));
    assert_eq!(
        look("the-clone", "[ work/a.ipynb -ef work/hard ] && ls -A").trim(),
        "empty\nwork",
        "hard links are one file, and the trash stays behind"
    );
    let labels = bed()
        .docker(&[
            "volume",
            "inspect",
            "--format",
            "{{json .Labels}}",
            "the-clone",
        ])
        .unwrap();
    let mut labels: serde_json::Value = serde_json::from_str(&labels).unwrap();
    labels.as_object_mut().unwrap().remove("io.slipway.made");
    assert_eq!(labels, serde_json::json!({"team": "churn"}));
    let taken = room
        .contents
        .clone_volume("cloned-vol", "the-clone")
        .await
        .unwrap_err();
    assert_eq!(
        (taken.kind, taken.field.as_deref()),
        (ProblemKind::NameTaken, Some("name"))
    );
    let wrong = room
        .contents
        .clone_volume("cloned-vol", "a/b")
        .await
        .unwrap_err();
    assert_eq!(wrong.field.as_deref(), Some("name"));
    room.contents
        .clone_volume("no-such-vol", "x-clone")
        .await
        .unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_is_stopped_or_fails_leaves_no_volume() {
    fill(
        "stopped-vol",
        "for n in $(seq 200); do head -c 1000000 /dev/zero > f$n; done",
    );
    let room = Room::new().await;
    let job = room
        .contents
        .clone_volume("stopped-vol", "never-vol")
        .await
        .unwrap();
    let mut jobs = room.contents.jobs();
    shows(&mut jobs, "a file that was copied", |list| {
        list.jobs
            .iter()
            .any(|one| one.id == job && (one.files > 0 || one.is_over()))
    })
    .await;
    room.contents.cancel_job(job);
    // A fast machine may have been done before it was stopped.
    let over = ended(&room, job).await;
    let volumes = bed().docker(&["volume", "ls", "-q"]).unwrap();
    let there = volumes.lines().any(|name| name == "never-vol");
    match over.state_name() {
        "cancelled" => assert!(!there),
        "done" => assert_eq!(look("never-vol", "ls | wc -l").trim(), "200"),
        other => panic!("{other}: {over:?}"),
    }
    // Stopped before anything was copied.
    let job = room
        .contents
        .clone_volume("stopped-vol", "not-even-begun-vol")
        .await
        .unwrap();
    room.contents.cancel_job(job);
    let over = ended(&room, job).await;
    assert_eq!(over.state_name(), "cancelled", "{over:?}");
    let volumes = bed().docker(&["volume", "ls", "-q"]).unwrap();
    assert!(!volumes.lines().any(|name| name == "not-even-begun-vol"));
}

/// For messages and comparisons.
trait StateName {
    fn state_name(&self) -> &'static str;
}

impl StateName for Job {
    fn state_name(&self) -> &'static str {
        match self.state {
            JobState::Running => "running",
            JobState::Asking { .. } => "asking",
            JobState::Done { .. } => "done",
            JobState::Cancelled { .. } => "cancelled",
            JobState::Failed { .. } => "failed",
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_ends_at_its_whole() {
    fill("whole-from", TREE);
    fill("whole-from", "mkfifo pipe; printf more > skipped");
    fill("whole-into", "printf mine > skipped");
    let room = Room::new().await;
    let clone = room
        .contents
        .clone_volume("whole-from", "whole-clone")
        .await
        .unwrap();
    let copy = room
        .contents
        .copy_place(volume_place("whole-from"), volume_place("whole-into"))
        .await
        .unwrap();
    let mut jobs = room.contents.jobs();
    shows(&mut jobs, "a question", |list| {
        let job = list.jobs.iter().find(|one| one.id == copy);
        job.is_some_and(|job| matches!(job.state, JobState::Asking { .. }))
    })
    .await;
    room.contents
        .answer_conflict(copy, ConflictAnswer::Skip, false);
    for job in [clone, copy] {
        let over = ended(&room, job).await;
        assert_eq!(over.state_name(), "done", "{over:?}");
        assert_eq!(Some(over.bytes), over.total_bytes, "{over:?}");
        assert_eq!(Some(over.files), over.total_files, "{over:?}");
        assert!(over.bytes.0 > 300_000 && over.files >= 7, "{over:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_taken_are_asked_about_before_anything_is_written() {
    fill(
        "from-vol",
        "mkdir d; printf new > a; printf new > d/b; printf new > c; printf only > e; mkdir m; printf in > m/x",
    );
    fill(
        "into-vol",
        "mkdir d; printf old > a; printf old > d/b; printf old > c; printf file > m",
    );
    let room = Room::new().await;
    let job = room
        .contents
        .copy_place(volume_place("from-vol"), volume_place("into-vol"))
        .await
        .unwrap();
    let mut jobs = room.contents.jobs();
    let mut asked = Vec::new();
    loop {
        let seen = asked.clone();
        let list = shows(&mut jobs, "a question or the end", move |list| {
            list.jobs.iter().any(|one| {
                one.id == job
                    && match &one.state {
                        JobState::Asking { conflict } => !seen.contains(&conflict.name),
                        _ => one.is_over(),
                    }
            })
        })
        .await;
        let now = list.jobs.into_iter().find(|one| one.id == job).unwrap();
        let JobState::Asking { conflict } = now.state else {
            assert_eq!(now.state_name(), "done", "{now:?}");
            break;
        };
        assert_eq!(
            look("into-vol", "cat a d/b c m; ls").matches("new").count(),
            0
        );
        let answer = match conflict.name.as_str() {
            "a" | "m" => ConflictAnswer::Replace,
            "b" => {
                assert_eq!(conflict.folder, "d");
                ConflictAnswer::KeepBoth
            }
            "c" => ConflictAnswer::Skip,
            other => panic!("asked about {other}"),
        };
        asked.push(conflict.name);
        room.contents.answer_conflict(job, answer, false);
    }
    asked.sort();
    assert_eq!(asked, ["a", "b", "c", "m"]);
    assert_eq!(
        look("into-vol", "cat a d/b 'd/b (2)' c e m 'm (2)/x'"),
        "newoldnewoldonlyfilein",
        "a file never takes the place of a folder, nor a folder that of a file"
    );
    assert_eq!(look("from-vol", "cat a d/b c e m/x"), "newnewnewonlyin");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_counts_for_all() {
    fill(
        "many-from",
        "for n in $(seq 40); do printf new > f$n; done; printf new > g",
    );
    fill("many-into", "for n in $(seq 40); do printf old > f$n; done");
    let room = Room::new().await;
    for (answer, wanted) in [
        (ConflictAnswer::Skip, "old"),
        (ConflictAnswer::Replace, "new"),
    ] {
        let job = room
            .contents
            .copy_place(volume_place("many-from"), volume_place("many-into"))
            .await
            .unwrap();
        let mut jobs = room.contents.jobs();
        shows(&mut jobs, "a question", |list| {
            let job = list.jobs.iter().find(|one| one.id == job);
            job.is_some_and(|job| matches!(job.state, JobState::Asking { .. }))
        })
        .await;
        room.contents.answer_conflict(job, answer, true);
        done(&room, job).await;
        assert_eq!(look("many-into", "cat f*"), wanted.repeat(40));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_labs_folder_goes_into_a_volume_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().to_str().unwrap().to_owned();
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    std::fs::write(folder.path().join("notes/n.ipynb"), "{}").unwrap();
    let mount = format!("{source}:/v");
    bed()
        .docker(&["create", "--name", "has-folder", "-v", &mount, IMAGE])
        .unwrap();
    bed().docker(&["volume", "create", "moved-vol"]).unwrap();
    let room = Room::new().await;
    room.until("the lab and the volume", |snapshot| {
        snapshot
            .containers
            .values()
            .any(|row| row.name == "has-folder")
            && snapshot
                .volumes
                .contains_key(&VolumeName::from("moved-vol"))
    })
    .await;
    let here = Place::Folder { path: source };
    let there = volume_place("moved-vol");
    let job = room
        .contents
        .copy_place(here.clone(), there.clone())
        .await
        .unwrap();
    done(&room, job).await;
    assert_eq!(look("moved-vol", "cat notes/n.ipynb"), "{}");
    fill(
        "moved-vol",
        "printf more > notes/m.txt; chown 4242:4242 notes/m.txt",
    );
    std::fs::remove_file(folder.path().join("notes/n.ipynb")).unwrap();
    let job = room
        .contents
        .copy_place(there.clone(), here.clone())
        .await
        .unwrap();
    done(&room, job).await;
    let back = folder.path().join("notes/m.txt");
    assert_eq!(std::fs::read_to_string(&back).unwrap(), "more");
    let owner = |path: &std::path::Path| {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(path).unwrap().uid()
    };
    assert_eq!(
        owner(&back),
        owner(folder.path()),
        "whoever has the folder has what is in it"
    );
    let same = room
        .contents
        .copy_place(there.clone(), there.clone())
        .await
        .unwrap_err();
    assert_eq!(same.field.as_deref(), Some("to"));
    let stranger = Place::Folder {
        path: "/etc".to_owned(),
    };
    let job = room.contents.copy_place(stranger, there).await.unwrap();
    assert_eq!(
        ended(&room, job).await.state_name(),
        "failed",
        "no lab has this folder"
    );
}
