//! A fake engine: HTTP over a temporary unix socket, for the faults that a real engine cannot be asked for.
//!
//! Routes are matched by method and path (the API version in front and the query behind are left out), and a
//! route may have several answers, which are given one after the other, the last one again and again. Every
//! connection has a thread of its own, so `/events` can stay open while other requests are answered.

mod wire;

use std::collections::HashMap;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tempfile::TempDir;

pub(crate) use self::wire::without_version;

use crate::BedError;
use crate::relay::locked;

/// One piece of a streamed answer.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Bytes, sent as one chunk.
    Bytes(Vec<u8>),
    /// Nothing for a while.
    Pause(Duration),
    /// Nothing until the test calls [`FakeEngine::go_on`].
    Wait,
    /// The connection ends here, in the middle of the body.
    Cut,
    /// Nothing more, but the connection stays open as long as the engine lives.
    StayOpen,
}

impl Piece {
    /// A chunk of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Bytes(text.into().into_bytes())
    }
}

/// What a route answers.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Whole(Vec<u8>),
    Pieces(Vec<Piece>),
    /// The connection is closed without a word.
    Nothing,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: Body::Whole(body.to_string().into_bytes()),
        }
    }

    /// An error in the engine's form, `{"message": …}`.
    pub fn error(status: u16, message: &str) -> Self {
        Self::json(status, serde_json::json!({ "message": message }))
    }

    /// An answer that comes in pieces (chunked).
    pub fn stream(status: u16, pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: Body::Pieces(pieces.into_iter().collect()),
        }
    }

    /// An empty answer, for 204 and 304.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Whole(Vec::new()),
        }
    }

    /// The connection is cut before anything is said.
    pub fn cut() -> Self {
        Self {
            status: 0,
            headers: Vec::new(),
            body: Body::Nothing,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A request that the engine got.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the API version and the query: `/containers/json`.
    pub path: String,
    /// What stood behind the `?`, or nothing.
    pub query: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    /// For each method and path the answers to come.
    routes: Mutex<HashMap<(String, String), Vec<Reply>>>,
    requests: Mutex<Vec<Request>>,
    allowed: Mutex<u64>,
    changed: Condvar,
    ended: AtomicBool,
}

/// A scripted engine on a socket of its own.
pub struct FakeEngine {
    script: Arc<Script>,
    folder: TempDir,
}

impl FakeEngine {
    /// An engine that answers `/_ping`, `/version` and `/info` like a healthy 20.10 and everything else with 404.
    pub fn start() -> Result<Self, BedError> {
        let folder = tempfile::tempdir().map_err(BedError::io("making a folder for a socket"))?;
        let engine = Self {
            script: Arc::default(),
            folder,
        };
        let listener =
            UnixListener::bind(engine.socket()).map_err(BedError::io("opening a socket"))?;
        engine.on(
            "GET",
            "/_ping",
            Reply::json(200, "OK").with_header("Api-Version", "1.41"),
        );
        engine.on(
            "HEAD",
            "/_ping",
            Reply::empty(200).with_header("Api-Version", "1.41"),
        );
        engine.on(
            "GET",
            "/version",
            Reply::json(
                200,
                r#"{"Platform":{"Name":""},"Components":[],"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","GitCommit":"5d6db84","GoVersion":"go1.19.8","Os":"linux","Arch":"amd64","KernelVersion":"6.1.0"}"#,
            ),
        );
        engine.on(
            "GET",
            "/info",
            Reply::json(
                200,
                r#"{"ID":"FAKE","ServerVersion":"20.10.24","OSType":"linux","Architecture":"x86_64","OperatingSystem":"Debian GNU/Linux 12","NCPU":2,"MemTotal":8589934592,"DockerRootDir":"/var/lib/docker","Driver":"overlay2","SecurityOptions":["name=seccomp,profile=default"],"Containers":0,"Images":0}"#,
            ),
        );
        let script = Arc::clone(&engine.script);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if script.ended.load(Ordering::SeqCst) {
                    break;
                }
                let script = Arc::clone(&script);
                // A client that goes away in the middle is part of what is tested.
                std::thread::spawn(move || drop(wire::serve(&script, stream)));
            }
        });
        Ok(engine)
    }

    /// The socket's path.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// The value for `DOCKER_HOST`.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Answers a route with one reply from now on.
    pub fn on(&self, method: &str, path: &str, reply: Reply) {
        self.on_each(method, path, vec![reply]);
    }

    /// Answers a route with these replies in turn; the last one stays.
    pub fn on_each(&self, method: &str, path: &str, replies: Vec<Reply>) {
        locked(&self.script.routes).insert((method.to_owned(), path.to_owned()), replies);
    }

    /// Lets every stream that waits at a [`Piece::Wait`] pass it; call it once for each wait in a row.
    pub fn go_on(&self) {
        *locked(&self.script.allowed) += 1;
        self.script.changed.notify_all();
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.script.requests).clone()
    }

    /// How often a route was asked.
    pub fn count(&self, method: &str, path: &str) -> usize {
        locked(&self.script.requests)
            .iter()
            .filter(|request| request.method == method && request.path == path)
            .count()
    }
}

impl Drop for FakeEngine {
    fn drop(&mut self) {
        self.script.ended.store(true, Ordering::SeqCst);
        self.script.changed.notify_all();
        // This only wakes the thread that waits for connections.
        drop(UnixStream::connect(self.socket()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{unix_get, unix_request};

    #[test]
    fn answers_by_route_in_turn_and_remembers_what_was_asked() {
        let engine = FakeEngine::start().unwrap();
        engine.on_each(
            "POST",
            "/containers/create",
            vec![
                Reply::error(409, "name in use"),
                Reply::json(201, r#"{"Id":"1"}"#),
            ],
        );
        let ask = || {
            unix_request(
                &engine.socket(),
                "POST",
                "/v1.41/containers/create?name=a",
                &[],
                b"{}",
            )
            .unwrap()
            .status
        };
        assert_eq!([ask(), ask(), ask()], [409, 201, 201]);
        assert_eq!(engine.count("POST", "/containers/create"), 3);
        assert_eq!(engine.requests()[0].query, "name=a");
        assert_eq!(engine.requests()[0].body, b"{}");
        assert_eq!(unix_get(&engine.socket(), "/volumes").unwrap().status, 404);
    }

    #[test]
    fn events_stay_open_while_others_are_answered_and_a_cut_is_felt() {
        let engine = FakeEngine::start().unwrap();
        engine.on(
            "GET",
            "/events",
            Reply::stream(
                200,
                [
                    Piece::text("{}\n"),
                    Piece::Wait,
                    Piece::text("{\"a\":1}\n"),
                    Piece::Cut,
                ],
            ),
        );
        let socket = engine.socket();
        let events = std::thread::spawn(move || unix_get(&socket, "/v1.41/events"));
        crate::process::wait_for(Duration::from_secs(5), || {
            (engine.count("GET", "/events") == 1).then_some(())
        })
        .unwrap();
        assert_eq!(
            unix_get(&engine.socket(), "/_ping")
                .unwrap()
                .header("api-version"),
            Some("1.41")
        );
        assert!(!events.is_finished(), "the stream waits for the test");
        engine.go_on();
        assert!(
            events.join().unwrap().is_err(),
            "a body that ends in the middle is an error"
        );
    }

    #[test]
    fn versions_are_left_out_of_paths() {
        assert_eq!(
            without_version("/v1.41/containers/json"),
            "/containers/json"
        );
        assert_eq!(without_version("/volumes/x"), "/volumes/x");
    }
}
