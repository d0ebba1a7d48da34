//! Is the lab ready? The HTTP probe on the published address, the container's health check, or the
//! recipe's log line: whichever comes first.
//!
//! All three are watched at once, together with two things that only prepare the opening: the log,
//! for the server's own address and token, and a look inside where the log hides them. So when the
//! answer comes, nothing is left to be looked up. A container that ends is an error at once; one
//! that is slow never is.

use std::time::Duration;

use slipway_engine::inventory::{ContainerState, EngineStatus, Health, Inventory};
use slipway_engine::{ContainerId, Engine, UnixMillis};
use slipway_vault::Secret;
use tokio::time::Instant;

use crate::address::{self, PageAddress};
use crate::recipe::{Generation, SignInKind};

mod door;
mod hints;
mod inside;
mod lookout;
pub(crate) mod probe;

use hints::Hints;

pub(crate) use door::{Door, corrected};
pub(crate) use lookout::masked;
pub use lookout::{hiding_tokens, without_tokens};

/// The engine may restart within this time without the wait being given up.
const ENGINE_PATIENCE: Duration = Duration::from_secs(6);

/// A program with nothing to ask runs when it has run for so long.
const SETTLING: Duration = Duration::from_millis(1_500);

/// What is waited for.
#[derive(Clone)]
pub(crate) struct Wait {
    pub engine: Engine,
    pub inventory: Inventory,
    pub container: ContainerId,
    /// The container's present start: older log lines do not count.
    pub started: Option<UnixMillis>,
    pub generation: Generation,
    /// The page's port in the lab.
    pub page_port: u16,
    /// The token that Slipway gave the lab.
    pub token: Option<Secret>,
    /// More texts that must not be seen in a log line.
    pub secrets: Vec<Secret>,
    /// The longest pause between two probes.
    pub slowest: Duration,
    /// When to stop asking; never a failure of the lab.
    pub patience: Duration,
}

/// Why the wait ended without an answer.
pub(crate) enum NotReady {
    /// The container ended; the last lines of its log are masked.
    Exited {
        code: Option<i32>,
        out_of_memory: bool,
        lines: Vec<String>,
    },
    /// Removed while it was waited for; `lines` are what was seen of its log, masked.
    Gone {
        lines: Vec<String>,
    },
    EngineAway,
    /// Nothing more will be asked; the lab may still be starting.
    OutOfPatience,
}

/// What is told while waiting.
pub(crate) struct Sign {
    pub slow: bool,
    /// Last lines of the log, masked.
    pub log: Vec<String>,
    /// Its port has answered, if only to say that it is not ready.
    pub spoke: bool,
}

/// The page that answered.
pub(crate) struct Reached {
    pub page: PageAddress,
    /// Where to ask how it signs people in; `None`: there is nothing to find out.
    pub door: Option<Door>,
}

/// Told about once a second.
pub(crate) type Tell<'a> = dyn Fn(Sign) + Send + Sync + 'a;

/// Waits until the lab answers, and gives the page's address; `None` where it has no published page.
/// Without `tell` nobody looks, and the log is read only for the address.
pub(crate) async fn until_it_answers(
    wait: &Wait,
    tell: Option<&Tell<'_>>,
) -> Result<Option<Reached>, NotReady> {
    let hints = Hints::default();
    let begun = Instant::now();
    let log = lookout::read_log(wait, &hints);
    let inside = inside::look_when_asked(wait, &hints);
    let told = tell_signs(wait, &hints, begun, tell);
    // These three never end; they only prepare and tell.
    tokio::pin!(log, inside, told);

    tokio::select! {
        // What has happened already is seen first: an exit before an answer before a line.
        biased;
        end = container_ends(wait) => return Err(last_words(wait, end, &hints).await),
        answered = probe::until_answered(wait, &hints) => {
            if answered == probe::Answered::NotAPage {
                return Ok(None);
            }
        }
        () = becomes_healthy(wait) => {}
        () = has_nothing_to_ask(wait) => {}
        () = hints.ready_line() => {}
        () = &mut log => {}
        () = &mut inside => {}
        () = &mut told => {}
        () = tokio::time::sleep(wait.patience) => return Err(NotReady::OutOfPatience),
    }
    if !wait.generation.has_page() {
        return Ok(None);
    }
    let Some((host, port)) = published(wait) else {
        return Ok(None);
    };
    if wait.token.is_none() && hints.token_wanted(&wait.generation) {
        // The server answers some milliseconds before its lines have come through the engine.
        let settled = async {
            if tokio::time::timeout(Duration::from_millis(120), hints.settled())
                .await
                .is_err()
            {
                hints.ask_inside();
                let _ = tokio::time::timeout(Duration::from_secs(4), hints.settled()).await;
            }
        };
        tokio::select! {
            biased;
            () = settled => {}
            () = inside => {}
            () = log => {}
        }
    }
    Ok(Some(Reached {
        door: hints.door(wait, &host, port),
        page: hints.page(wait, host, port),
    }))
}

/// The published host and port of the page.
fn published(wait: &Wait) -> Option<(String, u16)> {
    let snapshot = wait.inventory.snapshot();
    let row = snapshot.containers.get(&wait.container)?;
    let port = address::binding(row, wait.page_port)?;
    let engine_host = address::engine_host(wait.engine.endpoint());
    Some((
        address::host(&port.listen_ip, engine_host.as_deref()),
        port.host_port?,
    ))
}

