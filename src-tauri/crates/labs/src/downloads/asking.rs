//! Asking a registry for manifests (Registry API v2, `/v2/<name>/manifests/<reference>`), with its token flow.
//!
//! Written here and not left to the client that lists versions, because a manifest comes from strangers:
//! an answer is read up to a limit, redirects are few and never lead from the world into this computer or
//! from https to http, a login goes to nobody but the registry and the token server that it names over
//! https, and a registry's "too often" is understood with the time that it gives.

use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use serde::Deserialize;
use slipway_engine::ImageReference;
use tokio::time::timeout;
use url::{Host, Url};

use super::challenge::Challenge;
use super::kept::Learned;
use super::{Asked, Platform, manifest};
use crate::logins::{Login, Logins};
use crate::versions::{is_loopback, settle_cryptography};

/// For one image, however many requests it takes.
const PATIENCE: Duration = Duration::from_secs(8);
const CONNECTING: Duration = Duration::from_secs(4);
const MOST_REDIRECTS: usize = 3;
const LARGEST_TOKEN: usize = 256 * 1024;
/// Where a registry does not say how long it wants to be left alone.
const USUAL_REST: Duration = Duration::from_mins(15);
const LONGEST_REST: Duration = Duration::from_hours(6);
/// Of an allowance, what is left for downloads themselves.
const LEFT_FOR_DOWNLOADS: f64 = 0.5;

/// Why a size is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Unreachable,
    Denied,
    NoSuchImage,
    NoSuchPlatform,
    /// An answer that is too large, broken, of an old version, or leads astray.
    Unreadable,
    TooMany {
        wait: Duration,
    },
}

/// What a registry said.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Measured {
    pub bytes: u64,
    /// Of what the tag leads to.
    pub digest: Option<String>,
    /// The registry says that not many more questions are allowed.
    pub allowance_low: bool,
}

/// A mirror of Docker Hub that the engine uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mirror(Url);

impl Mirror {
    /// The engine's own words for it. One on a loopback address is the engine's machine's own.
    pub(crate) fn read(address: &str, this_computer: bool) -> Option<Self> {
        let address = Url::parse(address).ok()?;
        let usable = matches!(address.scheme(), "http" | "https")
            && address.has_host()
            && (this_computer || !is_near(&address));
        usable.then_some(Self(address))
    }
}

/// A client for registries.
pub(super) struct Asking {
    client: Client,
}

impl Asking {
    pub(super) fn new() -> Option<Self> {
        settle_cryptography();
        let client = Client::builder()
            .user_agent(concat!("slipway/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECTING)
            .read_timeout(PATIENCE)
            .redirect(redirect::Policy::custom(follow))
            .build()
            .inspect_err(|error| tracing::warn!(%error, "no client for registries"))
            .ok()?;
        Some(Self { client })
    }

    /// The size of an image for a platform; `before` spares the question where the tag leads to the same.
    pub(super) async fn measure(
        &self,
        asked: &Asked,
        logins: &Logins,
        before: Option<&Learned>,
    ) -> Result<Measured, Failure> {
        let measured = timeout(PATIENCE, Box::pin(self.everywhere(asked, logins, before)));
        measured.await.unwrap_or(Err(Failure::Unreachable))
    }

    async fn everywhere(
        &self,
        asked: &Asked,
        logins: &Logins,
        before: Option<&Learned>,
    ) -> Result<Measured, Failure> {
        let image = &asked.reference;
        if is_hub(image.registry()) {
            for Mirror(mirror) in &asked.mirrors {
                let mut place = Place::new(self, mirror.clone(), image, None);
                if let Ok(measured) = place.measure(&asked.platform, before).await {
                    return Ok(measured);
                }
            }
        }
        let base = base(image.registry()).ok_or(Failure::Unreachable)?;
        if let Some(login) = logins.for_image(image).await {
            let mut place = Place::new(self, base.clone(), image, Some(login));
            // An old login must not hide what everybody may see.
            match place.measure(&asked.platform, before).await {
                Err(Failure::Denied) => {}
                answer => return answer,
            }
        }
        Place::new(self, base, image, None)
            .measure(&asked.platform, before)
            .await
    }
}

/// One image at one registry, with what the registry was told of who asks.
struct Place<'a> {
    asking: &'a Asking,
    base: Url,
    path: String,
    version: String,
    login: Option<Login>,
    authorization: Option<Authorization>,
    allowance_low: bool,
}

impl<'a> Place<'a> {
    fn new(asking: &'a Asking, base: Url, image: &ImageReference, login: Option<Login>) -> Self {
        let version = image.digest.clone().or_else(|| image.tag.clone());
        Self {
            asking,
            base,
            path: image.path(),
            version: version.unwrap_or_else(|| "latest".to_owned()),
            login,
            authorization: None,
            allowance_low: false,
        }
    }

