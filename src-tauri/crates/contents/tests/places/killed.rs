//! Clones and copies whose app is killed: none passes for a whole one afterwards.

use std::process::Stdio;
use std::time::Duration;

use slipway_contents::backup::RestoreTarget;
use slipway_contents::jobs::{Job, JobState};
use slipway_engine::VolumeName;
use slipway_testbed::process;

use super::{Room, bed, fill, look, portholes_on, shows, volume_place};

const FILES: usize = 300;

/// What the child is told.
const HOME: &str = "SLIPWAY_TEST_KILLED_HOME";

/// Runs in a process of its own, which its parent kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run and killed by another test"]
async fn begins_what_it_never_ends() {
    let Some(home) = std::env::var_os(HOME) else {
        return;
    };
    // Without its parent it ends too.
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        let _ = std::io::Read::read_to_end(&mut std::io::stdin(), &mut nothing);
        std::process::exit(1);
    });
    let folder = tempfile::Builder::new()
        .disable_cleanup(true)
        .tempdir_in(home)
        .unwrap();
    let host = std::env::var("DOCKER_HOST").unwrap();
    let room = Room::at(host, folder).await;
    for volume in ["killed-from", "killed-into"] {
        let name = VolumeName::from(volume);
        room.until("the volume", |snapshot| {
            snapshot.volumes.contains_key(&name)
        })
        .await;
    }
    room.contents
        .clone_volume("killed-from", "killed-clone")
        .await
        .unwrap();
    room.contents
        .copy_place(volume_place("killed-from"), volume_place("killed-into"))
        .await
        .unwrap();
    std::future::pending::<()>().await;
}

fn volumes() -> Vec<String> {
    let listed = bed().docker(&["volume", "ls", "-q"]).unwrap();
    listed.lines().map(str::to_owned).collect()
}

fn written(volume: &str) -> usize {
    look(volume, "ls | wc -l").trim().parse().unwrap()
}

