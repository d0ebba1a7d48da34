//! Asking a registry for its tags (Registry API v2, `GET /v2/<name>/tags/list`), with its token flow.
//!
//! With the person's own login where `docker login` has left one, else anonymously. Plain http only for registries on this computer; everything else is https, checked against
//! the system's certificates, through the system's proxy.

use std::sync::Once;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use slipway_engine::ImageReference;
use tokio::time::{Instant, timeout_at};

use crate::logins::Logins;

/// A list of versions is not worth a longer wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is asked for at once; registries give fewer (quay.io: 100).
const PAGE: usize = 1000;
/// A page that is shorter than any registry's limit is the last one.
const SHORT_PAGE: usize = 50;

/// What a registry said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryAnswer {
    All(Vec<String>),
    /// There are more, and time was over.
    Some(Vec<String>),
    /// Not without a login.
    Denied,
    NoSuchImage,
    Unreachable,
}

/// The tags that the image's registry has, within five seconds.
pub async fn registry_tags(image: &ImageReference, logins: &Logins) -> RegistryAnswer {
    if let Some(login) = logins.for_image(image).await {
        let login = RegistryAuth::Basic(login.user_name, login.password.reveal().to_owned());
        // An old login must not hide what everybody may see.
        match tags_as(image, &login).await {
            RegistryAnswer::Denied => {}
            answer => return answer,
        }
    }
    tags_as(image, &RegistryAuth::Anonymous).await
}

async fn tags_as(image: &ImageReference, login: &RegistryAuth) -> RegistryAnswer {
    let registry = image.registry().to_owned();
    let asked = Reference::with_tag(registry.clone(), image.path(), "latest".to_owned());
    let Some(client) = client(&registry) else {
        return RegistryAnswer::Unreachable;
    };
    let end = Instant::now() + PATIENCE;
    let mut tags: Vec<String> = Vec::new();
    loop {
        let last = tags.last().cloned();
        let page = client.list_tags(&asked, login, Some(PAGE), last.as_deref());
        let page = match timeout_at(end, Box::pin(page)).await {
            Ok(Ok(page)) => page.tags,
            Ok(Err(error)) if tags.is_empty() => return failed(&image.to_string(), &error),
            Err(_) if tags.is_empty() => return RegistryAnswer::Unreachable,
            Ok(Err(_)) | Err(_) => return RegistryAnswer::Some(tags),
        };
        let short = page.len() < SHORT_PAGE;
        let new: Vec<String> = page.into_iter().filter(|tag| !tags.contains(tag)).collect();
        // Some registries give everything at once and do not know `last`.
        if new.is_empty() {
            return RegistryAnswer::All(tags);
        }
        tags.extend(new);
        if short {
            return RegistryAnswer::All(tags);
        }
    }
}

/// Clients for registries need a provider of cryptography for the whole process.
pub(crate) fn settle_cryptography() {
    static CRYPTOGRAPHY: Once = Once::new();
    CRYPTOGRAPHY.call_once(|| {
        // One that is installed already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn client(registry: &str) -> Option<Client> {
    settle_cryptography();
    let plain = if is_loopback(registry) {
        vec![registry.to_owned()]
    } else {
        Vec::new()
    };
    let config = ClientConfig {
        protocol: ClientProtocol::HttpsExcept(plain),
        connect_timeout: Some(PATIENCE),
        read_timeout: Some(PATIENCE),
        user_agent: concat!("slipway/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    };
    Client::try_from(config)
        .inspect_err(|error| tracing::warn!(%error, "no client for registries"))
        .ok()
}

/// `127.0.0.1:5000`, `localhost:5000`, `[::1]:5000`
pub(crate) fn is_loopback(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn failed(image: &str, error: &OciDistributionError) -> RegistryAnswer {
    tracing::info!(image, %error, "the registry's versions are not known");
    match error {
        OciDistributionError::RegistryError { envelope, .. } => {
            match envelope.errors.first().map(|error| &error.code) {
                Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => RegistryAnswer::Denied,
                Some(
                    OciErrorCode::NameUnknown | OciErrorCode::NameInvalid | OciErrorCode::NotFound,
                ) => RegistryAnswer::NoSuchImage,
                _ => RegistryAnswer::Unreachable,
            }
        }
        OciDistributionError::ServerError { code: 404, .. } => RegistryAnswer::NoSuchImage,
        OciDistributionError::ServerError {
            code: 401 | 403, ..
        }
        | OciDistributionError::UnauthorizedError { .. }
        | OciDistributionError::AuthenticationFailure(_) => RegistryAnswer::Denied,
        _ => RegistryAnswer::Unreachable,
    }
}
