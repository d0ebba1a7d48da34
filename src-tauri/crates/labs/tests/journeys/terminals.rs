//! Terminals in labs: who works in them, what stands in the way of one, and that none is left behind.

use std::sync::Arc;
use std::time::Duration;

use slipway_engine::ContainerId;
use slipway_engine::terminals::{Terminal, TerminalEnd, TerminalSize};
use slipway_labs::card::{LabId, LabState};
use slipway_labs::terminals::{TerminalKind, TerminalRow, TerminalWish};

use crate::{Room, bed, docker};

const PATIENCE: Duration = Duration::from_mins(1);

const fn wish(kind: TerminalKind) -> TerminalWish {
    TerminalWish {
        kind,
        size: TerminalSize {
            columns: 90,
            rows: 25,
        },
    }
}

async fn opened(room: &Room, lab: &LabId, kind: TerminalKind) -> (TerminalRow, Arc<Terminal>) {
    let row = room.labs.open_terminal(lab, wish(kind)).await;
    let row = row.unwrap_or_else(|problem| panic!("{problem:#?}"));
    let terminal = room.labs.terminal(row.id).expect("it is open");
    (row, terminal)
}

/// Types, and waits for an answer.
async fn says(terminal: &Terminal, typed: &str, wanted: &str) {
    terminal.write(format!("{typed}\r").into_bytes()).await;
    let mut states = terminal.state();
    let answered = async {
        loop {
            let end = states.borrow_and_update().end.0;
            let (mut next, mut text) = (0, Vec::new());
            while next < end {
                let piece = terminal.read(next);
                text.extend(piece.bytes);
                next = piece.next;
            }
            if String::from_utf8_lossy(&text).contains(wanted) {
                return;
            }
            assert!(
                states.changed().await.is_ok(),
                "it ended: {}",
                String::from_utf8_lossy(&text)
            );
        }
    };
    let answered = tokio::time::timeout(PATIENCE, answered).await;
    assert!(answered.is_ok(), "{typed} never said {wanted}");
}

async fn ended(terminal: &Terminal) -> TerminalEnd {
    let mut states = terminal.state();
    let ended = tokio::time::timeout(PATIENCE, states.wait_for(|state| state.ended.is_some()));
    let state = *ended.await.unwrap().unwrap();
    state.ended.unwrap()
}

/// A container of somebody else's, made a lab.
async fn adopted(room: &Room, name: &str, image_and_command: &[&str]) -> LabId {
    let mut arguments = vec!["run", "--detach", "--name", name];
    arguments.extend(image_and_command);
    let id = bed().docker(&arguments).unwrap();
    let id = ContainerId(id.lines().last().unwrap().trim().to_owned());
    let known = async {
        loop {
            match room.labs.adopt(&id).await {
                Ok(lab) => return lab,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    let lab = tokio::time::timeout(PATIENCE, known)
        .await
        .expect("it can be adopted");
    room.card(&lab, "running", |card| card.state == LabState::Running)
        .await;
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_that_of_the_user_who_works_there() {
    let room = Room::new().await;
    let mut form = room.form(Some("exasol-ai-lab"), None, "term-ai").await;
    form.version = "6.0.0".into();
    let lab = room.launched(&form, None).await;
    let (row, shell) = opened(&room, &lab, TerminalKind::Shell).await;
    assert_eq!((row.shell.as_str(), row.user.as_str()), ("bash", "jupyter"));
    says(&shell, "echo who=$(id -un) $((6*7))", "who=jupyter 42").await;
    let (root_row, rooted) = opened(&room, &lab, TerminalKind::RootShell).await;
    assert_eq!(root_row.user, "root");
    says(&rooted, "echo who=$(id -u)", "who=0").await;
    says(&rooted, "stty size", "25 90").await;

    // The page may come and go; the terminals are there, and know what was said.
    let rows = room.labs.terminals(&lab);
    assert_eq!(rows, [row.clone(), root_row.clone()]);
    says(&shell, "", "who=jupyter 42").await;

    room.labs.close_terminal(root_row.id).await;
    assert!(room.labs.terminal(root_row.id).is_none());
    assert_eq!(room.labs.terminals(&lab), std::slice::from_ref(&row));
    ended(&rooted).await;

    room.labs.stop_lab(&lab).await.unwrap();
    assert!(
        matches!(ended(&shell).await, TerminalEnd::Exited { .. }),
        "a lab that stops takes its terminals along"
    );
    room.card(&lab, "stopped", |card| card.state == LabState::Stopped)
        .await;
    let problem = room
        .labs
        .open_terminal(&lab, wish(TerminalKind::Shell))
        .await
        .unwrap_err();
    assert_eq!(problem.title, "term-ai is not running.");
    assert!(problem.hint.unwrap().contains("Start the lab"));
    room.labs.close_terminals().await;
    assert!(!room.labs.has_terminals());
    room.delete(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said_in_a_sentence() {
    let room = Room::new().await;
    let lab = adopted(&room, "term-bare", &["slipway/webapp:1"]).await;
    let refused = async |kind| {
        let refused = room.labs.open_terminal(&lab, wish(kind)).await;
        refused.map(drop).unwrap_err()
    };
    let problem = refused(TerminalKind::Shell).await;
    assert_eq!(problem.title, "term-bare has no shell.", "{problem:#?}");
    assert!(
        problem.hint.unwrap().contains("log"),
        "there is another way"
    );

    // Its own program can be listened to.
    let (row, main) = opened(&room, &lab, TerminalKind::Main).await;
    assert!(!row.takes_input && row.shell.is_empty());
    room.labs.close_terminal(row.id).await;
    assert_eq!(ended(&main).await, TerminalEnd::Detached);
    room.card(&lab, "still running", |card| {
        card.state == LabState::Running
    })
    .await;

    docker(&["pause", "term-bare"]);
    room.card(&lab, "paused", |card| card.state == LabState::Paused)
        .await;
    assert_eq!(
        refused(TerminalKind::Shell).await.title,
        "term-bare is paused."
    );
    docker(&["unpause", "term-bare"]);
    docker(&["rm", "--force", "term-bare"]);
    room.card(&lab, "gone", |card| card.state == LabState::Missing)
        .await;
    assert_eq!(
        refused(TerminalKind::Shell).await.title,
        "The container of term-bare is gone."
    );
    let unknown = LabId("no-such-lab".into());
    let problem = room
        .labs
        .open_terminal(&unknown, wish(TerminalKind::Shell))
        .await
        .unwrap_err();
    assert_eq!(problem.title, "This lab no longer exists.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_restarts_over_and_over_says_so() {
    let room = Room::new().await;
    let id = bed()
        .docker(&[
            "run",
            "--detach",
            "--name",
            "term-loop",
            "--restart",
            "always",
            "slipway/webapp:1",
            "/bin/busybox",
            "false",
        ])
        .unwrap();
    let id = ContainerId(id.lines().last().unwrap().trim().to_owned());
    let lab = async {
        loop {
            if let Ok(lab) = room.labs.adopt(&id).await {
                return lab;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let lab = tokio::time::timeout(PATIENCE, lab)
        .await
        .expect("it can be adopted");
    // It runs for a blink now and then; what is asked in that blink may be answered otherwise.
    let said = async {
        loop {
            match room
                .labs
                .open_terminal(&lab, wish(TerminalKind::Shell))
                .await
            {
                Err(problem) if problem.title == "term-loop is restarting." => return problem,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let problem = tokio::time::timeout(PATIENCE, said)
        .await
        .expect("it is restarting");
    assert!(problem.hint.unwrap().contains("log"), "where to look");
    docker(&["rm", "--force", "term-loop"]);
}