/// Waits for something outside of the app.
async fn until(what: &str, mut wanted: impl FnMut() -> bool) {
    let seen = tokio::time::timeout(Duration::from_mins(3), async {
        while !wanted() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    });
    seen.await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_and_a_copy_whose_app_is_killed_never_pass_for_whole_ones() {
    let all = format!("for n in $(seq {FILES}); do head -c 1000000 /dev/zero > f$n; done");
    fill("killed-from", &all);
    fill("killed-into", "mkdir mine; printf mine > mine/a");
    let homes = tempfile::tempdir().unwrap();
    let mut child = process::command(std::env::current_exe().unwrap())
        .args(["--exact", "killed::begins_what_it_never_ends", "--ignored"])
        .env(HOME, homes.path())
        .env("DOCKER_HOST", bed().docker_host())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Both copiers are held in the middle, so that nothing here depends on how fast they are.
    let mut held = Vec::new();
    until("both copy", || {
        for volume in ["killed-clone", "killed-into"] {
            if held.iter().any(|(of, _)| *of == volume) {
                continue;
            }
            for id in portholes_on(bed(), volume) {
                if bed().docker(&["pause", &id]).is_ok() {
                    held.push((volume, id));
                }
            }
        }
        held.len() == 2 || child.try_wait().unwrap().is_some()
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(held.len(), 2, "the child worked until it was killed");
    assert!(volumes().contains(&"killed-clone".to_owned()));
    let half = written("killed-clone");
    for (_, id) in &held {
        // It may end in this moment: its connection is gone.
        let _ = bed().docker(&["unpause", id]);
    }
    let home = std::fs::read_dir(homes.path()).unwrap().next().unwrap();
    let noted = home.unwrap().path();
    let unfinished =
        std::fs::read_to_string(noted.join("keeping/unfinished.json")).unwrap_or_default();
    assert!(
        unfinished.contains("killed-clone"),
        "{half} files: {unfinished}"
    );

    // The next start.
    let next = tempfile::tempdir().unwrap();
    std::fs::rename(noted.join("keeping"), next.path().join("keeping")).unwrap();
    std::fs::create_dir(next.path().join("counted")).unwrap();
    let room = Room::over(bed(), next).await;
    until("the half clone goes", || {
        !volumes().contains(&"killed-clone".to_owned())
    })
    .await;
    let mut jobs = room.contents.jobs();
    let list = shows(&mut jobs, "both are told", |list| {
        list.jobs.iter().filter(|job| job.is_over()).count() == 2
    })
    .await;
    let told = |title: &str| {
        let job: &Job = list.jobs.iter().find(|job| job.title == title).unwrap();
        match &job.state {
            JobState::Failed { problem } => format!("{} {}", problem.title, problem.message),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        told("Cloning killed-from as killed-clone"),
        "The clone did not come to its end. What there was of killed-clone was removed."
    );
    assert!(
        told("Copying killed-from to killed-into").contains("Each file that is there is whole")
    );
    assert_eq!(written("killed-from"), FILES, "the source is as it was");
    assert_eq!(look("killed-into", "cat mine/a"), "mine");
    let torn = look("killed-into", "find . -name 'f*' ! -size 1000000c | wc -l");
    assert_eq!(torn.trim(), "0", "each file that is there is whole");
    for name in ["unfinished.json", "copies.json"] {
        let text = std::fs::read_to_string(room.folder.path().join("keeping").join(name)).unwrap();
        assert!(!text.contains("killed-"), "{name}: {text}");
    }

    // It can be cloned again under the same name.
    let job = room
        .contents
        .clone_volume("killed-from", "killed-clone")
        .await
        .unwrap();
    super::copying::done(&room, job).await;
    assert_eq!(written("killed-clone"), FILES);
}

/// What was written down is of a volume that somebody works with by now.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_clone_that_is_in_use_is_told_and_stays() {
    bed()
        .docker(&[
            "volume",
            "create",
            "--label",
            "io.slipway.made=one",
            "used-half",
        ])
        .unwrap();
    fill("used-half", "printf half > a");
    bed()
        .docker(&[
            "create",
            "--name",
            "uses-half",
            "-v",
            "used-half:/v",
            super::IMAGE,
        ])
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("keeping");
    std::fs::create_dir(&settings).unwrap();
    let written = serde_json::json!({
        "version": 1,
        "kept": [{
            "volume": "used-half", "made": "one", "before": null,
            "since": jiff::Timestamp::now().as_millisecond(), "doing": {"of": "clone", "from": "whole-vol"},
        }],
    });
    std::fs::write(settings.join("unfinished.json"), written.to_string()).unwrap();
    let room = Room::over(bed(), folder).await;
    let mut jobs = room.contents.jobs();
    let list = shows(&mut jobs, "it is told", |list| !list.jobs.is_empty()).await;
    assert_eq!(list.jobs[0].title, "Cloning whole-vol as used-half");
    let list = shows(&mut jobs, "it has ended", |list| list.jobs[0].is_over()).await;
    let JobState::Failed { problem } = &list.jobs[0].state else {
        panic!("{:?}", list.jobs[0]);
    };
    assert_eq!(
        problem.message,
        "used-half is not whole. It stays, because somebody uses it already."
    );
    assert_eq!(look("used-half", "cat a"), "half");
    bed().docker(&["rm", "-f", "uses-half"]).unwrap();
}

/// While it is being filled nothing may be made of a volume.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_of_a_volume_that_is_not_whole_yet() {
    fill(
        "filling-from",
        "for n in $(seq 60); do head -c 1000000 /dev/zero > f$n; done",
    );
    let room = Room::new().await;
    let job = room
        .contents
        .clone_volume("filling-from", "filling-new")
        .await
        .unwrap();
    let name = VolumeName::from("filling-new");
    room.until("the new volume", |snapshot| {
        snapshot.volumes.contains_key(&name)
    })
    .await;
    let now = || {
        let list = room.contents.jobs().borrow().clone();
        list.jobs.into_iter().find(|one| one.id == job).unwrap()
    };
    // Held in the middle, as above.
    let mut held = None;
    until("it is held, or over", || {
        let portholes = portholes_on(bed(), "filling-new");
        held = portholes
            .into_iter()
            .find(|id| bed().docker(&["pause", id]).is_ok());
        held.is_some() || now().is_over()
    })
    .await;
    let refused = room.contents.back_up("filling-new", false);
    let cloned = room.contents.clone_volume("filling-new", "of-half").await;
    let seen = now();
    if held.is_some() && seen.total_files.is_none_or(|all| seen.files < all) {
        assert!(refused.is_err_and(|problem| problem.title.contains("not whole")));
        assert!(cloned.is_err_and(|problem| problem.title.contains("not whole")));
    }
    if let Some(id) = held {
        // It may have ended in the last moment.
        let _ = bed().docker(&["unpause", &id]);
    }
    super::copying::done(&room, job).await;
    let job = room.contents.back_up("filling-new", false).unwrap();
    super::copying::done(&room, job).await;
    let shelf = room.contents.backups(Some("filling-new")).await.unwrap();
    let target = RestoreTarget::SameVolume;
    let file = &shelf.backups[0].file;
    room.contents.preview_restore(file, target).await.unwrap();
}
