//! What a Jupyter server says of itself: the lines it prints when it runs, and the file or listing
//! in which it keeps its address (`jupyter server list --json`, `jpserver-*.json`).
//!
//! Every version since Notebook 5 prints its address in one of a few ways; the tests carry each as
//! it was seen. A token that was given from outside is printed as `...` and has to be asked for.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use slipway_vault::Secret;

/// An address that a server announced. Its host and port are those inside the container, so they
/// are only good for telling servers apart.
#[derive(Clone)]
pub struct Announced {
    pub https: bool,
    pub port: u16,
    /// Begins with `/`.
    pub path: String,
    pub token: Option<Secret>,
    /// There is a token and the log does not tell it.
    pub hides_token: bool,
}

static RUNNING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(Jupyter Server|Jupyter Notebook).* is running at:").ok());

static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) \b (https?) ://
          (?: \([^)]*\) | \[[0-9A-Fa-f:]+\] | [^\s/:?\#()\[\]@]+ ) : (\d{1,5})
          (/ [^\s?\#]* )?
          (?: \? token= ([0-9A-Za-z%._~-]+) )?",
    )
    .ok()
});

static ANSI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])").ok()
});

/// The line with which a server says that it runs; the addresses follow it.
pub fn is_announcement(line: &str) -> bool {
    RUNNING
        .as_ref()
        .is_some_and(|running| running.is_match(&without_ansi(line)))
}

/// The address in one line of a log, if there is one.
pub fn announced(line: &str) -> Option<Announced> {
    let line = without_ansi(line);
    let found = LINK.as_ref()?.captures(&line)?;
    let token = found.get(4).map(|token| token.as_str());
    let hides_token = token.is_some_and(|token| token.chars().all(|c| c == '.'));
    Some(Announced {
        https: &found[1] == "https",
        port: found[2].parse().ok()?,
        path: found.get(3).map_or("/", |path| path.as_str()).to_owned(),
        token: token
            .filter(|_| !hides_token)
            .map(|token| Secret::new(decoded(token))),
        hides_token,
    })
}

fn without_ansi(line: &str) -> std::borrow::Cow<'_, str> {
    match ANSI.as_ref() {
        Some(ansi) => ansi.replace_all(line, ""),
        None => line.into(),
    }
}

