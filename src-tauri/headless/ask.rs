//! What is read from the person: a line on the standard input.

use std::io::{IsTerminal as _, Read as _};

use super::failure::{Failure, Outcome};
use super::session::Session;

/// The most that is read: no command and no password is longer.
const LONGEST: u64 = 1 << 20;

/// The first line, for a password.
///
/// # Errors
/// `Usage` where there is none.
pub async fn first_line() -> Outcome<String> {
    let mut line = read(true).await?;
    line.truncate(line.trim_end_matches(['\n', '\r']).len());
    if line.is_empty() {
        return Err(
            Failure::usage("There is no password on the standard input.")
                .hint("Write it there, for example: slipway launch … --password-stdin < file"),
        );
    }
    Ok(line)
}

/// Everything, for a command.
pub async fn everything() -> Outcome<String> {
    read(false).await
}

/// A yes or a no, from a person at a terminal. Where there is none, nobody has agreed.
pub async fn agrees(session: &mut Session, question: &str) -> Outcome<bool> {
    if session.voice.speaks_json() || !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    session.voice.question(&format!("{question} [y/N]"))?;
    let cancelled = session.cancelled.clone();
    let answer = tokio::select! {
        answer = read(true) => answer?,
        () = cancelled.cancelled() => return Err(Failure::cancelled("Cancelled.")),
    };
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// On a thread of its own: a terminal answers when its person does.
async fn read(only_a_line: bool) -> Outcome<String> {
    let read = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        let input = std::io::stdin().lock();
        let mut input = input.take(LONGEST);
        if only_a_line {
            std::io::BufRead::read_line(&mut input, &mut text)?;
        } else {
            input.read_to_string(&mut text)?;
        }
        Ok::<String, std::io::Error>(text)
    });
    match read.await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => {
            Err(Failure::usage("The standard input cannot be read.").because(error.to_string()))
        }
        Err(_) => Err(Failure::cancelled("Cancelled.")),
    }
}
