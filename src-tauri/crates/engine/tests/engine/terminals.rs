//! Terminals: shells through exec, and the main program.

use std::time::Duration;

use slipway_engine::terminals::{DETACH, ShellSpec, Terminal, TerminalEnd, TerminalSize};
use slipway_engine::{ContainerId, Error};

use crate::{Gone, docker, engine, running};

const SIZE: TerminalSize = TerminalSize {
    columns: 100,
    rows: 30,
};
const PATIENCE: Duration = Duration::from_mins(1);

fn shell() -> ShellSpec {
    ShellSpec {
        command: ["/bin/busybox", "sh"].map(str::to_owned).to_vec(),
        user: None,
        working_directory: None,
        size: SIZE,
    }
}

/// A reader that goes on where it was.
struct Reading<'a> {
    terminal: &'a Terminal,
    next: u64,
    text: Vec<u8>,
}

impl<'a> Reading<'a> {
    fn of(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            next: 0,
            text: Vec::new(),
        }
    }

    async fn until(&mut self, wanted: &str) {
        let mut states = self.terminal.state();
        let seen = async {
            loop {
                let state = *states.borrow_and_update();
                while self.next < state.end.0 {
                    let piece = self.terminal.read(self.next);
                    self.text.extend(piece.bytes);
                    self.next = piece.next;
                }
                if String::from_utf8_lossy(&self.text).contains(wanted) {
                    return;
                }
                if state.ended.is_some() || states.changed().await.is_err() {
                    break;
                }
            }
            panic!(
                "it ended without {wanted:?}: {}",
                String::from_utf8_lossy(&self.text)
            );
        };
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        assert!(
            seen.is_ok(),
            "{wanted:?} never came: {}",
            String::from_utf8_lossy(&self.text)
        );
    }

    async fn type_and_read(&mut self, typed: &str, wanted: &str) {
        self.terminal.write(typed.as_bytes().to_vec()).await;
        self.until(wanted).await;
    }
}

async fn ended(terminal: &Terminal) -> TerminalEnd {
    let mut states = terminal.state();
    let ended = tokio::time::timeout(PATIENCE, states.wait_for(|state| state.ended.is_some()));
    let state = *ended.await.unwrap().unwrap();
    state.ended.unwrap()
}

/// What runs in a container, as its own `/proc` shows it.
fn processes(name: &str) -> String {
    docker(&[
        "exec",
        name,
        "/bin/busybox",
        "sh",
        "-c",
        "for each in /proc/[0-9]*; do busybox tr '\\0' ' ' < $each/cmdline; echo; done",
    ])
}

#[tokio::test]
async fn a_shell_is_typed_to_resized_and_left() {
    let engine = engine().await;
    let (id, _gone) = running("engine-shell", &[]);
    let terminal = engine.open_shell(&id, shell()).await.unwrap();
    assert!(terminal.takes_input());
    let mut reading = Reading::of(&terminal);
    reading
        .type_and_read(
            "busybox stty size; echo $TERM\r",
            "30 100\r\nxterm-256color",
        )
        .await;
    terminal
        .resize(TerminalSize {
            columns: 132,
            rows: 43,
        })
        .await;
    reading.type_and_read("busybox stty size\r", "43 132").await;
    reading
        .type_and_read("echo gr\u{fc}\u{df}e 🦀\r", "\r\ngr\u{fc}\u{df}e 🦀")
        .await;
    let before = reading.text.clone();
    let mut again = Reading::of(&terminal);
    again.until("🦀\r\n").await;
    assert_eq!(again.text, before, "whoever comes back sees the same");
    terminal.write(b"exit 7\r".to_vec()).await;
    assert_eq!(
        ended(&terminal).await,
        TerminalEnd::Exited { code: Some(7) }
    );
    terminal.write(b"nobody\r".to_vec()).await;
}