fn decoded(token: &str) -> String {
    url::form_urlencoded::parse(format!("t={token}").as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

/// One server of the listing.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    base_url: String,
    port: u16,
    #[serde(default)]
    secure: bool,
    #[serde(default)]
    token: String,
}

/// The servers in a listing: objects or arrays of objects, one after the other, with whatever
/// stands between them left out. `path` is the base URL.
pub fn servers_inside(listing: &str) -> Vec<Announced> {
    let mut servers = Vec::new();
    let mut rest = listing;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        match objects.next() {
            Some(Ok(value)) => {
                rest = &rest[objects.byte_offset()..];
                let Ok(listed) = serde_json::from_value::<Listed>(value) else {
                    continue;
                };
                servers.push(Announced {
                    https: listed.secure,
                    port: listed.port,
                    path: if listed.base_url.starts_with('/') {
                        listed.base_url
                    } else {
                        format!("/{}", listed.base_url)
                    },
                    token: (!listed.token.is_empty()).then(|| Secret::new(listed.token)),
                    hides_token: false,
                });
            }
            _ => rest = rest.get(1..).unwrap_or_default(),
        }
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "c8de56fa4deed24899803e93c227592aef6538f93025fe01";

    fn parts(line: &str) -> Option<(bool, u16, String, Option<String>, bool)> {
        announced(line).map(|a| {
            (
                a.https,
                a.port,
                a.path,
                a.token.map(|t| t.reveal().to_owned()),
                a.hides_token,
            )
        })
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it stands where an outcome stands"
    )]
    fn with_token(port: u16, path: &str) -> Option<(bool, u16, String, Option<String>, bool)> {
        Some((false, port, path.to_owned(), Some(TOKEN.to_owned()), false))
    }

    #[test]
    fn every_generation_announces_itself() {
        for line in [
            "[I 20:21:20.208 NotebookApp] Jupyter Notebook 6.5.7 is running at:",
            "[I 20:21:20.208 NotebookApp] The Jupyter Notebook is running at:",
            "[I 2026-10-01 20:21:20.208 ServerApp] Jupyter Server 1.24.0 is running at:",
            "[I 2026-10-01 20:21:20.208 ServerApp] Jupyter Server 2.21.1 is running at:",
            "\u{1b}[32m[I 2026-10-01 20:21:20.208 ServerApp]\u{1b}(B\u{1b}[m Jupyter Server 2.21.1 is running at:",
        ] {
            assert!(is_announcement(line), "{line}");
        }
        assert!(!is_announcement(
            "[I 2026-10-01 ServerApp] jupyterlab | extension was successfully loaded."
        ));
    }

    #[test]
    fn the_token_is_read_from_every_generation() {
        assert_eq!(
            parts(&format!(
                "[I 20:21:20.208 NotebookApp] http://vm:18906/?token={TOKEN}"
            )),
            with_token(18906, "/")
        );
        assert_eq!(
            parts(&format!(
                "[I 20:21:20.208 NotebookApp]  or http://127.0.0.1:18906/?token={TOKEN}"
            )),
            with_token(18906, "/")
        );
        assert_eq!(
            parts(&format!("     or http://127.0.0.1:18906/?token={TOKEN}")),
            with_token(18906, "/")
        );
        assert_eq!(
            parts(&format!(
                "[I 10:00:00 NotebookApp] http://(hostname or 127.0.0.1):8888/?token={TOKEN}"
            )),
            with_token(8888, "/")
        );
        assert_eq!(
            parts(&format!(
                "[I 2026-10-01 ServerApp] http://vm:18911/lab?token={TOKEN}"
            )),
            with_token(18911, "/lab")
        );
        assert_eq!(
            parts(&format!(
                "[I 2026-10-01 ServerApp]  or http://127.0.0.1:18911/lab?token={TOKEN}"
            )),
            with_token(18911, "/lab")
        );
        assert_eq!(
            parts(&format!(
                "[I 2026-10-01 ServerApp] http://0.0.0.0:18901/lab?token={TOKEN}"
            )),
            with_token(18901, "/lab")
        );
        assert_eq!(
            parts(&format!("    http://127.0.0.1:18901/lab?token={TOKEN}")),
            with_token(18901, "/lab")
        );
        assert_eq!(
            parts(&format!("http://[::1]:8888/pre/fix/lab?token={TOKEN}")),
            with_token(8888, "/pre/fix/lab")
        );
        assert_eq!(
            parts(&format!(
                "\u{1b}[32mhttp://vm:8888/lab?token={TOKEN}\u{1b}[0m"
            )),
            with_token(8888, "/lab")
        );
    }

    #[test]
    fn a_hidden_token_is_no_token() {
        assert_eq!(
            parts("[I ServerApp] http://vm:8888/lab?token=..."),
            Some((false, 8888, "/lab".into(), None, true))
        );
    }

    #[test]
    fn a_password_lab_names_no_token() {
        assert_eq!(
            parts("[I ServerApp] http://vm:18903/lab"),
            Some((false, 18903, "/lab".into(), None, false))
        );
        assert_eq!(
            parts("[I ServerApp] https://vm:8888/lab").map(|p| p.0),
            Some(true),
            "a self-signed certificate"
        );
    }

    #[test]
    fn lines_without_an_address_give_none() {
        assert!(
            parts("        file:///root/.local/share/jupyter/runtime/nbserver-18990-open.html")
                .is_none()
        );
        assert!(
            parts("Docs at https://jupyter.org/documentation").is_none(),
            "no port, no server"
        );
        assert!(parts("The server is listening on all interfaces, so any hostname or IP of this machine will work.").is_none());
        assert!(parts("http://vm:99999/").is_none());
    }

    #[test]
    fn listings_of_every_generation() {
        let new = r#"{"base_url":"/","hostname":"0.0.0.0","password":false,"pid":17340,"port":18901,"root_dir":"/x","secure":false,"sock":"","token":"abc","url":"http://vm:18901/","version":"2.21.1"}"#;
        let old = r#"{"base_url": "/pre/fix/", "hostname": "localhost", "notebook_dir": "/x", "password": false, "pid": 1, "port": 8888, "secure": true, "token": "", "url": "https://localhost:8888/"}"#;
        let servers = servers_inside(&format!(
            "[JupyterServerListApp] Currently running:\n{new}\n{old}\n"
        ));
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[0].token.as_ref().map(Secret::reveal), Some("abc"));
        assert_eq!(servers[0].path, "/");
        assert!(servers[1].token.is_none() && servers[1].https);
        assert_eq!(servers[1].path, "/pre/fix/");
        assert_eq!(
            servers_inside(&format!("[{new}, {new}]")).len(),
            2,
            "the array form"
        );
        assert!(servers_inside("no such file {x").is_empty());
    }
}
