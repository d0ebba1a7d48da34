//! The fake engine's side of a connection: requests read, scripted answers written.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Body, Piece, Reply, Request, Script};
use crate::http::read_headers;
use crate::process::pause;
use crate::relay::locked;

/// Requests on one connection, until the client or the script ends it.
pub(super) fn serve(script: &Script, stream: UnixStream) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        let head_only = request.method == "HEAD";
        let reply = next_reply(script, &request);
        locked(&script.requests).push(request);
        if !answer(script, &mut writer, &reply, head_only)? {
            writer.shutdown(std::net::Shutdown::Both)?;
            break;
        }
    }
    Ok(())
}

fn next_reply(script: &Script, request: &Request) -> Reply {
    let mut routes = locked(&script.routes);
    match routes.get_mut(&(request.method.clone(), request.path.clone())) {
        Some(replies) if replies.len() > 1 => replies.remove(0),
        Some(replies) if replies.len() == 1 => replies[0].clone(),
        _ => Reply::error(404, "page not found"),
    }
}

/// Whether the connection may be used again.
fn answer(
    script: &Script,
    writer: &mut UnixStream,
    reply: &Reply,
    head_only: bool,
) -> std::io::Result<bool> {
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status).into_bytes();
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n")?;
    }
    match &reply.body {
        Body::Nothing => Ok(false),
        Body::Whole(body) => {
            if reply.status != 204 && reply.status != 304 {
                write!(head, "Content-Length: {}\r\n", body.len())?;
            }
            head.extend_from_slice(b"\r\n");
            writer.write_all(&head)?;
            if !head_only {
                writer.write_all(body)?;
            }
            Ok(true)
        }
        Body::Pieces(pieces) => {
            head.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            writer.write_all(&head)?;
            let mut passed = *locked(&script.allowed);
            for piece in pieces {
                match piece {
                    Piece::Bytes(bytes) => {
                        write!(writer, "{:x}\r\n", bytes.len())?;
                        writer.write_all(bytes)?;
                        writer.write_all(b"\r\n")?;
                    }
                    Piece::Pause(duration) => pause(*duration),
                    Piece::Wait => {
                        let allowed = wait_until(script, |allowed| allowed > passed);
                        passed = (passed + 1).min(allowed);
                    }
                    Piece::Cut => return Ok(false),
                    Piece::StayOpen => {
                        wait_until(script, |_| false);
                        return Ok(false);
                    }
                }
            }
            writer.write_all(b"0\r\n\r\n")?;
            Ok(true)
        }
    }
}

/// Waits until the number of allowed steps satisfies `enough` or the engine ends; gives that number.
fn wait_until(script: &Script, enough: impl Fn(u64) -> bool) -> u64 {
    let mut allowed = locked(&script.allowed);
    while !enough(*allowed) && !script.ended.load(Ordering::SeqCst) {
        let (next, _) = script
            .changed
            .wait_timeout(allowed, Duration::from_millis(200))
            .unwrap_or_else(PoisonError::into_inner);
        allowed = next;
    }
    *allowed
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = read_headers(reader)?;
    let header = |name: &str| {
        headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let mut body = Vec::new();
    if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else if let Some(length) = header("content-length").and_then(|value| value.parse().ok()) {
        body = vec![0; length];
        reader.read_exact(&mut body)?;
    }
    let request = Request {
        method: method.to_owned(),
        path: without_version(path).to_owned(),
        query: query.to_owned(),
        headers,
        body,
    };
    Ok(Some(request))
}

/// `/v1.41/containers/json` without its first part; other paths as they are.
pub(crate) fn without_version(path: &str) -> &str {
    let Some((first, _)) = path
        .strip_prefix("/v")
        .and_then(|rest| rest.split_once('/'))
    else {
        return path;
    };
    let is_version = !first.is_empty()
        && first
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.');
    if is_version {
        &path[2 + first.len()..]
    } else {
        path
    }
}
