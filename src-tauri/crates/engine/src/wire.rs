//! The one way to the engine: dialling its socket, pipe or port, and speaking HTTP over it.
//!
//! bollard sends its requests through here too (as its custom transport), so that dialling,
//! the API version in the path and the connection's life are settled once. Lists, inspects and
//! streams are read with [`Wire`] directly and parsed into our own tolerant types: bollard's
//! models fail a whole list over one value that they do not know, and an error in one object must
//! never look like an empty list.
//!
//! Each request has a connection of its own. A socket is dialled in some ten microseconds, and a
//! stream that is dropped takes its connection with it, which is how work at the engine is
//! cancelled.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

use crate::classify::Failure;
use crate::endpoint::Address;

/// How long the engine may take to begin its answer to a plain question.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A line of a stream that is longer than this is no message of the engine's.
const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// A way to one engine. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wire {
    address: Arc<Address>,
    /// `/v1.41`, or empty until the version is negotiated.
    prefix: Arc<str>,
}

/// A connection that both sides speak over as they like.
pub(crate) type Upgraded = TokioIo<hyper::upgrade::Upgraded>;

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A question to the engine, with its query escaped part by part.
pub(crate) struct Question {
    method: Method,
    path: String,
    query: String,
    headers: Vec<(&'static str, String)>,
    content_type: &'static str,
    body: Bytes,
    patience: Duration,
}

impl Question {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Asks for the head of an answer alone.
    pub(crate) fn head(path: impl Into<String>) -> Self {
        Self::new(Method::HEAD, path)
    }

    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: String::new(),
            headers: Vec::new(),
            content_type: "application/json",
            body: Bytes::new(),
            patience: PATIENCE,
        }
    }

    /// What is sent with it.
    pub(crate) fn body(mut self, content_type: &'static str, body: Bytes) -> Self {
        self.content_type = content_type;
        self.body = body;
        self
    }

    pub(crate) fn query(self, key: &str, value: &str) -> Self {
        self.query_bytes(key, value.as_bytes())
    }

    /// A value that need not be text: a path on Linux.
    pub(crate) fn query_bytes(mut self, key: &str, value: &[u8]) -> Self {
        self.query
            .push(if self.query.is_empty() { '?' } else { '&' });
        self.query
            .extend(url::form_urlencoded::byte_serialize(key.as_bytes()));
        self.query.push('=');
        self.query
            .extend(url::form_urlencoded::byte_serialize(value));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// How long the answer may take to begin.
    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl Wire {
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address: Arc::new(address),
            prefix: Arc::from(""),
        }
    }

    /// The same way, with the API version in each path.
    pub(crate) fn with_version(&self, version: impl std::fmt::Display) -> Self {
        Self {
            address: Arc::clone(&self.address),
            prefix: Arc::from(format!("/v{version}")),
        }
    }

    #[cfg(unix)]
    async fn dial(&self) -> std::io::Result<Box<dyn Duplex>> {
        match &*self.address {
            Address::Socket(path) => Ok(Box::new(tokio::net::UnixStream::connect(path).await?)),
            Address::Tcp { host, port } => Ok(Box::new(
                tokio::net::TcpStream::connect((host.as_str(), *port)).await?,
            )),
            Address::Pipe(_) => Err(std::io::ErrorKind::Unsupported.into()),
        }
    }

    #[cfg(windows)]
    async fn dial(&self) -> std::io::Result<Box<dyn Duplex>> {
        use tokio::net::windows::named_pipe::ClientOptions;
        /// `ERROR_PIPE_BUSY`: all instances of the pipe are taken; one will be free in a moment.
        const PIPE_BUSY: i32 = 231;
        match &*self.address {
            Address::Pipe(name) => loop {
                match ClientOptions::new().open(name) {
                    Err(error) if error.raw_os_error() == Some(PIPE_BUSY) => {
                        tokio::time::sleep(Duration::from_millis(20)).await
                    }
                    opened => return Ok(Box::new(opened?)),
                }
            },
            Address::Tcp { host, port } => Ok(Box::new(
                tokio::net::TcpStream::connect((host.as_str(), *port)).await?,
            )),
            Address::Socket(_) => Err(std::io::ErrorKind::Unsupported.into()),
        }
    }

    /// Sends one request over a connection of its own. The connection lives as long as the handle.
    pub(crate) async fn send<B>(
        &self,
        request: Request<B>,
    ) -> Result<(Response<Incoming>, AbortOnDropHandle<()>), Failure>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = self.dial().await.map_err(|error| Failure::Dial {
            kind: error.kind(),
            text: error.to_string(),
        })?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Failure::cut(&error))?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::trace!(%error, "a connection to the engine ended");
            }
        }));
        let response = sender
            .send_request(self.addressed(request)?)
            .await
            .map_err(|error| Failure::cut(&error))?;
        Ok((response, connection))
    }

    /// Puts the version into the path and the engine into `Host`.
    fn addressed<B>(&self, request: Request<B>) -> Result<Request<B>, Failure> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("{}{path}", self.prefix)
            .parse::<Uri>()
            .map_err(|error| Failure::Garbled {
                text: error.to_string(),
            })?;
        parts
            .headers
            .insert(HOST, http::HeaderValue::from_static("docker"));
        Ok(Request::from_parts(parts, body))
    }

    /// Asks, and gives the answer when it is a good one.
    ///
    /// # Errors
    /// `Answer` with the engine's own message where it refuses.
    pub(crate) async fn ask(&self, question: Question) -> Result<Answer, Failure> {
        let patience = question.patience;
        // In a box: every call to the engine carries this future within its own.
        let (response, connection) = Box::pin(self.put(question)).await?;
        if response.status().is_success() {
            return Ok(Answer::of(response, connection));
        }
        Err(refusal(response, connection, patience).await)
    }

    /// Asks for a connection that both sides speak over from then on.
    ///
    /// # Errors
    /// `Answer` where the engine refuses, or does not change the protocol.
    pub(crate) async fn upgrade(&self, question: Question) -> Result<Upgraded, Failure> {
        let patience = question.patience;
        let question = question
            .header("Connection", "Upgrade".to_owned())
            .header("Upgrade", "tcp".to_owned());
        let (response, connection) = Box::pin(self.put(question)).await?;
        if response.status() != http::StatusCode::SWITCHING_PROTOCOLS {
            return Err(refusal(response, connection, patience).await);
        }
        let upgraded = hyper::upgrade::on(response)
            .await
            .map_err(|error| Failure::cut(&error))?;
        Ok(TokioIo::new(upgraded))
    }

    async fn put(
        &self,
        question: Question,
    ) -> Result<(Response<Incoming>, AbortOnDropHandle<()>), Failure> {
        let path = question.path + &question.query;
        tracing::debug!(method = %question.method, path = %path, "asking the engine");
        let mut builder = Request::builder()
            .method(question.method)
            .uri(&path)
            .header(CONTENT_TYPE, question.content_type);
        for (name, value) in question.headers {
            builder = builder.header(name, value);
        }
        let request = builder
            .body(Full::new(question.body))
            .map_err(|error| Failure::Garbled {
                text: error.to_string(),
            })?;
        let sent = tokio::time::timeout(question.patience, self.send(request));
        sent.await.map_err(|_| Failure::TimedOut)?
    }

    /// Asks for one JSON value.
    pub(crate) async fn json<T: DeserializeOwned>(&self, question: Question) -> Result<T, Failure> {
        let patience = question.patience;
        let bytes =
            tokio::time::timeout(patience, async { self.ask(question).await?.bytes().await })
                .await
                .map_err(|_| Failure::TimedOut)??;
        serde_json::from_slice(&bytes).map_err(|error| Failure::Garbled {
            text: error.to_string(),
        })
    }
}

