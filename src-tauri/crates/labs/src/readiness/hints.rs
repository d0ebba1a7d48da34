//! What is learned about a server while waiting for it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use slipway_vault::Secret;
use tokio::sync::Notify;

use super::{Door, Wait, may_have_token};
use crate::address::{Announced, PageAddress};
use crate::recipe::Generation;

/// Lines of the log that are shown while waiting.
const SHOWN_LINES: usize = 12;

#[derive(Default)]
pub(super) struct Hints {
    known: Mutex<Known>,
    changed: Notify,
    asked: Notify,
    /// Something has answered at the port, however unfinished: a person may be in it by now.
    spoke: std::sync::atomic::AtomicBool,
}

#[derive(Default)]
struct Known {
    https: bool,
    base: Option<String>,
    path: Option<String>,
    token: Option<Secret>,
    /// The server has said that it runs, and whether it has a token.
    settled: bool,
    /// The recipe's ready line was there.
    ready_line: bool,
    log: VecDeque<String>,
}

impl Hints {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spoke(&self) {
        self.spoke.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    pub(super) fn has_spoken(&self) -> bool {
        self.spoke.load(std::sync::atomic::Ordering::Relaxed)
    }

    pub(super) fn https(&self) -> bool {
        self.known().https
    }

    pub(super) fn found_https(&self) {
        self.known().https = true;
    }

    /// The server's base URL, with slashes at both ends.
    pub(super) fn base(&self) -> String {
        self.known().base.clone().unwrap_or_else(|| "/".to_owned())
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.known().log.iter().cloned().collect()
    }

    pub(super) fn saw_line(&self, masked: String) {
        let mut known = self.known();
        if known.log.len() == SHOWN_LINES {
            known.log.pop_front();
        }
        known.log.push_back(masked);
    }

    /// A line of the log with the server's own address.
    pub(super) fn announced(&self, server: Announced) {
        let hides_token = server.hides_token;
        {
            let mut known = self.known();
            known.https = server.https;
            known.base = Some(base_of(&server.path));
            known.path = Some(server.path);
            if server.token.is_some() {
                known.token = server.token;
            }
            known.settled = !hides_token || known.token.is_some();
        }
        self.changed.notify_waiters();
        if hides_token {
            self.ask_inside();
        }
    }

    /// What the server's own listing inside says.
    pub(super) fn listed(&self, server: Announced) {
        {
            let mut known = self.known();
            known.https = server.https;
            known.base = Some(slashed(&server.path));
            known.token = server.token;
            known.settled = true;
        }
        self.changed.notify_waiters();
    }

    pub(super) fn ask_inside(&self) {
        self.asked.notify_one();
    }

    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    pub(super) fn saw_ready_line(&self) {
        self.known().ready_line = true;
        self.changed.notify_waiters();
    }

    /// Waits for the recipe's ready line.
    pub(super) async fn ready_line(&self) {
        self.until(|known| known.ready_line).await;
    }

    /// Waits until the server's token (or that it has none) is known.
    pub(super) async fn settled(&self) {
        self.until(|known| known.settled).await;
    }

    async fn until(&self, reached: impl Fn(&Known) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if reached(&self.known()) {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn token_wanted(&self, generation: &Generation) -> bool {
        may_have_token(generation) && !self.known().settled
    }

    fn is_https(&self, wait: &Wait) -> bool {
        self.https() || wait.generation.scheme.as_deref() == Some("https")
    }

    pub(super) fn door(&self, wait: &Wait, host: &str, port: u16) -> Option<Door> {
        Door::of(
            &wait.generation,
            self.is_https(wait),
            host,
            port,
            &self.base(),
        )
    }

    pub(super) fn page(&self, wait: &Wait, host: String, port: u16) -> PageAddress {
        let https = self.is_https(wait);
        let known = self.known();
        let base = known.base.as_deref().unwrap_or("/");
        let path = match &wait.generation.path {
            Some(path) if path.starts_with(base) => path.clone(),
            Some(path) => format!("{base}{}", path.trim_start_matches('/')),
            None => known.path.clone().unwrap_or_else(|| base.to_owned()),
        };
        let token = wait.token.clone().or_else(|| known.token.clone());
        PageAddress::new(https, host, port, &path, token)
            .with_token_as(wait.generation.sign_in.token_parameter.as_deref())
    }
}

fn slashed(base: &str) -> String {
    let inner = base.trim_matches('/');
    if inner.is_empty() {
        "/".to_owned()
    } else {
        format!("/{inner}/")
    }
}

/// The base URL in a page's path: what stands before `lab`, `tree` and their like.
fn base_of(path: &str) -> String {
    let mut base = Vec::new();
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_page = matches!(
            *segment,
            "lab" | "tree" | "notebooks" | "retro" | "nbclassic" | "doc"
        );
        let is_last_name = index + 1 == segments.len() && !path.ends_with('/');
        if is_page || is_last_name {
            break;
        }
        base.push(*segment);
    }
    slashed(&base.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_found_in_pages() {
        assert_eq!(base_of("/"), "/");
        assert_eq!(base_of("/lab"), "/");
        assert_eq!(base_of("/pre/fix/lab"), "/pre/fix/");
        assert_eq!(base_of("/pre/fix/"), "/pre/fix/");
        assert_eq!(base_of("/lab/tree/start.ipynb"), "/");
        assert_eq!(base_of("/pre/lab/tree/start.ipynb"), "/pre/");
    }
}
