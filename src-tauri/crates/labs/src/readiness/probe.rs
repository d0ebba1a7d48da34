//! The HTTP probe on the published address.
//!
//! A server with a certificate of its own making is only asked for the beginning of a TLS
//! handshake: that it answers one is what has to be known, and nothing is sent to it.

use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use slipway_engine::inventory::{ContainerState, Health};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::hints::Hints;
use super::{Wait, published};

mod postgres;

const LIMIT: Duration = Duration::from_secs(3);
/// An engine closes a connection to nobody well within it.
const GREETING: Duration = Duration::from_millis(700);
/// While a start usually takes, an answer must be seen soon after it is there.
const QUICK: Duration = Duration::from_millis(70);
const QUICK_FOR: Duration = Duration::from_secs(30);

/// How a published port answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// With a page, or what may become one.
    Page,
    /// It takes connections and speaks no HTTP.
    NotAPage,
}

/// A port that holds connections and says nothing of a page is believed after so many tries...
const SILENT_TRIES: u32 = 5;
/// ...and not before this time: a server that is still loading holds them, too.
const LOADING: Duration = Duration::from_mins(1);
/// One that greets its callers in another language says at once that it is no web server.
const FIRST_WORDS: Duration = Duration::from_secs(5);

/// Asks until there is an answer; for ever where nothing is published or there is nothing to ask.
pub(super) async fn until_answered(wait: &Wait, hints: &Hints) -> Answered {
    let begun = Instant::now();
    let mut pause = QUICK;
    let mut attempt: u32 = 0;
    let mut silent: u32 = 0;
    loop {
        if let Some((host, port)) = published(wait) {
            match ask(wait, hints, &host, port, attempt).await {
                Some(status) if accepted(wait, status) => return Answered::Page,
                Some(404) if attempt.is_multiple_of(20) => hints.ask_inside(),
                Some(_) => silent = 0,
                None if may_be_no_page(wait) && begun.elapsed() > FIRST_WORDS => {
                    match speech(&host, port).await {
                        Some(Speech::Another) => return Answered::NotAPage,
                        Some(Speech::Nothing) if begun.elapsed() > LOADING => {
                            silent += 1;
                            if silent >= SILENT_TRIES {
                                return Answered::NotAPage;
                            }
                        }
                        _ => silent = 0,
                    }
                }
                None => {}
            }
        }
        attempt = attempt.wrapping_add(1);
        if begun.elapsed() > QUICK_FOR {
            pause = (pause * 5 / 4).min(wait.slowest);
        }
        tokio::time::sleep(pause).await;
    }
}

/// Only of a lab that nobody has said to have a page, a ready line or a health check.
fn may_be_no_page(wait: &Wait) -> bool {
    let ready = &wait.generation.ready;
    let row = wait
        .inventory
        .snapshot()
        .containers
        .get(&wait.container)
        .cloned();
    // That a front page is asked for says only that nothing better is known.
    let nothing_special = ready.http_path.as_deref().is_none_or(|path| path == "/");
    nothing_special
        && ready.log.is_none()
        && row.is_some_and(|row| row.health == Health::None && row.state == ContainerState::Running)
}

/// What a port says to a caller who says nothing.
enum Speech {
    Nothing,
    /// A greeting that is not HTTP: databases and SSH speak first.
    Another,
}

/// `None` where nothing listens.
async fn speech(host: &str, port: u16) -> Option<Speech> {
    let mut stream = tokio::time::timeout(LIMIT, connect(host, port))
        .await
        .ok()??;
    let mut first = [0_u8; 5];
    match tokio::time::timeout(GREETING, stream.read(&mut first)).await {
        Err(_) => Some(Speech::Nothing),
        Ok(Ok(read)) if read > 0 && !b"HTTP/".starts_with(first.get(..read)?) => {
            Some(Speech::Another)
        }
        Ok(_) => None,
    }
}

/// A status, with 200 standing for a TLS server that answers.
async fn ask(wait: &Wait, hints: &Hints, host: &str, port: u16, attempt: u32) -> Option<u16> {
    if wait.generation.ready.postgres {
        return postgres::takes_clients(host, port).await.then_some(200);
    }
    if wait.generation.ready.tcp {
        return listens(host, port).await.then_some(200);
    }
    let https = hints.https() || wait.generation.scheme.as_deref() == Some("https");
    if https {
        return speaks_tls(host, port).await.then_some(200);
    }
    let template = wait.generation.ready.http_path.as_deref().unwrap_or("/");
    let status = status(host, port, &path(template, &hints.base())).await;
    if status.is_some() {
        hints.spoke();
    }
    if status.is_none() && attempt % 5 == 4 && speaks_tls(host, port).await {
        hints.found_https();
        return Some(200);
    }
    status
}

fn accepted(wait: &Wait, status: u16) -> bool {
    let ready = &wait.generation.ready;
    // Without a path of its own to ask, a page that wants a sign-in or has no front page is there, too.
    let any_page = ready.http_path.is_none() && (400..500).contains(&status);
    (200..400).contains(&status) || ready.accept.contains(&status) || any_page
}

/// The path to ask, with the base URL filled in: `{base}api` at `/pre/fix/` is `/pre/fix/api`.
pub(super) fn path(template: &str, base: &str) -> String {
    let filled = match template.split_once("{base}") {
        Some((before, after)) => format!(
            "{before}{}/{}",
            base.trim_end_matches('/'),
            after.trim_start_matches('/')
        ),
        None => template.to_owned(),
    };
    if filled.starts_with('/') {
        filled
    } else {
        format!("/{filled}")
    }
}