/// What the engine says where it refuses.
async fn refusal(
    response: Response<Incoming>,
    connection: AbortOnDropHandle<()>,
    patience: Duration,
) -> Failure {
    let status = response.status().as_u16();
    let answer = Answer::of(response, connection);
    match tokio::time::timeout(patience, answer.bytes()).await {
        Ok(Ok(text)) => Failure::Answer {
            status,
            message: engine_message(&text),
        },
        Ok(Err(failure)) => failure,
        Err(_) => Failure::TimedOut,
    }
}

/// The `message` of an error body; the body itself where it has none.
fn engine_message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct ErrorBody {
        message: String,
    }
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(parsed) => parsed.message,
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    }
}

/// An answer whose body is still to be read. Dropping it closes its connection.
pub(crate) struct Answer {
    pub(crate) headers: http::HeaderMap,
    body: Incoming,
    _connection: AbortOnDropHandle<()>,
}

impl Answer {
    fn of(response: Response<Incoming>, connection: AbortOnDropHandle<()>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            headers: parts.headers,
            body,
            _connection: connection,
        }
    }

    /// The next piece of the body; `None` at its orderly end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(error)) => return Err(Failure::cut(&error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    async fn bytes(mut self) -> Result<Bytes, Failure> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.piece().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    pub(crate) fn lines(self) -> Lines {
        Lines {
            answer: self,
            pending: BytesMut::new(),
            searched: 0,
            ended: false,
        }
    }
}

/// A body of JSON messages, one a line (`\r\n` or `\n`), as events, pulls and statistics come.
pub(crate) struct Lines {
    answer: Answer,
    pending: BytesMut,
    searched: usize,
    ended: bool,
}

impl Lines {
    /// The next line that is not empty; `None` at the orderly end. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            if let Some(at) = self
                .pending
                .iter()
                .skip(self.searched)
                .position(|byte| *byte == b'\n')
            {
                let mut line = self.pending.split_to(self.searched + at + 1);
                self.searched = 0;
                line.truncate(line.trim_ascii_end().len());
                line.advance(line.len() - line.trim_ascii_start().len());
                if !line.is_empty() {
                    return Ok(Some(line.freeze()));
                }
                continue;
            }
            self.searched = self.pending.len();
            if self.ended {
                let rest = self.pending.split();
                self.searched = 0;
                return Ok((!rest.trim_ascii().is_empty()).then(|| rest.freeze()));
            }
            if self.pending.len() > LONGEST_LINE {
                return Err(Failure::Garbled {
                    text: "a message of the engine is too long".to_owned(),
                });
            }
            match self.answer.piece().await? {
                Some(piece) => self.pending.extend_from_slice(&piece),
                None => self.ended = true,
            }
        }
    }
}

/// A name or id as one part of a path. Slashes stay, as image names have them.
pub(crate) fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'/'
            | b':'
            | b'@' => text.push(char::from(byte)),
            other => {
                use std::fmt::Write;
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
