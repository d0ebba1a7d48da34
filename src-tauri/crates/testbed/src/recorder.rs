//! A socket in front of an engine's that writes down every request. It proves that nothing polls, and it can
//! take the engine away for a while without touching it.

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::SystemTime;

use tempfile::TempDir;

use crate::BedError;
use crate::fake_engine::without_version;
use crate::relay::{Duplex, Tap, Words, locked};

/// A request that passed.
#[derive(Debug, Clone)]
pub struct Passed {
    /// When its first line came.
    pub at: SystemTime,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without API version, with its query.
    pub target: String,
}

/// The recording socket.
pub struct UnixRecorder {
    folder: TempDir,
    passed: Arc<Mutex<Vec<Passed>>>,
    tap: Arc<Tap<UnixStream>>,
    gate: Arc<Gate>,
    ended: Arc<AtomicBool>,
}

/// Where a request that changes something can be held before the engine sees it.
#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    opened: Condvar,
}

#[derive(Default)]
struct GateState {
    /// How many such requests still pass; `None`: all.
    left: Option<usize>,
    held: Option<Passed>,
}

impl Gate {
    /// Stands still while this request is the one to be held.
    fn pass(&self, request: &Passed) {
        if !changes_something(request) {
            return;
        }
        let mut state = locked(&self.state);
        match state.left {
            None => return,
            Some(0) => {
                state.left = None;
                state.held = Some(request.clone());
            }
            Some(left) => {
                state.left = Some(left - 1);
                return;
            }
        }
        while state.held.is_some() {
            state = self
                .opened
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Making, starting, stopping, renaming and removing; what only runs inside or waits is not meant.
fn changes_something(request: &Passed) -> bool {
    let inside = ["/exec", "/wait", "/attach", "/images/", "/build"];
    request.method != "GET"
        && request.method != "HEAD"
        && !inside.iter().any(|part| request.target.contains(part))
}

impl UnixRecorder {
    /// Puts a socket in front of `engine`.
    pub fn start(engine: &Path) -> Result<Self, BedError> {
        Self::open(engine, Words::from([]))
    }

    /// As [`Self::start`], with words replaced by others of the same length on the way, in requests and answers: an
    /// engine that says it has another processor, or that cannot start something.
    ///
    /// # Panics
    /// Where two words are not of one length: lengths are said elsewhere in a message.
    pub fn disguised(engine: &Path, words: &[(&str, &str)]) -> Result<Self, BedError> {
        let bytes = words.iter().map(|(from, to)| {
            assert_eq!(
                from.len(),
                to.len(),
                "lengths are said elsewhere in a message"
            );
            (from.as_bytes().to_vec(), to.as_bytes().to_vec())
        });
        Self::open(engine, bytes.collect())
    }

    fn open(engine: &Path, words: Words) -> Result<Self, BedError> {
        let folder = tempfile::tempdir().map_err(BedError::io("making a folder for a socket"))?;
        let recorder = Self {
            folder,
            passed: Arc::default(),
            tap: Tap::new(),
            gate: Arc::default(),
            ended: Arc::default(),
        };
        let listener =
            UnixListener::bind(recorder.socket()).map_err(BedError::io("opening a socket"))?;
        let (engine, passed) = (engine.to_owned(), Arc::clone(&recorder.passed));
        let (tap, ended) = (Arc::clone(&recorder.tap), Arc::clone(&recorder.ended));
        let gate = Arc::clone(&recorder.gate);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let server = if tap.refuses() {
                    None
                } else {
                    UnixStream::connect(&engine).ok()
                };
                let Some(server) = server else {
                    client.close(std::net::Shutdown::Both);
                    continue;
                };
                let (passed, mut reading) = (Arc::clone(&passed), Reading::new());
                let gate = Arc::clone(&gate);
                // A connection that cannot be set up is one that the client will see closed.
                let seen = move |bytes: &[u8]| {
                    reading.take(bytes, |method, target| {
                        let target = without_version(target).to_owned();
                        let request = Passed {
                            at: SystemTime::now(),
                            method: method.to_owned(),
                            target,
                        };
                        locked(&passed).push(request.clone());
                        gate.pass(&request);
                    });
                };
                let _ = tap.join_disguised(client, server, seen, &words);
            }
        });
        Ok(recorder)
    }

