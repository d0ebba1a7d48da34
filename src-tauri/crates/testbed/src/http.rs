//! As much HTTP as a test needs, over TCP and over unix sockets, on plain threads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::BedError;

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, 200 for instance.
    pub status: u16,
    /// The headers as they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, with the chunks joined.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// `GET` of an `http://` address; redirects are not followed.
pub fn http_get(url: &str) -> Result<Answer, BedError> {
    http_request("GET", url, &[], b"")
}

/// Any request to an `http://` address; redirects are not followed. Ten seconds at most.
pub fn http_request(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, BedError> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        BedError::failed(
            format!("asking {url}"),
            "only http:// addresses are understood",
        )
    })?;
    let (address, path) = rest
        .split_once('/')
        .map_or((rest, "/".to_owned()), |(host, path)| {
            (host, format!("/{path}"))
        });
    let address = if address.contains(':') {
        address.to_owned()
    } else {
        format!("{address}:80")
    };
    let stream =
        TcpStream::connect(&address).map_err(BedError::io(format!("connecting to {address}")))?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .map_err(BedError::io("limiting the wait"))?;
    talk(stream, method, &address, &path, headers, body)
}

/// `GET` of a path on a unix socket.
pub fn unix_get(socket: &Path, path: &str) -> Result<Answer, BedError> {
    unix_request(socket, "GET", path, &[], b"")
}

/// Any request on a unix socket. Ten seconds at most.
pub fn unix_request(
    socket: &Path,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, BedError> {
    let stream = UnixStream::connect(socket)
        .map_err(BedError::io(format!("connecting to {}", socket.display())))?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .map_err(BedError::io("limiting the wait"))?;
    talk(stream, method, "docker", path, headers, body)
}

fn talk(
    mut stream: impl Read + Write,
    method: &str,
    host: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, BedError> {
    let what = format!("{method} {path}");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if !body.is_empty() || method != "GET" {
        let length = body.len().to_string();
        head.extend(["Content-Length: ", &length, "\r\n"]);
    }
    head.push_str("\r\n");
    stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body))
        .map_err(BedError::io(what.clone()))?;
    read_answer(&mut BufReader::new(stream), method == "HEAD").map_err(BedError::io(what))
}

fn read_answer(stream: &mut impl BufRead, head_only: bool) -> std::io::Result<Answer> {
    let broken = || std::io::Error::new(std::io::ErrorKind::InvalidData, "not an HTTP answer");
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|word| word.trim().parse().ok())
        .ok_or_else(broken)?;
    let headers = read_headers(stream)?;
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    if head_only || status == 204 || status == 304 {
        return Ok(answer);
    }
    if answer
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size)?;
            let size = usize::from_str_radix(size.trim().split(';').next().unwrap_or(""), 16)
                .map_err(|_| broken())?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk)?;
            if size == 0 {
                return Ok(answer);
            }
            answer.body.extend_from_slice(&chunk[..size]);
        }
    }
    if let Some(length) = answer
        .header("content-length")
        .and_then(|value| value.parse().ok())
    {
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body)?;
    } else {
        stream.read_to_end(&mut answer.body)?;
    }
    Ok(answer)
}

/// Header lines up to the empty one, names in lower case.
pub(crate) fn read_headers(stream: &mut impl BufRead) -> std::io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(headers);
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}