#[tokio::test]
async fn a_shell_that_is_closed_takes_along_what_runs_in_it() {
    let engine = engine().await;
    let (id, _gone) = running("engine-hangup", &[]);
    docker(&[
        "exec",
        "engine-hangup",
        "/bin/busybox",
        "--install",
        "-s",
        "/bin",
    ]);
    let terminal = engine.open_shell(&id, shell()).await.unwrap();
    let mut reading = Reading::of(&terminal);
    reading
        .type_and_read("busybox sleep 4242 & echo begun $((40+2))\r", "begun 42")
        .await;
    assert!(processes("engine-hangup").contains("sleep 4242"));
    terminal.hang_up().await;
    ended(&terminal).await;
    let gone = tokio::time::timeout(PATIENCE, async {
        while processes("engine-hangup").contains("sleep 4242") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    assert!(gone.await.is_ok(), "nothing goes on unseen");
    drop(terminal);
    assert!(
        processes("engine-hangup").contains("sleep 1"),
        "the main program does"
    );
}

#[tokio::test]
async fn a_flood_is_bounded_and_holds_nobody_up() {
    let engine = engine().await;
    let (id, _gone) = running("engine-cat", &[]);
    let terminal = engine.open_shell(&id, shell()).await.unwrap();
    let script = "busybox yes '0123456789012345678901234567890123456789' | busybox head -c 20000000; echo; echo over $((6*7))\r";
    terminal.write(script.as_bytes().to_vec()).await;
    // Nobody reads while it flows.
    let mut states = terminal.state();
    let flowed = states.wait_for(|state| state.end.0 > 20_000_000);
    tokio::time::timeout(PATIENCE, flowed)
        .await
        .unwrap()
        .unwrap();
    let mut reading = Reading::of(&terminal);
    reading.until("over 42").await;
    let state = *terminal.state().borrow();
    let kept = state.end.0 - state.start.0;
    assert!(kept < 1_300_000, "what is kept is bounded: {kept}");
    assert!(
        reading.text.len() < 15_000_000,
        "whoever is late gets the newest part: {}",
        reading.text.len()
    );
    reading
        .type_and_read("echo still $((1+1))\r", "still 2")
        .await;
    terminal.hang_up().await;
}

#[tokio::test]
async fn a_shell_that_cannot_be_says_why() {
    let engine = engine().await;
    let (id, gone) = running("engine-none", &[]);
    let none = ShellSpec {
        command: vec!["/no/such/shell".to_owned()],
        ..shell()
    };
    match engine.open_shell(&id, none).await {
        Ok(terminal) => {
            let mut reading = Reading::of(&terminal);
            reading.until("/no/such/shell").await;
            assert!(matches!(
                ended(&terminal).await,
                TerminalEnd::Exited {
                    code: Some(126 | 127)
                }
            ));
        }
        Err(error) => assert!(
            matches!(&error, Error::Engine { message, .. } if message.contains("/no/such/shell")),
            "{error:?}"
        ),
    }
    let terminal = engine.open_shell(&id, shell()).await.unwrap();
    docker(&["kill", "engine-none"]);
    assert!(
        matches!(ended(&terminal).await, TerminalEnd::Exited { .. }),
        "it ends with its container"
    );
    let error = engine.open_shell(&id, shell()).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::NotRunning { .. }), "{error:?}");
    drop(gone);
    let error = engine.open_shell(&id, shell()).await.map(drop).unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

/// A main program that answers what is typed.
fn answering(name: &str, options: &[&str]) -> (ContainerId, Gone) {
    let mut arguments = vec!["run", "--detach", "--name", name];
    arguments.extend(options);
    arguments.extend([
        "slipway/webapp:1",
        "/bin/busybox",
        "sh",
        "-c",
        "echo ready; while read line; do echo \"got $line\"; done; while :; do busybox sleep 1; echo tick; done",
    ]);
    let id = docker(&arguments);
    (id.as_str().into(), Gone(name.to_owned()))
}

#[tokio::test]
async fn the_main_program_is_spoken_with_and_left_running() {
    let engine = engine().await;
    let (id, _gone) = answering("engine-main", &["--interactive", "--tty"]);
    let terminal = engine.attach_main(&id, SIZE).await.unwrap();
    assert!(terminal.takes_input());
    let mut reading = Reading::of(&terminal);
    reading.type_and_read("hello\r", "got hello").await;
    terminal.write(DETACH.to_vec()).await;
    assert_eq!(ended(&terminal).await, TerminalEnd::Detached);
    let again = engine.attach_main(&id, SIZE).await.unwrap();
    Reading::of(&again)
        .type_and_read("back\r", "got back")
        .await;
    again.hang_up().await;
    assert_eq!(ended(&again).await, TerminalEnd::Detached);
    let state = docker(&["inspect", "--format", "{{.State.Status}}", "engine-main"]);
    assert_eq!(state, "running", "leaving ends nothing");
    let last = engine.attach_main(&id, SIZE).await.unwrap();
    docker(&["kill", "engine-main"]);
    assert!(matches!(
        ended(&last).await,
        TerminalEnd::Exited {
            code: Some(137) | None
        }
    ));
}

#[tokio::test]
async fn a_program_without_input_is_listened_to() {
    let engine = engine().await;
    let (id, _gone) = answering("engine-listen", &[]);
    let terminal = engine.attach_main(&id, SIZE).await.unwrap();
    assert!(!terminal.takes_input());
    let mut reading = Reading::of(&terminal);
    reading.until("tick\r\n").await;
    terminal.write(b"not heard\r".to_vec()).await;
    terminal.write(vec![DETACH[0]]).await;
    terminal.write(vec![DETACH[1]]).await;
    assert_eq!(
        ended(&terminal).await,
        TerminalEnd::Detached,
        "the keys may come one by one"
    );
}