    async fn measure(
        &mut self,
        platform: &Platform,
        before: Option<&Learned>,
    ) -> Result<Measured, Failure> {
        let version = self.version.clone();
        if let Some(before) = before
            && before.digest.is_some()
        {
            let head = self.ask(Method::HEAD, &version).await?;
            if digest_of(head.headers()) == before.digest {
                return Ok(Measured {
                    bytes: before.bytes,
                    digest: before.digest.clone(),
                    allowance_low: self.allowance_low,
                });
            }
        }
        let answer = self.ask(Method::GET, &version).await?;
        let digest = digest_of(answer.headers());
        let mut said = manifest::read(&body(answer, manifest::LARGEST).await?, platform, false);
        if let manifest::Said::Elsewhere(own) = said {
            let answer = self.ask(Method::GET, &own).await?;
            said = manifest::read(&body(answer, manifest::LARGEST).await?, platform, true);
        }
        match said {
            manifest::Said::Size(bytes) => Ok(Measured {
                bytes,
                digest,
                allowance_low: self.allowance_low,
            }),
            manifest::Said::NoSuchPlatform => Err(Failure::NoSuchPlatform),
            manifest::Said::Elsewhere(_) | manifest::Said::Unreadable => Err(Failure::Unreadable),
        }
    }

    /// One manifest, after the registry was told who asks.
    async fn ask(&mut self, method: Method, version: &str) -> Result<Response, Failure> {
        let mut answer = self.send(method.clone(), version).await?;
        if answer.status() == StatusCode::UNAUTHORIZED && self.authorization.is_none() {
            let challenge = answer.headers().get(header::WWW_AUTHENTICATE);
            let challenge = challenge
                .and_then(|challenge| challenge.to_str().ok())
                .and_then(Challenge::read)
                .ok_or(Failure::Denied)?;
            self.authorization = Some(self.authorize(challenge).await?);
            answer = self.send(method, version).await?;
        }
        self.allowance_low |= is_low(answer.headers());
        understood(answer)
    }

    async fn send(&self, method: Method, version: &str) -> Result<Response, Failure> {
        let mut address = self.base.clone();
        address
            .path_segments_mut()
            .map_err(|()| Failure::Unreachable)?
            .pop_if_empty()
            .push("v2")
            .extend(self.path.split('/'))
            .extend(["manifests", version]);
        let mut request = self
            .asking
            .client
            .request(method, address)
            .header(header::ACCEPT, manifest::ACCEPTED);
        match (&self.authorization, &self.login) {
            (Some(Authorization::Token(token)), _) => {
                request = request.header(header::AUTHORIZATION, token.clone());
            }
            (Some(Authorization::Login), Some(login)) => {
                request = request.basic_auth(&login.user_name, Some(login.password.reveal()));
            }
            _ => {}
        }
        request.send().await.map_err(|error| {
            if error.is_redirect() {
                Failure::Unreadable
            } else {
                Failure::Unreachable
            }
        })
    }

    async fn authorize(&self, challenge: Challenge) -> Result<Authorization, Failure> {
        let (mut realm, service) = match challenge {
            Challenge::Basic if self.login.is_some() => return Ok(Authorization::Login),
            Challenge::Basic => return Err(Failure::Denied),
            Challenge::Bearer { realm, service } => (realm, service),
        };
        // Tokens come over https, or from this computer to this computer.
        if !is_safe(&realm, &self.base) {
            return Err(Failure::Unreadable);
        }
        realm
            .query_pairs_mut()
            .append_pair("scope", &format!("repository:{}:pull", self.path));
        if let Some(service) = service {
            realm.query_pairs_mut().append_pair("service", &service);
        }
        let mut request = self.asking.client.get(realm);
        if let Some(login) = &self.login {
            request = request.basic_auth(&login.user_name, Some(login.password.reveal()));
        }
        let answer = request.send().await.map_err(|_| Failure::Unreachable)?;
        // A token server refuses in many ways.
        if answer.status().is_client_error() && answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return Err(Failure::Denied);
        }
        let text = body(understood(answer)?, LARGEST_TOKEN).await?;
        let token: Token = serde_json::from_slice(&text).map_err(|_| Failure::Unreadable)?;
        let token = token.token.or(token.access_token).ok_or(Failure::Denied)?;
        let mut token =
            HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| Failure::Unreadable)?;
        token.set_sensitive(true);
        Ok(Authorization::Token(token))
    }
}

