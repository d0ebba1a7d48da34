//! The container's log, read while waiting: the ready line, the server's address, the last lines.

use std::sync::LazyLock;

use regex::Regex;
use slipway_engine::logs::LogQuery;
use slipway_vault::Secret;

use super::Wait;
use super::hints::Hints;
use crate::address;

/// Enough to find the server's address in a log that says a lot.
const TAIL: u32 = 2_000;

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)((?:token|password|passwd|secret)[=:]\s*)[0-9A-Za-z%._~-]{4,}").ok()
});

/// Reads what the server says of itself; never ends.
pub(super) async fn read_log(wait: &Wait, hints: &Hints) {
    let ready = wait
        .generation
        .ready
        .log
        .as_deref()
        .and_then(|pattern| Regex::new(pattern).ok());
    let Ok(log) = wait
        .engine
        .follow_log(&wait.container, TAIL, Vec::new())
        .await
    else {
        // A log driver that cannot be read: the probe is enough.
        return std::future::pending().await;
    };
    let secrets = secrets(wait);
    let mut states = log.state();
    let mut next = 0;
    loop {
        let state = *states.borrow_and_update();
        next = next.max(state.first);
        while next < state.end {
            let page = log.read(&LogQuery {
                start: next,
                count: 1_000,
                ..LogQuery::default()
            });
            if page.lines.is_empty() {
                break;
            }
            for line in &page.lines {
                next = next.max(line.number + 1);
                if line
                    .time
                    .zip(wait.started)
                    .is_some_and(|(time, started)| time < started)
                {
                    continue;
                }
                hints.saw_line(masked(&line.text, &secrets));
                if let Some(server) = address::announced(&line.text)
                    && server.port == wait.page_port
                {
                    hints.announced(server);
                }
                if ready
                    .as_ref()
                    .is_some_and(|ready| ready.is_match(&line.text))
                {
                    hints.saw_ready_line();
                }
            }
        }
        if states.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Every text that must not be seen.
pub(super) fn secrets(wait: &Wait) -> Vec<Secret> {
    wait.token.iter().chain(&wait.secrets).cloned().collect()
}

/// A line without secrets: known ones, and whatever stands where a token or password usually does.
pub(crate) fn masked(line: &str, secrets: &[Secret]) -> String {
    let mut line = line.to_owned();
    for secret in secrets {
        // A very short password would blot out half the log and protect nothing.
        if secret.reveal().len() >= 3 {
            line = line.replace(secret.reveal(), "••••••");
        }
    }
    match TOKEN.as_ref() {
        Some(token) => token.replace_all(&line, "${1}••••••").into_owned(),
        None => line,
    }
}

/// A line of a log without the tokens and passwords that stand where they usually do: a server's own
/// token is in its log before anybody can know it.
pub fn without_tokens(line: &str) -> String {
    hiding_tokens(line).unwrap_or_else(|| line.to_owned())
}

/// The same; `None` where there is nothing to hide, which is so for almost every line.
pub fn hiding_tokens(line: &str) -> Option<String> {
    match TOKEN.as_ref()?.replace_all(line, "${1}••••••") {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(covered) => Some(covered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_the_servers_own_is_masked() {
        let line =
            " or http://127.0.0.1:8888/lab?token=0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_eq!(
            without_tokens(line),
            " or http://127.0.0.1:8888/lab?token=••••••",
            "whoever looks over a shoulder must not be signed in"
        );
    }

    #[test]
    fn secrets_are_masked() {
        let secrets = [Secret::new("correct horse".into())];
        assert_eq!(
            masked("password is correct horse!", &secrets),
            "password is ••••••!"
        );
        assert_eq!(
            masked("http://vm:8888/lab?token=c8de56fa4deed248", &[]),
            "http://vm:8888/lab?token=••••••"
        );
        assert_eq!(
            masked("http://vm:8888/lab?token=...", &[]),
            "http://vm:8888/lab?token=..."
        );
        assert_eq!(masked("Token: abcdef", &[]), "Token: ••••••");
        assert_eq!(masked("nothing to hide", &[]), "nothing to hide");
    }
}