    /// The recorder's own socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// The value for `DOCKER_HOST`.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Passed> {
        locked(&self.passed).clone()
    }

    /// How many requests passed so far.
    pub fn count(&self) -> usize {
        locked(&self.passed).len()
    }

    /// Connections that are open now.
    pub fn connections(&self) -> usize {
        self.tap.connections()
    }

    /// Lets so many bytes a second through to the client; `None` for all that come.
    pub fn limit(&self, bytes_per_second: Option<u64>) {
        self.tap.limit(bytes_per_second);
    }

    /// Lets so many requests that change something through from now on, and holds the next one back.
    pub fn hold_after(&self, requests: usize) {
        locked(&self.gate.state).left = Some(requests);
    }

    /// The request that is held back, if one is.
    pub fn held(&self) -> Option<Passed> {
        locked(&self.gate.state).held.clone()
    }

    /// Lets what is held go on to the engine, and everything after it.
    pub fn let_go(&self) {
        let mut state = locked(&self.gate.state);
        state.left = None;
        state.held = None;
        self.gate.opened.notify_all();
    }

    /// The client of what is held is gone: it never comes to the engine, and everything after it does.
    pub fn forget_held(&self) {
        self.tap.cut();
        self.let_go();
    }

    /// Ends every connection; new ones are let through.
    pub fn cut(&self) {
        self.tap.cut();
    }

    /// Ends every connection and refuses new ones until [`Self::accept`].
    pub fn refuse(&self) {
        self.tap.refuse(true);
        self.tap.cut();
    }

    /// Lets connections through again.
    pub fn accept(&self) {
        self.tap.refuse(false);
    }
}

impl Drop for UnixRecorder {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        self.tap.cut();
        self.let_go();
        // This only wakes the thread that waits for connections.
        drop(UnixStream::connect(self.socket()));
    }
}

/// Where in a client's bytes the reading is. Requests follow each other on one connection, so bodies have to be
/// passed over; behind an upgrade (attach, exec) comes no further request.
struct Reading {
    state: State,
    line: Vec<u8>,
    head: Head,
}

enum State {
    HeadLine,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    Opaque,
}

#[derive(Default)]
struct Head {
    started: bool,
    length: u64,
    chunked: bool,
    upgrade: bool,
}

impl Reading {
    fn new() -> Self {
        Self {
            state: State::HeadLine,
            line: Vec::new(),
            head: Head::default(),
        }
    }

