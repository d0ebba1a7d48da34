//! Labs that are changed: what is set at once, what is made anew, and every way back.

use std::path::PathBuf;
use std::time::Duration;

use slipway_labs::card::{LabCard, LabId, LabState};
use slipway_labs::change::{ChangeManner, ChangeStart};
use slipway_labs::form::{LaunchForm, MountKind, MountRow, StorageKind, TypedSecrets, VariableRow};
use slipway_labs::launch::{LaunchOutcome, LaunchProgress, StepKind, StepState};
use slipway_labs::problem::{Problem, ProblemKind};
use slipway_testbed::{UnixRecorder, http_request};

use crate::{Room, bed, docker, free_port};

/// A web application that keeps its files in a volume and was put on a second network by hand.
pub struct Web {
    pub lab: LabId,
    pub name: &'static str,
}

impl Web {
    pub async fn launched(room: &Room, name: &'static str) -> Self {
        let mut form = room.form(None, Some("slipway/webapp:1"), name).await;
        form.storage.kind = StorageKind::Volume;
        form.storage.target = "/data".into();
        form.risk_accepted = true;
        let lab = room.launched(&form, None).await;
        docker(&[
            "exec",
            name,
            "/bin/busybox",
            "sh",
            "-c",
            "echo kept > /data/work",
        ]);
        docker(&["network", "create", &format!("{name}-net")]);
        let network = format!("{name}-net");
        docker(&["network", "connect", "--alias", "friend", &network, name]);
        Self { lab, name }
    }

    pub fn container(&self) -> String {
        docker(&["inspect", "--format", "{{.Id}}", self.name])
            .trim()
            .to_owned()
    }

    /// Exactly one container, under the lab's name, with its volume and its networks, and the page of it answers.
    pub async fn is_whole(&self, room: &Room, what: &str) -> LabCard {
        until_settled(room, &self.lab).await;
        let container = self.container();
        let running = |card: &LabCard| {
            card.state == LabState::Running
                && card.intent.is_none()
                && card.container.as_ref().is_some_and(|id| id.0 == container)
        };
        let says = format!("running in the container of its name, {what}");
        let card = room.card(&self.lab, &says, running).await;
        let label = format!("label=io.slipway.lab={}", self.lab.0);
        let names = docker(&["ps", "--all", "--format", "{{.Names}}", "--filter", &label]);
        assert_eq!(names.trim(), self.name, "just one container, {what}");
        let kept = docker(&["exec", self.name, "/bin/busybox", "cat", "/data/work"]);
        assert_eq!(kept.trim(), "kept", "the volume is as it was, {what}");
        let network = format!("{}-net", self.name);
        let format =
            format!("{{{{json (index .NetworkSettings.Networks \"{network}\").Aliases}}}}");
        let aliases = docker(&["inspect", "--format", &format, self.name]);
        assert!(
            aliases.contains("friend"),
            "on its network, {what}: {aliases}"
        );
        let address = card.addresses[0].text.clone();
        answers(&address, what).await;
        card
    }

    pub async fn gone(self, room: &Room) {
        let volume = format!("{}-vol", self.name);
        room.labs.delete_lab(&self.lab, &[volume]).await.unwrap();
        docker(&["network", "rm", &format!("{}-net", self.name)]);
    }
}

async fn answers(address: &str, what: &str) {
    let url = format!("{address}/");
    let asked = move || http_request("GET", &url, &[], b"").map(|answer| answer.status);
    let status = tokio::task::spawn_blocking(asked).await.unwrap();
    assert_eq!(status.ok(), Some(200), "it answers, {what}");
}

fn journal(room: &Room, lab: &LabId) -> PathBuf {
    room.profiles
        .join("changing")
        .join(format!("{}.json", lab.0))
}

/// The journal is crossed out when nothing more is to be done.
async fn until_settled(room: &Room, lab: &LabId) {
    let path = journal(room, lab);
    let settled = async {
        while path.exists() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), settled)
        .await
        .expect("a change comes to its end");
}

pub fn variable(form: &mut LaunchForm, value: &str) {
    form.advanced.environment = vec![VariableRow {
        name: "TURN".into(),
        value: value.into(),
        secret: false,
    }];
}

pub async fn changed(room: &Room, lab: &LabId, form: &LaunchForm) -> ChangeStart {
    room.labs
        .change_lab(lab, form.clone(), TypedSecrets::default(), true)
        .await
        .unwrap_or_else(|problem| panic!("{problem:#?}"))
}