/// The status that a GET gets, without following anything.
pub(crate) async fn status(host: &str, port: u16, path: &str) -> Option<u16> {
    let request = async {
        let stream = connect(host, port).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .ok()?;
        let request = hyper::Request::get(path)
            .header("host", format!("{host}:{port}"))
            .header("accept", "*/*")
            .header("connection", "close")
            .body(Empty::<Bytes>::new())
            .ok()?;
        let answer = sender.send_request(request);
        tokio::pin!(answer);
        // A server that closes with its answer ends both at once.
        let answer = tokio::select! {
            biased;
            answer = &mut answer => answer,
            _ = connection => answer.await,
        };
        answer.ok().map(|answer| answer.status().as_u16())
    };
    tokio::time::timeout(LIMIT, request).await.ok().flatten()
}

async fn connect(host: &str, port: u16) -> Option<TcpStream> {
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .ok()?;
    let _ = stream.set_nodelay(true);
    Some(stream)
}

/// Whether a service is behind the port. That it can be connected to says nothing: an engine
/// publishes a port before anybody listens behind it, and closes the connection at once. So a
/// service is one that greets, as `MySQL` does, or that waits to be spoken to, as `PostgreSQL` does.
async fn listens(host: &str, port: u16) -> bool {
    let Ok(Some(mut stream)) = tokio::time::timeout(LIMIT, connect(host, port)).await else {
        return false;
    };
    let mut first = [0_u8; 1];
    match tokio::time::timeout(GREETING, stream.read(&mut first)).await {
        Ok(Ok(read)) => read > 0,
        Ok(Err(_)) => false,
        Err(_) => true,
    }
}

/// A hello of TLS 1.2, as small as one may be (RFC 5246, 7.4.1.2).
const CLIENT_HELLO: &[u8] = &[
    0x16, 0x03, 0x01, 0x00, 0x45, // handshake record, 69 bytes
    0x01, 0x00, 0x00, 0x41, // client hello, 65 bytes
    0x03, 0x03, // TLS 1.2
    0x53, 0x6c, 0x69, 0x70, 0x77, 0x61, 0x79, 0x20, 0x61, 0x73, 0x6b, 0x73, 0x20, 0x69, 0x66, 0x20,
    0x79, 0x6f, 0x75, 0x20, 0x61, 0x72, 0x65, 0x20, 0x74, 0x68, 0x65, 0x72, 0x65, 0x2e, 0x2e,
    0x2e, // 32 bytes; nothing is secret here
    0x00, // no session
    0x00, 0x08, 0xc0, 0x2f, 0xc0, 0x2b, 0xc0, 0x30, 0x00, 0x2f, // four suites
    0x01, 0x00, // no compression
    0x00, 0x10, // extensions, 16 bytes
    0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17, // groups: secp256r1
    0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x01, // signatures: rsa_pkcs1_sha256
];

/// Whether a TLS server answers there: with its hello, or with an alert.
async fn speaks_tls(host: &str, port: u16) -> bool {
    let question = async {
        let mut stream = connect(host, port).await?;
        stream.write_all(CLIENT_HELLO).await.ok()?;
        let mut first = [0_u8; 3];
        stream.read_exact(&mut first).await.ok()?;
        Some(matches!(first, [0x15 | 0x16, 0x03, _]))
    };
    tokio::time::timeout(LIMIT, question)
        .await
        .ok()
        .flatten()
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_built_on_the_base() {
        assert_eq!(path("{base}api", "/"), "/api");
        assert_eq!(path("{base}/api", "/pre/fix/"), "/pre/fix/api");
        assert_eq!(path("{base}api", "/pre/fix/"), "/pre/fix/api");
        assert_eq!(path("/health", "/"), "/health");
    }

    #[tokio::test]
    async fn a_port_is_told_by_how_it_takes_a_caller() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let (say, mut wanted) = tokio::sync::mpsc::channel::<Option<&[u8]>>(1);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let (Ok((mut stream, _)), Some(said)) =
                (listener.accept().await, wanted.recv().await)
            {
                match said {
                    // As Docker's proxy does where nothing listens inside.
                    None => drop(stream),
                    Some(text) => {
                        let _ = stream.write_all(text).await;
                        kept.push(stream);
                    }
                }
            }
        });
        let greeting: &[u8] = b"SSH-2.0-OpenSSH_9.2\r\n";
        for (said, expected) in [
            (Some(greeting), Some(true)),
            (Some(&b""[..]), Some(false)),
            (Some(&b"HTTP/1.1 408 Request Timeout\r\n"[..]), None),
            (None, None),
        ] {
            say.send(said).await.expect("the server is there");
            let speech = speech("127.0.0.1", port).await;
            let speech = speech.map(|speech| matches!(speech, Speech::Another));
            assert_eq!(speech, expected, "{said:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_comes_with_the_end_of_the_connection_counts() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0_u8; 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream
                    .write_all(
                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
                    )
                    .await;
            }
        });
        for _ in 0..40 {
            assert_eq!(
                status("127.0.0.1", port, "/api").await,
                Some(200),
                "an answer is never lost"
            );
        }
    }

    #[test]
    fn the_hello_is_as_long_as_it_says() {
        assert_eq!(CLIENT_HELLO.len(), 5 + 0x45);
    }
}