/// Ends when the container has ended, is gone, or its engine stays away.
async fn container_ends(wait: &Wait) -> NotReady {
    let mut snapshots = wait.inventory.watch();
    let mut seen = false;
    let mut unsure_since: Option<Instant> = None;
    loop {
        let snapshot = snapshots.borrow_and_update().clone();
        let row = snapshot.containers.get(&wait.container);
        let ready = snapshot.report.status == EngineStatus::Ready;
        match row {
            Some(row) if ready && is_over(row.state) && is_this_start(wait, row.started) => {
                return NotReady::Exited {
                    code: row.exit_code,
                    out_of_memory: row.out_of_memory,
                    lines: Vec::new(),
                };
            }
            Some(_) if ready => {
                seen = true;
                unsure_since = None;
            }
            None if ready && seen => return NotReady::Gone { lines: Vec::new() },
            _ => {
                let since = *unsure_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= ENGINE_PATIENCE {
                    if !ready {
                        return NotReady::EngineAway;
                    }
                    // A busy engine's events may lag; it is asked before anything is said.
                    let asked = wait.engine.inspect_container(wait.container.as_str()).await;
                    if matches!(asked, Err(slipway_engine::Error::NotFound { .. })) {
                        return NotReady::Gone { lines: Vec::new() };
                    }
                    unsure_since = Some(Instant::now());
                }
            }
        }
        let again = async {
            match unsure_since {
                Some(since) => tokio::time::sleep_until(since + ENGINE_PATIENCE).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = snapshots.changed() => if changed.is_err() { return NotReady::EngineAway },
            () = again => {}
        }
    }
}

fn is_over(state: ContainerState) -> bool {
    matches!(
        state,
        ContainerState::Exited | ContainerState::Dead | ContainerState::Removing
    )
}

/// A row of before a restart says nothing about this start.
fn is_this_start(wait: &Wait, started: Option<UnixMillis>) -> bool {
    match (wait.started, started) {
        (Some(expected), Some(started)) => started >= expected,
        _ => true,
    }
}

async fn last_words(wait: &Wait, end: NotReady, hints: &Hints) -> NotReady {
    match end {
        NotReady::Exited {
            code,
            out_of_memory,
            ..
        } => {
            let lines = wait
                .engine
                .last_log_lines(&wait.container, 20)
                .await
                .unwrap_or_default();
            let lines: Vec<String> = lines
                .iter()
                .map(|line| masked(&line.text, &lookout::secrets(wait)))
                .collect();
            // The log of a container that removes itself goes with it.
            let lines = if lines.is_empty() { hints.log() } else { lines };
            NotReady::Exited {
                code,
                out_of_memory,
                lines,
            }
        }
        NotReady::Gone { .. } => NotReady::Gone { lines: hints.log() },
        other => other,
    }
}

async fn becomes_healthy(wait: &Wait) {
    let mut snapshots = wait.inventory.watch();
    loop {
        let healthy = {
            let snapshot = snapshots.borrow_and_update();
            snapshot.containers.get(&wait.container).is_some_and(|row| {
                row.health == Health::Healthy
                    && row.state == ContainerState::Running
                    && is_this_start(wait, row.started)
            })
        };
        if healthy {
            return;
        }
        if snapshots.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Ends when the container runs for a moment and has no page, no health check and no ready line.
async fn has_nothing_to_ask(wait: &Wait) {
    let mut snapshots = wait.inventory.watch();
    loop {
        let row = snapshots
            .borrow_and_update()
            .containers
            .get(&wait.container)
            .cloned();
        if let Some(row) = row
            && row.state == ContainerState::Running
        {
            let silent = address::binding(&row, wait.page_port).is_none()
                && row.health == Health::None
                && wait.generation.ready.log.is_none();
            if silent {
                // A program that cannot go on ends at once; events of a busy engine may lag.
                tokio::time::sleep(SETTLING).await;
                let asked = wait.engine.inspect_container(wait.container.as_str()).await;
                if asked.is_ok_and(|row| row.state == ContainerState::Running) {
                    return;
                }
            }
        }
        if snapshots.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Tells what there is to see, about once a second; never ends.
async fn tell_signs(wait: &Wait, hints: &Hints, begun: Instant, tell: Option<&Tell<'_>>) {
    let Some(tell) = tell else {
        return std::future::pending().await;
    };
    let usual = wait
        .generation
        .ready
        .usual_seconds
        .map_or(30, |(_, most)| u64::from(most));
    let slow_after = Duration::from_secs((usual * 2).max(30));
    let mut file: Vec<String> = Vec::new();
    let mut round: u32 = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let slow = begun.elapsed() >= slow_after;
        if slow && round.is_multiple_of(5) {
            file = inside::log_file(wait).await;
        }
        round = round.wrapping_add(1);
        let mut log = hints.log();
        if !file.is_empty() {
            log.clone_from(&file);
        }
        tell(Sign {
            slow,
            log,
            spoke: hints.has_spoken(),
        });
    }
}

/// Whether the token of a wait is one that somebody set from outside, in a variable that a file
/// inside the image may overrule. Only the server knows.
pub(crate) fn may_refuse_its_token(wait: &Wait) -> bool {
    let generation = &wait.generation;
    wait.token.is_some()
        && generation.sign_in.kind == SignInKind::Token
        && generation.sign_in.token_config.is_none()
        && generation.start_inside.is_none()
}

/// Whether the page of this generation may need a token that Slipway does not know.
fn may_have_token(generation: &Generation) -> bool {
    match generation.sign_in.kind {
        SignInKind::Token => true,
        SignInKind::Password => generation.sign_in.token_config.is_some(),
        SignInKind::Open | SignInKind::Unknown => false,
    }
}