fn failure(progress: &LaunchProgress) -> &Problem {
    match &progress.outcome {
        LaunchOutcome::Failed { problem, .. } => problem,
        other => panic!("the change should have failed: {other:#?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_container_takes_as_it_is_needs_no_new_one() {
    let room = Room::new().await;
    let web = Web::launched(&room, "change-once").await;
    let before = web.container();
    let mut form = room.labs.change_form(&web.lab).unwrap();
    form.name = "Changed at once".into();
    form.advanced.memory = "256m".into();
    form.advanced.cpus = "0.5".into();
    form.advanced.restart.choice = slipway_labs::form::RestartChoice::UnlessStopped;
    let checked = room
        .labs
        .check_change(&web.lab, &form, &TypedSecrets::default())
        .await
        .unwrap();
    assert_eq!(checked.preview.manner, ChangeManner::AtOnce, "{checked:#?}");
    assert_eq!(checked.preview.at_once.len(), 4, "{checked:#?}");
    assert_eq!(checked.check.gate, None, "its own port is free for it");
    assert_eq!(changed(&room, &web.lab, &form).await, ChangeStart::Done);

    let web = Web {
        name: "changed-at-once",
        ..web
    };
    assert_eq!(web.container(), before, "it is the same container");
    let format =
        "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}}";
    assert_eq!(
        docker(&["inspect", "--format", format, web.name]).trim(),
        "268435456 500000000 unless-stopped"
    );
    assert_eq!(
        room.labs.change_form(&web.lab).unwrap(),
        form,
        "and it is kept"
    );
    let card = room
        .card(&web.lab, "renamed", |card| card.name == "Changed at once")
        .await;
    assert_eq!(card.state, LabState::Running);

    // A limit is set higher than the one before, too.
    form.advanced.memory = "600m".into();
    assert_eq!(changed(&room, &web.lab, &form).await, ChangeStart::Done);
    assert_eq!(
        docker(&["inspect", "--format", "{{.HostConfig.Memory}}", web.name]).trim(),
        "629145600"
    );
    assert_eq!(
        changed(&room, &web.lab, &form).await,
        ChangeStart::Done,
        "nothing to do"
    );
    room.delete(&web.lab).await;
    docker(&["volume", "rm", "change-once-vol"]);
    docker(&["network", "rm", "change-once-net"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_port_gets_a_new_container_that_has_answered_first() {
    let room = Room::new().await;
    let web = Web::launched(&room, "change-port").await;
    docker(&["exec", web.name, "/bin/busybox", "touch", "/installed"]);
    let before = web.container();
    let mut form = room.labs.change_form(&web.lab).unwrap();
    let old_port = form.ports[0].host.clone();
    form.ports[0].host = free_port(0).to_string();
    // Files in a volume of an image that nobody knows may be a database's.
    form.storage.kind = StorageKind::Volume;
    let typed = TypedSecrets::default();
    let checked = room
        .labs
        .check_change(&web.lab, &form, &typed)
        .await
        .unwrap();
    assert_eq!(checked.preview.manner, ChangeManner::Anew);
    assert_eq!(
        checked.preview.anew,
        [format!("Port {old_port} becomes {}.", form.ports[0].host)]
    );
    assert!(checked.preview.stops.is_some(), "{checked:#?}");
    let unasked = room
        .labs
        .change_lab(&web.lab, form.clone(), typed, false)
        .await
        .expect_err("what is lost has to be accepted");
    assert!(
        unasked.title.contains("1 change outside the volume"),
        "{unasked:#?}"
    );
    assert_eq!(web.container(), before, "nothing has happened");

    assert_eq!(changed(&room, &web.lab, &form).await, ChangeStart::UnderWay);
    assert!(
        room.labs.stop_lab(&web.lab).await.is_err(),
        "one thing at a time"
    );
    let progress = room.outcome(&web.lab).await;
    let LaunchOutcome::Changed { shown, running } = &progress.outcome else {
        panic!("{progress:#?}")
    };
    assert!(
        *running
            && shown
                .as_ref()
                .is_some_and(|shown| shown.text.ends_with(&form.ports[0].host))
    );
    assert!(
        progress
            .steps
            .iter()
            .all(|step| step.state == StepState::Done || step.state == StepState::Skipped)
    );
    assert!(
        progress
            .steps
            .iter()
            .any(|step| step.kind == StepKind::SetAside)
    );
    let card = web.is_whole(&room, "changed").await;
    assert!(card.addresses[0].text.ends_with(&form.ports[0].host));
    assert_ne!(web.container(), before);
    assert_eq!(room.labs.change_form(&web.lab).unwrap(), form);
    assert!(
        room.opened.lock().unwrap().len() <= 1,
        "a change opens no page"
    );
    web.gone(&room).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_is_stopped_is_stopped_after_it_was_changed() {
    let room = Room::new().await;
    let web = Web::launched(&room, "change-still").await;
    room.labs.stop_lab(&web.lab).await.unwrap();
    let stopped = |card: &LabCard| card.state == LabState::Stopped && card.intent.is_none();
    room.card(&web.lab, "stopped", stopped).await;
    let mut form = room.labs.change_form(&web.lab).unwrap();
    form.advanced.restart.choice = slipway_labs::form::RestartChoice::UnlessStopped;
    variable(&mut form, "one");
    changed(&room, &web.lab, &form).await;
    let progress = room.outcome(&web.lab).await;
    assert_eq!(
        progress.outcome,
        LaunchOutcome::Changed {
            shown: None,
            running: false
        }
    );
    room.card(&web.lab, "stopped again", stopped).await;
    assert_eq!(
        docker(&[
            "inspect",
            "--format",
            "{{.HostConfig.RestartPolicy.Name}}",
            web.name
        ])
        .trim(),
        "unless-stopped",
        "the engine looks after it only once it has the place"
    );
    room.labs.start_lab(&web.lab).await.unwrap();
    web.is_whole(&room, "started").await;
    web.gone(&room).await;
}

/// A change that cannot work, why, and what is said of it.
struct Cause {
    what: &'static str,
    spoil: fn(&mut LaunchForm),
    kind: ProblemKind,
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_the_old_lab_answers_again() {
    let causes = [
        Cause {
            what: "a folder mounted over a file",
            spoil: |form| {
                form.advanced.mounts = vec![MountRow {
                    kind: MountKind::Folder,
                    source: "/tmp".into(),
                    target: "/webapp".into(),
                    ..MountRow::default()
                }];
            },
            kind: ProblemKind::Other,
        },
        Cause {
            what: "an image that does not exist",
            spoil: |form| form.version = "99.9".into(),
            kind: ProblemKind::ImageNotFound,
        },
        Cause {
            what: "a container that exits",
            spoil: |form| form.image = "slipway/exits".into(),
            kind: ProblemKind::ExitedAtOnce,
        },
    ];
    let room = Room::new().await;
    let web = Web::launched(&room, "change-wrong").await;
    let before = web.container();
    let as_it_was = room.labs.change_form(&web.lab).unwrap();
    for Cause { what, spoil, kind } in causes {
        let mut form = as_it_was.clone();
        form.storage.volume = "change-wrong-other".into();
        spoil(&mut form);
        changed(&room, &web.lab, &form).await;
        let progress = room.outcome(&web.lab).await;
        let problem = failure(&progress);
        assert_eq!(problem.kind, kind, "{what}: {problem:#?}");
        assert!(
            problem.message.ends_with("change-wrong runs as before."),
            "{what}: {problem:#?}"
        );
        web.is_whole(&room, what).await;
        assert_eq!(web.container(), before, "{what}");
        assert_eq!(
            room.labs.change_form(&web.lab).unwrap(),
            as_it_was,
            "{what}"
        );
        let volumes = docker(&[
            "volume",
            "ls",
            "--quiet",
            "--filter",
            "name=change-wrong-other",
        ]);
        assert_eq!(volumes.trim(), "", "no volume is left, {what}");
    }

    // It never comes to answer, and somebody cancels.
    let mut form = as_it_was.clone();
    form.image = "slipway/slow".into();
    changed(&room, &web.lab, &form).await;
    let mut progress = room.labs.watch_launch(&web.lab).unwrap();
    let waits = progress.wait_for(|progress| {
        let at = |step: &slipway_labs::launch::LaunchStep| {
            step.kind == StepKind::Answer && step.state == StepState::Now
        };
        progress.steps.iter().any(at)
    });
    drop(
        tokio::time::timeout(Duration::from_mins(1), waits)
            .await
            .unwrap()
            .unwrap(),
    );
    room.labs.cancel_launch(&web.lab).await.unwrap();
    assert_eq!(
        room.outcome(&web.lab).await.outcome,
        LaunchOutcome::Cancelled
    );
    web.is_whole(&room, "cancelled").await;
    assert_eq!(web.container(), before);
    web.gone(&room).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_was_just_taken_goes_back_to_the_old_one() {
    let recorder = UnixRecorder::start(&bed().socket()).unwrap();
    let room = Room::over(recorder.docker_host()).await;
    let web = Web::launched(&room, "change-taken").await;
    let before = web.container();
    let mut form = room.labs.change_form(&web.lab).unwrap();
    form.ports[0].host = free_port(0).to_string();
    // Created, put on its network, the old one stopped: the next is the start of the new one.
    recorder.hold_after(3);
    changed(&room, &web.lab, &form).await;
    let held = until_held(&recorder).await.expect("the start is held");
    assert!(held.ends_with("/start"), "{held}");
    docker(&[
        "run",
        "--detach",
        "--name",
        "change-thief",
        "--publish",
        &format!("127.0.0.1:{}:8080", form.ports[0].host),
        "slipway/webapp:1",
    ]);
    recorder.let_go();
    let progress = room.outcome(&web.lab).await;
    let problem = failure(&progress);
    assert_eq!(problem.kind, ProblemKind::PortTaken, "{problem:#?}");
    assert!(
        problem.message.ends_with("change-taken runs as before."),
        "{problem:#?}"
    );
    web.is_whole(&room, "the port was taken").await;
    assert_eq!(web.container(), before);
    docker(&["rm", "--force", "change-thief"]);
    web.gone(&room).await;
}

/// What is held back, or nothing where no request is left that could be.
pub async fn until_held(recorder: &UnixRecorder) -> Option<String> {
    let held = async {
        loop {
            if let Some(held) = recorder.held() {
                return held.target;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), held)
        .await
        .ok()
}

/// Two of its containers may have one volume open.
const SHARED_WORK: &str = r#"
id = "shared-work"
name = "Shared work"
summary = "A page that only reads its files"
category = "apps"
shared-work = true
icon = "globe"
tint = 1
images = ["slipway/webapp"]
default-version = "1"

[[generations]]
port = 8080
answers = "The app"
path = "/"
work-folder = "/data"

[generations.sign-in]
kind = "open"

[generations.ready]
http-path = "/"
"#;

/// A Slipway that is killed before each single step of a change, and started again.
#[test]
fn a_slipway_that_is_killed_at_any_step_recovers_by_itself() {
    for (name, side_by_side) in [("change-killed", false), ("change-beside", true)] {
        killed_at_every_step(name, side_by_side);
    }
}

fn killed_at_every_step(name: &'static str, side_by_side: bool) {
    let recorder = UnixRecorder::start(&bed().socket()).unwrap();
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let (mut room, web) = first.block_on(async {
        let room = Room::over(recorder.docker_host()).await;
        if side_by_side {
            room.labs.add_recipe(SHARED_WORK).await.unwrap();
        }
        let web = Web::launched(&room, name).await;
        (room, web)
    });
    let mut running = first;
    let mut ends = Vec::new();
    for step in 0.. {
        let (before, over) = running.block_on(async {
            let before = web.container();
            let mut form = room.labs.change_form(&web.lab).unwrap();
            variable(&mut form, &format!("{name} {step}"));
            if side_by_side {
                form.ports[0].host = free_port(0).to_string();
            }
            recorder.hold_after(step);
            changed(&room, &web.lab, &form).await;
            let mut progress = room.labs.watch_launch(&web.lab).unwrap();
            let over = progress.wait_for(|progress| progress.outcome != LaunchOutcome::Running);
            let over = tokio::select! {
                held = until_held(&recorder) => Err(held.expect("a step is held, or the change is over")),
                over = over => Ok(over.unwrap().clone()),
            };
            (before, over)
        });
        let target = match over {
            Ok(progress) => {
                assert!(
                    matches!(progress.outcome, LaunchOutcome::Changed { .. }),
                    "{progress:#?}"
                );
                break;
            }
            Err(target) => target,
        };
        // Killed: the tasks end where they are, and what was asked never comes to the engine.
        running.shutdown_background();
        recorder.forget_held();
        let next = runtime();
        room = next.block_on(async {
            let room = room.restarted().await;
            let what = format!("killed before {target}");
            web.is_whole(&room, &what).await;
            let unproven = ["/create", "/connect", "/stop", "/start"];
            let proven = !unproven.iter().any(|part| target.contains(part));
            assert_eq!(
                web.container() != before,
                proven,
                "{what}: the new one once it was proven"
            );
            room
        });
        running = next;
        ends.push(target);
    }
    recorder.let_go();
    assert!(ends.len() >= 6, "each step was reached: {ends:#?}");
    running.block_on(web.gone(&room));
}
