//! A lab's log, without its passwords and tokens.

use slipway_engine::logs::{FollowedLog, LogLine, LogQuery};
use slipway_labs::readiness::without_tokens;

use super::failure::{Failure, Outcome};
use super::session::Session;
use super::{MOMENT, shapes};

const COVER: &str = "••••••";
/// Lines that are read at once.
const PAGE: u32 = 1_000;

pub async fn logs(session: &mut Session, lab: &str, follow: bool, tail: u32) -> Outcome {
    session.engine().await?;
    let card = session.find(lab)?;
    let Some(container) = card.container else {
        return Err(Failure::not_found(format!(
            "The container of {} is gone, and its log with it.",
            card.name
        )));
    };
    // A token that only the server's page tells is known a moment after the start.
    session
        .card_when(&card.id, Some(MOMENT), |card| {
            card.state != slipway_labs::card::LabState::Starting
        })
        .await?;
    let mut masked = session.state.labs.masked_texts(&card.id).await;
    masked.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let engine = session
        .state
        .inventory
        .engine()
        .map_err(slipway_labs::Problem::from)?;
    if follow {
        let log = engine
            .follow_log(&container, tail, masked)
            .await
            .map_err(slipway_labs::Problem::from)?;
        return followed(session, &log).await;
    }
    let lines = engine
        .last_log_lines(&container, tail)
        .await
        .map_err(slipway_labs::Problem::from)?;
    let lines: Vec<shapes::Line> = lines
        .into_iter()
        .map(|line| covered(line, &masked))
        .collect();
    for line in &lines {
        session.voice.line(&line.text)?;
    }
    session.voice.value(&lines)?;
    Ok(())
}

/// Writes lines as they come, until the log ends or Ctrl-C is pressed, which is how it is meant to end.
async fn followed(session: &mut Session, log: &FollowedLog) -> Outcome {
    let mut states = log.state();
    let cancelled = session.cancelled.clone();
    let mut next = 0;
    loop {
        let state = *states.borrow_and_update();
        if next < state.first {
            session
                .voice
                .note(&format!("… {} lines were skipped", state.first - next))?;
            next = state.first;
        }
        while next < state.end {
            let query = LogQuery {
                start: next,
                count: PAGE,
                ..LogQuery::default()
            };
            let page = log.read(&query);
            let Some(last) = page.lines.last().map(|line| line.number) else {
                break;
            };
            for line in page.lines {
                let line = covered(line, &[]);
                session.voice.line(&line.text)?;
                session.voice.value_line(&line)?;
            }
            next = last + 1;
        }
        if state.ended {
            return Ok(());
        }
        tokio::select! {
            changed = states.changed() => if changed.is_err() { return Ok(()) },
            () = cancelled.cancelled() => return Ok(()),
        }
    }
}

fn covered(line: LogLine, masked: &[String]) -> shapes::Line {
    let text = masked
        .iter()
        .fold(line.text, |text, secret| text.replace(secret, COVER));
    shapes::Line {
        time: line.time.map(|time| time.0),
        stream: line.stream,
        text: without_tokens(&text),
    }
}
