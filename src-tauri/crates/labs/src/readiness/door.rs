//! How a lab's server signs people in: asked of the server itself, once for each start.
//!
//! A file inside the image (`jupyter_server_config.py`, `.json`) can take token and password away, or
//! set a password in the token's place, and neither the Config nor the log says so. A Jupyter's list
//! of files does: every generation from Notebook 5 on refuses it to strangers (403, or a way to a
//! sign-in page), and gives it as JSON where nobody has to sign in. Only the folder's own entry is
//! asked for (`content=0`), so that a large one costs nothing. Where it refuses, its sign-in page says
//! what may be typed: the template of all generations (`templates/login.html`) names the token only
//! where the server has one. A password beside a token cannot be told from a token alone, and need
//! not be, since the token opens the page.
//!
//! What a recipe calls open and is no Jupyter is asked for its page: an app that somebody has locked
//! refuses it (401), leads away to a sign-in, or shows a field for a password.
//!
//! A certificate of the server's own making is taken as it is: no token goes with the questions, and
//! a wrong answer could only be a warning too many or too few.

use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, LOCATION};
use reqwest::{Client, Response, StatusCode, redirect};
use serde::Deserialize;

use super::probe;
use crate::recipe::{Generation, SignInKind};
use crate::versions::settle_cryptography;

/// A server that has just begun to answer may hold a question while it still loads.
const LIMIT: Duration = Duration::from_secs(20);
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_secs(2);
/// The entry of one folder has some hundred bytes, a sign-in page some thousand.
const LONGEST: usize = 128 * 1024;

/// Where a server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Jupyter {
        /// Its root folder's own entry.
        entry: String,
        /// Its sign-in page.
        login: String,
    },
    /// An app that is known as open.
    Page { address: String },
}

impl Door {
    /// `None` where there is nothing to find out. An unknown app may be a Jupyter. `host` has brackets
    /// where it is IPv6; `base` ends with a slash.
    pub(super) fn of(
        generation: &Generation,
        https: bool,
        host: &str,
        port: u16,
        base: &str,
    ) -> Option<Self> {
        let kind = generation.sign_in.kind;
        let asked = generation.ready.http_path.as_deref().unwrap_or("/");
        let scheme = if https { "https" } else { "http" };
        let at = |path: &str| format!("{scheme}://{host}:{port}{path}");
        let api = match kind {
            // Where the Config tells the base, it stands in this path already.
            _ if asked.ends_with("/api") || asked == "{base}api" => probe::path(asked, base),
            SignInKind::Unknown if asked == "/" => probe::path("{base}api", base),
            SignInKind::Open if !generation.ready.tcp => {
                let page = generation.path.as_deref().unwrap_or("/");
                return Some(Self::Page {
                    address: at(&probe::path(page, base)),
                });
            }
            _ => return None,
        };
        let root = api.strip_suffix("api").unwrap_or("/");
        Some(Self::Jupyter {
            entry: at(&format!("{api}/contents?content=0")),
            login: at(&format!("{root}login")),
        })
    }

    /// Asks until the server has said it, a few times where it says nothing. `None`: it does not say.
    /// Never `Unknown`.
    pub(crate) async fn asks_for(&self) -> Option<SignInKind> {
        settle_cryptography();
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .tls_danger_accept_invalid_certs(true)
            .timeout(LIMIT)
            .build()
            .ok()?;
        for _ in 0..TRIES {
            let said = match self {
                Self::Jupyter { entry, login } => of_jupyter(&client, entry, login).await,
                Self::Page { address } => of_page(&client, address).await,
            };
            if let Ok(said) = said {
                return said;
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }
}

/// What holds while a lab runs whose recipe and Config say the one, and its server the other. A
/// password that is known stays the way in where a token, such as Slipway's own, works as well.
pub(crate) fn corrected(known: SignInKind, said: Option<SignInKind>) -> SignInKind {
    match (known, said) {
        (SignInKind::Password, Some(SignInKind::Token)) | (_, None) => known,
        (_, Some(said)) => said,
    }
}

/// No answer, or one that says that there will be another.
struct NotYet;

/// `None`: it does not say.
async fn of_jupyter(
    client: &Client,
    entry: &str,
    login: &str,
) -> Result<Option<SignInKind>, NotYet> {
    let answer = ask(client, entry).await?;
    if answer.status() == StatusCode::OK && is_entry_of_a_folder(&beginning(answer).await?) {
        return Ok(Some(SignInKind::Open));
    }
    let answer = ask(client, login).await?;
    if answer.status() != StatusCode::OK {
        return Ok(None);
    }
    let page = beginning(answer).await?;
    Ok(typed_at(&String::from_utf8_lossy(&page)))
}

/// `None`: it asks for nothing that can be seen from here.
async fn of_page(client: &Client, address: &str) -> Result<Option<SignInKind>, NotYet> {
    let answer = ask(client, address).await?;
    let status = answer.status();
    let asks = if status.is_redirection() {
        let target = answer.headers().get(LOCATION);
        let target = target.and_then(|target| target.to_str().ok());
        target.is_some_and(leads_to_a_sign_in)
    } else if status == StatusCode::OK {
        has_password_field(&String::from_utf8_lossy(&beginning(answer).await?))
    } else {
        status == StatusCode::UNAUTHORIZED
    };
    Ok(asks.then_some(SignInKind::Password))
}

async fn ask(client: &Client, address: &str) -> Result<Response, NotYet> {
    // Jupyter's pages are translated; the words that count are those of the English one.
    let asked = client.get(address).header(ACCEPT_LANGUAGE, "en");
    let answer = asked.send().await.map_err(|_| NotYet)?;
    if answer.status().is_server_error() {
        return Err(NotYet);
    }
    Ok(answer)
}

/// Its first bytes; what is longer is none of the answers that count.
async fn beginning(mut answer: Response) -> Result<Vec<u8>, NotYet> {
    let mut body = Vec::new();
    while body.len() < LONGEST {
        match answer.chunk().await.map_err(|_| NotYet)? {
            Some(piece) => body.extend_from_slice(&piece),
            None => break,
        }
    }
    body.truncate(LONGEST);
    Ok(body)
}

/// What may be typed at a Jupyter's sign-in page; `None`: it is no such page.
fn typed_at(page: &str) -> Option<SignInKind> {
    if !page.contains("password_input") || !has_password_field(page) {
        return None;
    }
    // Its heading, its field's label, and the address in its example: a template of somebody's own
    // keeps one of them.
    let token = ["Token authentication", "Password or token", "?token="]
        .iter()
        .any(|mark| page.contains(mark));
    Some(if token {
        SignInKind::Token
    } else {
        SignInKind::Password
    })
}

fn has_password_field(page: &str) -> bool {
    ["type=\"password\"", "type='password'", "type=password"]
        .iter()
        .any(|field| page.contains(field))
}

/// `/login?next=/`, `/auth/login`, `https://id.example/signin`
fn leads_to_a_sign_in(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|part| {
        let part = part.to_ascii_lowercase();
        ["login", "signin", "sign-in", "sign_in"].contains(&part.as_str())
    })
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
mod tests;
