//! Labs that stand still while they are backed up, and always go on.

use slipway_contents::jobs::JobState;
use slipway_testbed::process::command;

use super::super::{IMAGE, Room, bed, fill};
use super::until;

/// Starts a container that writes into the volume without end.
async fn writer(room: &Room, volume: &str, name: &str) {
    let mount = format!("{volume}:/v");
    bed()
        .docker(&[
            "run",
            "-d",
            "--name",
            name,
            "--entrypoint",
            "/bin/busybox",
            "-v",
            &mount,
            IMAGE,
            "sh",
            "-c",
            "while :; do date >> /v/ticks; sleep 0.05; done",
        ])
        .unwrap();
    room.until("the writer", |snapshot| {
        snapshot.containers.values().any(|row| row.name == name)
    })
    .await;
}

fn state(name: &str) -> String {
    let state = bed()
        .docker(&["inspect", "-f", "{{.State.Status}}", name])
        .unwrap();
    state.trim().to_owned()
}

/// What the engine did to a container so far.
fn events(name: &str) -> Vec<String> {
    let filter = format!("container={name}");
    let now = jiff::Timestamp::now().as_second() + 1;
    let told = bed()
        .docker(&[
            "events",
            "--since",
            "0",
            "--until",
            &now.to_string(),
            "--filter",
            &filter,
            "--format",
            "{{.Action}}",
        ])
        .unwrap();
    told.lines()
        .filter(|action| matches!(*action, "pause" | "unpause"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_is_paused_while_it_is_read_and_goes_on() {
    fill(
        "ice-vol",
        "dd if=/dev/urandom of=big bs=1024 count=3000 2>/dev/null",
    );
    let room = Room::new().await;
    writer(&room, "ice-vol", "ice-lab").await;
    let id = room.contents.back_up("ice-vol", true).unwrap();
    let (_, cautions) = room.done(id).await;
    assert_eq!(
        cautions,
        Vec::<String>::new(),
        "nothing changed while it was read"
    );
    assert_eq!(events("ice-lab"), ["pause", "unpause"]);
    assert_eq!(state("ice-lab"), "running");

    let id = room.contents.back_up("ice-vol", true).unwrap();
    room.shown_job(id, "the pause", |job| {
        job.is_over() || job.steps.iter().any(|step| step.note == "ice-lab paused")
    })
    .await;
    room.contents.cancel_job(id);
    room.end_of(id).await;
    until("the lab goes on", || state("ice-lab") == "running").await;
    bed().docker(&["rm", "-f", "ice-lab"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_goes_on_where_the_backup_fails_and_one_paused_by_others_stays_so() {
    fill(
        "fail-vol",
        "dd if=/dev/urandom of=big bs=1024 count=3000 2>/dev/null",
    );
    let room = Room::new().await;
    writer(&room, "fail-vol", "fail-lab").await;
    writer(&room, "fail-vol", "held-lab").await;
    bed().docker(&["pause", "held-lab"]).unwrap();
    let folder = room.backups_folder();
    std::fs::create_dir(&folder).unwrap();
    // Enough that it is tried, and too little for what does not pack.
    let small = command("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
        .arg(&folder)
        .output()
        .is_ok_and(|done| done.status.success());
    if small {
        let id = room.contents.back_up("fail-vol", true).unwrap();
        let ended = room.end_of(id).await;
        let unmounted = command("umount").arg(&folder).output().unwrap();
        assert!(matches!(ended, JobState::Failed { .. }), "{ended:?}");
        assert!(unmounted.status.success());
        until("the lab goes on", || state("fail-lab") == "running").await;
        assert_eq!(events("fail-lab"), ["pause", "unpause"]);
    } else {
        println!("in part not tested: a disk cannot be mounted without being root");
    }
    assert_eq!(state("held-lab"), "paused");
    let id = room.contents.back_up("fail-vol", true).unwrap();
    room.done(id).await;
    assert_eq!(
        events("held-lab"),
        ["pause"],
        "it was paused by somebody else"
    );
    assert_eq!(
        events("fail-lab").last().map(String::as_str),
        Some("unpause")
    );
    bed().docker(&["rm", "-f", "fail-lab", "held-lab"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_app_had_paused_is_woken_at_the_next_start() {
    fill("dead-vol", "printf 1 > a");
    let room = Room::new().await;
    writer(&room, "dead-vol", "dead-lab").await;
    bed().docker(&["pause", "dead-lab"]).unwrap();
    let id = bed()
        .docker(&["inspect", "-f", "{{.Id}}", "dead-lab"])
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("keeping");
    std::fs::create_dir(&settings).unwrap();
    let written = serde_json::json!({
        "version": 1,
        "kept": [{"id": id.trim(), "name": "dead-lab", "since": jiff::Timestamp::now().as_millisecond()}],
    });
    std::fs::write(settings.join("paused.json"), written.to_string()).unwrap();
    let next = Room::over(bed(), folder).await;
    until("the lab goes on", || state("dead-lab") == "running").await;
    until("it is crossed out", || {
        let text = std::fs::read_to_string(next.folder.path().join("keeping/paused.json")).unwrap();
        !text.contains("dead-lab")
    })
    .await;
    bed().docker(&["rm", "-f", "dead-lab"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_pause_what_changed_is_named() {
    fill(
        "hot-vol",
        "dd if=/dev/urandom of=big bs=1024 count=3000 2>/dev/null; printf 1 > ticks; mkfifo pipe",
    );
    let room = Room::new().await;
    writer(&room, "hot-vol", "hot-lab").await;
    let backup = room.kept("hot-vol").await;
    assert_eq!(events("hot-lab"), Vec::<String>::new());
    let preview = room.preview(&backup.file).await;
    assert_eq!(
        super::names_of(&preview.only_here),
        ["pipe"],
        "a pipe is not in it"
    );
    let id = room.contents.back_up("hot-vol", false).unwrap();
    let (_, cautions) = room.done(id).await;
    assert!(
        cautions
            .iter()
            .any(|caution| caution.starts_with("pipe is a pipe")),
        "{cautions:?}"
    );
    bed().docker(&["rm", "-f", "hot-lab"]).unwrap();
}
