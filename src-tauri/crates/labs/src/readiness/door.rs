//! Whether a Jupyter lets in whoever comes: asked of the server itself, once for each start.
//!
//! A file inside the image (`jupyter_server_config.py`, `.json`) can take token and password away,
//! and neither the Config nor the log says so. Its list of files does: every generation from
//! Notebook 5 on refuses it to strangers (403, or a way to a sign-in page), and gives it as JSON
//! where nobody has to sign in. Only the folder's own entry is asked for (`content=0`), so that a
//! large one costs nothing.
//!
//! A certificate of the server's own making is taken as it is: no token goes with the question, and
//! a wrong answer could only be a warning too many or too few.

use std::time::Duration;

use reqwest::{Client, StatusCode, redirect};
use serde::Deserialize;

use super::probe;
use crate::recipe::{Generation, SignInKind};
use crate::versions::settle_cryptography;

/// A server that has just begun to answer may hold a question while it still loads.
const LIMIT: Duration = Duration::from_secs(20);
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_secs(2);
/// The entry of one folder has some hundred bytes.
const LONGEST: usize = 64 * 1024;

/// Where a server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    address: String,
}

impl Door {
    /// `None` where there is nothing to find out: what is open as a rule, and what is no Jupyter.
    /// An unknown app may be one. `host` has brackets where it is IPv6; `base` ends with a slash.
    pub(super) fn of(
        generation: &Generation,
        https: bool,
        host: &str,
        port: u16,
        base: &str,
    ) -> Option<Self> {
        let sign_in = &generation.sign_in;
        let asked = generation.ready.http_path.as_deref().unwrap_or("/");
        let path = match sign_in.kind {
            SignInKind::Open => return None,
            // Where the Config tells the base, it stands in this path already.
            _ if asked.ends_with("/api") || asked == "{base}api" => probe::path(asked, base),
            SignInKind::Unknown if asked == "/" => probe::path("{base}api", base),
            _ => return None,
        };
        let scheme = if https { "https" } else { "http" };
        Some(Self {
            address: format!("{scheme}://{host}:{port}{path}/contents?content=0"),
        })
    }

    /// Asks until the server has said the one or the other; a few times where it says nothing.
    pub(crate) async fn stands_open(&self) -> bool {
        settle_cryptography();
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .tls_danger_accept_invalid_certs(true)
            .timeout(LIMIT)
            .build();
        let Ok(client) = client else {
            return false;
        };
        for _ in 0..TRIES {
            if let Some(open) = self.ask(&client).await {
                return open;
            }
            tokio::time::sleep(PAUSE).await;
        }
        false
    }

    /// `None`: no answer, or none that says anything.
    async fn ask(&self, client: &Client) -> Option<bool> {
        let mut answer = client.get(&self.address).send().await.ok()?;
        if answer.status().is_server_error() {
            return None;
        }
        if answer.status() != StatusCode::OK {
            return Some(false);
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.ok()? {
            if body.len() + piece.len() > LONGEST {
                return Some(false);
            }
            body.extend_from_slice(&piece);
        }
        Some(is_entry_of_a_folder(&body))
    }
}

/// What `jupyter_server` and `notebook` say of a folder (`contents/handlers.py`, `validate_model`).
#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    #[expect(dead_code, reason = "that it is there tells a Jupyter from others")]
    writable: bool,
}

/// An app that has one page for every path answers, too, but not with this.
fn is_entry_of_a_folder(body: &[u8]) -> bool {
    serde_json::from_slice::<Entry>(body)
        .is_ok_and(|entry| entry.kind == "directory" && entry.path.trim_matches('/').is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::recipe::RecipeId;

    fn generation(recipe: &str) -> Generation {
        let catalogue = Catalogue::shipped();
        let recipe = catalogue.recipe(&RecipeId(recipe.to_owned()));
        let last = recipe.and_then(|recipe| recipe.generations.last());
        last.expect("every recipe has one").clone()
    }

    fn asked(generation: &Generation, base: &str) -> Option<String> {
        Door::of(generation, false, "127.0.0.1", 8888, base).map(|door| door.address)
    }

    #[test]
    fn a_jupyter_is_asked_at_its_base() {
        let at = |path: &str| Some(format!("http://127.0.0.1:8888{path}api/contents?content=0"));
        assert_eq!(asked(&generation("any-jupyter"), "/"), at("/"));
        assert_eq!(asked(&generation("jupyter"), "/pre/fix/"), at("/pre/fix/"));
        assert_eq!(asked(&generation("exasol-ai-lab"), "/"), at("/"));
        let mut told = generation("any-jupyter");
        told.ready.http_path = Some("/team/one/api".to_owned());
        assert_eq!(asked(&told, "/"), at("/team/one/"), "by its Config");
        assert_eq!(
            asked(&generation("web-app"), "/"),
            at("/"),
            "an unknown app may be one"
        );
        assert_eq!(
            Door::of(&told, true, "[::1]", 8443, "/").map(|door| door.address),
            Some("https://[::1]:8443/team/one/api/contents?content=0".to_owned())
        );
    }

    #[test]
    fn what_is_no_jupyter_is_left_alone() {
        for recipe in [
            "rstudio",
            "code-server",
            "marimo",
            "metabase",
            "superset",
            "mlflow",
        ] {
            assert_eq!(asked(&generation(recipe), "/"), None, "{recipe}");
        }
    }

    #[test]
    fn only_a_folder_s_entry_says_that_it_is_open() {
        // As Notebook 5.7 and jupyter_server 2 answer.
        let old = r#"{"name": "", "path": "", "last_modified": "2026-10-01T20:21:20.208Z", "created": "2026-10-01T20:21:20.208Z", "content": null, "format": null, "mimetype": null, "size": null, "writable": true, "type": "directory"}"#;
        let new = r#"{"name":"","path":"/","last_modified":"2026-10-01T20:21:20Z","created":"2026-10-01T20:21:20Z","content":null,"format":null,"mimetype":null,"size":null,"writable":false,"hash":null,"hash_algorithm":null,"type":"directory"}"#;
        assert!(is_entry_of_a_folder(old.as_bytes()));
        assert!(is_entry_of_a_folder(new.as_bytes()));
        for other in [
            "<!doctype html><title>An app with one page</title>",
            r#"{"message": "Forbidden", "reason": null}"#,
            r#"{"path": "", "type": "file", "writable": true}"#,
            r#"{"path": "", "type": "directory"}"#,
            "[]",
            "",
        ] {
            assert!(!is_entry_of_a_folder(other.as_bytes()), "{other}");
        }
    }

    /// A server that answers every question with this.
    async fn answering(answers: Vec<&'static str>) -> Door {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a caller");
                let mut request = [0_u8; 2048];
                let read = stream.read(&mut request).await.unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
                assert!(request.starts_with("get /api/contents?content=0 "));
                assert!(!request.contains("token") && !request.contains("cookie"));
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Door {
            address: format!("http://127.0.0.1:{port}/api/contents?content=0"),
        }
    }

    #[tokio::test]
    async fn a_refusal_and_a_way_to_a_sign_in_page_are_closed() {
        for closed in [
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        ] {
            assert!(
                !answering(vec![closed]).await.stands_open().await,
                "{closed}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_that_fails_once_is_asked_again() {
        let door = answering(vec![
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 52\r\nConnection: close\r\n\r\n{\"path\": \"\", \"type\": \"directory\", \"writable\": true }",
        ])
        .await;
        assert!(door.stands_open().await);
    }
}