/// How a request says who asks.
enum Authorization {
    Token(HeaderValue),
    /// With the person's own name and password.
    Login,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

fn understood(answer: Response) -> Result<Response, Failure> {
    match answer.status() {
        StatusCode::OK => Ok(answer),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Failure::Denied),
        StatusCode::NOT_FOUND => Err(Failure::NoSuchImage),
        StatusCode::TOO_MANY_REQUESTS => Err(Failure::TooMany {
            wait: rest(answer.headers()),
        }),
        status if status.is_server_error() => Err(Failure::Unreachable),
        _ => Err(Failure::Unreadable),
    }
}

/// `Retry-After` in seconds; the form with a date is not used by registries.
fn rest(headers: &HeaderMap) -> Duration {
    let said = number(headers, "retry-after").map(Duration::from_secs);
    said.unwrap_or(USUAL_REST)
        .clamp(Duration::from_mins(1), LONGEST_REST)
}

/// `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 23;w=21600` (Docker Hub).
fn is_low(headers: &HeaderMap) -> bool {
    let (limit, remaining) = (
        number(headers, "ratelimit-limit"),
        number(headers, "ratelimit-remaining"),
    );
    #[expect(clippy::cast_precision_loss, reason = "a share is compared roughly")]
    match (limit, remaining) {
        (Some(limit), Some(remaining)) => remaining as f64 <= limit as f64 * LEFT_FOR_DOWNLOADS,
        _ => false,
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.split(';').next()?.trim().parse().ok()
}

fn digest_of(headers: &HeaderMap) -> Option<String> {
    let digest = headers.get("docker-content-digest")?.to_str().ok()?;
    manifest::is_digest(digest).then(|| digest.to_owned())
}

/// An answer's body, up to a limit.
async fn body(mut answer: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Failure::Unreachable)? {
        if body.len() + chunk.len() > limit {
            return Err(Failure::Unreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let too_many = attempt.previous().len() > MOST_REDIRECTS;
    let from = attempt.previous().last();
    let safe = from.is_some_and(|from| is_safe(attempt.url(), from));
    if too_many || !safe {
        attempt.error("a redirect that is not followed")
    } else {
        attempt.follow()
    }
}

/// Whether a registry at `from` may send somebody there: over https into the world, or from this computer
/// to itself.
fn is_safe(to: &Url, from: &Url) -> bool {
    if is_near(to) {
        is_near(from)
    } else {
        to.scheme() == "https"
    }
}

fn is_near(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => true,
    }
}

fn is_hub(registry: &str) -> bool {
    matches!(
        registry,
        "docker.io" | "index.docker.io" | "registry-1.docker.io"
    )
}

/// Plain http only for registries on this computer, as engines do it.
fn base(registry: &str) -> Option<Url> {
    let address = if is_hub(registry) {
        "https://registry-1.docker.io".to_owned()
    } else if is_loopback(registry) {
        format!("http://{registry}")
    } else {
        format!("https://{registry}")
    };
    Url::parse(&address).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_registry_may_send_somebody() {
        let safe =
            |from: &str, to: &str| is_safe(&Url::parse(to).unwrap(), &Url::parse(from).unwrap());
        assert!(safe("https://quay.io/v2", "https://cdn.quay.io/x"));
        assert!(safe("http://127.0.0.1:5000", "http://localhost:6000/token"));
        assert!(safe("http://127.0.0.1:5000", "https://auth.example/token"));
        assert!(
            !safe("https://quay.io/v2", "http://cdn.quay.io/x"),
            "in the clear"
        );
        for inside in [
            "https://127.0.0.1/x",
            "http://localhost:2375/",
            "https://[::1]:8888/",
        ] {
            assert!(!safe("https://quay.io/v2", inside), "{inside}");
        }
    }

    #[test]
    fn mirrors_are_the_engine_s() {
        assert!(Mirror::read("https://mirror.example/hub/", false).is_some());
        assert!(Mirror::read("http://127.0.0.1:5000", true).is_some());
        assert!(
            Mirror::read("http://127.0.0.1:5000", false).is_none(),
            "another machine's loopback"
        );
        assert!(Mirror::read("file:///etc", true).is_none());
        assert!(Mirror::read("mirror", true).is_none());
    }

    #[test]
    fn allowances_are_read_as_docker_hub_gives_them() {
        let headers = |limit: &'static str, remaining: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("ratelimit-limit", HeaderValue::from_static(limit));
            headers.insert("ratelimit-remaining", HeaderValue::from_static(remaining));
            headers
        };
        assert!(!is_low(&headers("100;w=21600", "76;w=21600")));
        assert!(is_low(&headers("100;w=21600", "50;w=21600")));
        assert!(!is_low(&headers("many", "few")));
        assert!(!is_low(&HeaderMap::new()));
    }
}