    fn take(&mut self, mut bytes: &[u8], mut found: impl FnMut(&str, &str)) {
        while let Some((&first, rest)) = bytes.split_first() {
            match &mut self.state {
                State::Opaque => return,
                State::Body(left) | State::Chunk(left) => {
                    let step = usize::try_from(*left)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len());
                    *left -= step as u64;
                    bytes = &bytes[step..];
                    if *left == 0 {
                        let was_body = matches!(self.state, State::Body(_));
                        self.state = if was_body {
                            State::HeadLine
                        } else {
                            State::ChunkSize
                        };
                    }
                }
                State::HeadLine | State::ChunkSize => {
                    bytes = rest;
                    if first != b'\n' {
                        self.line.push(first);
                        continue;
                    }
                    let line = String::from_utf8_lossy(&std::mem::take(&mut self.line))
                        .trim_end()
                        .to_owned();
                    if matches!(self.state, State::ChunkSize) {
                        self.state = match u64::from_str_radix(
                            line.split(';').next().unwrap_or_default(),
                            16,
                        ) {
                            Ok(0) => {
                                // The empty line behind the last chunk is passed over like one between requests.
                                self.head = Head::default();
                                State::HeadLine
                            }
                            // The chunk and the end of its line.
                            Ok(size) => State::Chunk(size + 2),
                            Err(_) => State::Opaque,
                        };
                    } else {
                        self.head_line(&line, &mut found);
                    }
                }
            }
        }
    }

    fn head_line(&mut self, line: &str, found: &mut impl FnMut(&str, &str)) {
        if !self.head.started {
            let mut words = line.split(' ');
            if let (Some(method), Some(target)) = (words.next(), words.next()) {
                found(method, target);
                self.head = Head {
                    started: true,
                    ..Head::default()
                };
            }
            return;
        }
        if line.is_empty() {
            self.state = match &self.head {
                Head { upgrade: true, .. } => State::Opaque,
                Head { chunked: true, .. } => State::ChunkSize,
                Head { length: 0, .. } => State::HeadLine,
                Head { length, .. } => State::Body(*length),
            };
            self.head = Head::default();
            return;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => self.head.length = value.trim().parse().unwrap_or(0),
            "transfer-encoding" => self.head.chunked = value.trim().eq_ignore_ascii_case("chunked"),
            "upgrade" => self.head.upgrade = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_engine::FakeEngine;
    use crate::http::{unix_get, unix_request};

    #[test]
    fn finds_each_request_whatever_the_bodies_and_the_cuts_between_reads() {
        let bytes = b"POST /v1.41/a HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /GET /b?x=1 HTTP/1.1\r\n\r\nPUT /c HTTP/1.1\r\n\
            Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nPOST /d HTTP/1.1\r\nUpgrade: tcp\r\n\r\nGET /no HTTP/1.1\r\n\r\n";
        for size in [1, 2, 7, bytes.len()] {
            let (mut reading, mut seen) = (Reading::new(), Vec::new());
            for part in bytes.chunks(size) {
                reading.take(part, |method, target| {
                    seen.push(format!("{method} {target}"));
                });
            }
            assert_eq!(
                seen,
                ["POST /v1.41/a", "GET /b?x=1", "PUT /c", "POST /d"],
                "read {size} bytes at a time"
            );
        }
    }

    #[test]
    fn a_request_that_is_held_comes_to_the_engine_only_when_it_is_let_go() {
        let engine = FakeEngine::start().unwrap();
        let recorder = UnixRecorder::start(&engine.socket()).unwrap();
        let ask = |method: &'static str| {
            let socket = recorder.socket();
            std::thread::spawn(move || unix_request(&socket, method, "/x", &[], b""))
        };
        recorder.hold_after(1);
        ask("POST").join().unwrap().unwrap();
        ask("GET").join().unwrap().unwrap();
        for goes_on in [false, true] {
            let held = ask("POST");
            while recorder.held().is_none() {
                crate::process::pause(std::time::Duration::from_millis(5));
            }
            let before = engine.count("POST", "/x");
            if goes_on {
                recorder.let_go();
            } else {
                recorder.forget_held();
            }
            assert_eq!(held.join().unwrap().is_ok(), goes_on);
            assert_eq!(engine.count("POST", "/x"), before + usize::from(goes_on));
            recorder.hold_after(0);
        }
        recorder.let_go();
    }

    #[test]
    fn counts_what_passes_and_takes_the_engine_away() {
        let engine = FakeEngine::start().unwrap();
        let recorder = UnixRecorder::start(&engine.socket()).unwrap();
        assert_eq!(
            unix_get(&recorder.socket(), "/v1.41/version")
                .unwrap()
                .status,
            200
        );
        unix_request(&recorder.socket(), "POST", "/x?y=1", &[], b"body").unwrap();
        let targets: Vec<String> = recorder
            .requests()
            .into_iter()
            .map(|passed| passed.target)
            .collect();
        assert_eq!(targets, ["/version", "/x?y=1"]);
        recorder.refuse();
        assert!(
            unix_get(&recorder.socket(), "/_ping").is_err(),
            "a refused connection gets no answer"
        );
        recorder.accept();
        assert!(unix_get(&recorder.socket(), "/_ping").is_ok());
        assert_eq!(recorder.count(), 3);
    }
}
