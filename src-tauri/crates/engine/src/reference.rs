//! Image references: `[registry/]repository[:tag][@digest]`.
//!
//! Grammar: the distribution project's `reference` package. Each broken rule has its own plain
//! sentence, because "invalid reference format" helps nobody.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Error;

/// The registry that is meant where none is named.
const DEFAULT_REGISTRY: &str = "docker.io";
/// The longest repository name that registries take (`RepositoryNameTotalLengthMax`).
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// A valid image reference, kept as its parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(try_from = "String", into = "String")]
#[specta(type = String)]
pub struct ImageReference {
    /// Registry and path as typed, without tag and digest: `exasol/ai-lab`, `quay.io/jupyter/base-notebook`.
    pub repository: String,
    /// `latest` where none was typed and there is no digest.
    pub tag: Option<String>,
    /// `sha256:…`
    pub digest: Option<String>,
}

impl ImageReference {
    /// Parses what a person typed. Blanks around it do not count.
    ///
    /// # Errors
    /// `InvalidReference`, with a `why` that says which rule was broken in plain words
    /// (upper case, a scheme such as `https://`, an empty part, a tag that is too long, …).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        parts(text).map_err(|why| Error::InvalidReference {
            reference: if text.is_empty() {
                "An empty name".to_owned()
            } else {
                text.to_owned()
            },
            why: why.to_owned(),
        })
    }

    /// The registry's host: `docker.io` where none is named.
    pub fn registry(&self) -> &str {
        split_registry(&self.repository)
            .0
            .unwrap_or(DEFAULT_REGISTRY)
    }

    /// The path within the registry: `exasol/ai-lab`, `library/ubuntu` for `ubuntu`.
    pub fn path(&self) -> String {
        let (registry, path) = split_registry(&self.repository);
        if matches!(registry, None | Some(DEFAULT_REGISTRY)) && !path.contains('/') {
            return format!("library/{path}");
        }
        path.to_owned()
    }
}

fn parts(text: &str) -> Result<ImageReference, &'static str> {
    if text.is_empty() {
        return Err("Type the name of an image, such as exasol/ai-lab.");
    }
    if text.contains("://") {
        return Err("Leave out the part up to ://, an image name has no web address in front.");
    }
    if text.contains(char::is_whitespace) {
        return Err("An image name has no blanks.");
    }
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(check_digest(digest)?)),
        None => (text, None),
    };
    let (repository, tag) = match name.rsplit_once(':') {
        // A colon before the last slash belongs to the registry's port.
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(check_tag(tag)?)),
        _ => (name, None),
    };
    check_repository(repository)?;
    let tag = tag.or(if digest.is_none() {
        Some("latest")
    } else {
        None
    });
    Ok(ImageReference {
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        digest: digest.map(str::to_owned),
    })
}

/// The first part is a registry if it could not be a folder of Docker Hub (`splitDockerDomain`).
fn split_registry(repository: &str) -> (Option<&str>, &str) {
    match repository.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, repository),
    }
}

fn check_repository(repository: &str) -> Result<(), &'static str> {
    if repository.is_empty() {
        return Err("The name in front of the version is missing.");
    }
    if repository.len() > LONGEST_NAME {
        return Err("The name is longer than the 255 characters that registries allow.");
    }
    let (registry, path) = split_registry(repository);
    if let Some(registry) = registry {
        check_registry(registry)?;
    }
    if path.len() == 64
        && path
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    {
        return Err("This looks like the id of an image; use its name instead.");
    }
    path.split('/').try_for_each(check_component)
}

fn check_registry(registry: &str) -> Result<(), &'static str> {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err("The registry's port must be a number.");
    }
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').unwrap_or_default();
        return address
            .parse::<std::net::Ipv6Addr>()
            .map(drop)
            .map_err(|_| "The registry's address is not a valid one.");
    }
    let good = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if host.split('.').all(good) {
        Ok(())
    } else {
        Err("The registry's name in front of the first slash is not a valid one.")
    }
}

fn check_component(part: &str) -> Result<(), &'static str> {
    if part.is_empty() {
        return Err("There is an empty part: a slash too many, or a name that is missing.");
    }
    if part.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("Image names have small letters only.");
    }
    if !part.bytes().all(|byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
    }) {
        return Err("Image names have only small letters, digits, dots, dashes and underscores.");
    }
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !edge(part.bytes().next()) || !edge(part.bytes().last()) {
        return Err("Each part of the name begins and ends with a letter or a digit.");
    }
    // Between letters and digits: one dot, one or two underscores, or any number of dashes.
    let separators = part
        .split(|c: char| c.is_ascii_alphanumeric())
        .filter(|between| !between.is_empty());
    for between in separators {
        if !matches!(between, "." | "_" | "__") && !between.bytes().all(|byte| byte == b'-') {
            return Err("Dots, dashes and underscores must have letters or digits between them.");
        }
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<&str, &'static str> {
    if tag.is_empty() {
        return Err("The version after the colon is missing.");
    }
    if tag.len() > LONGEST_TAG {
        return Err(
            "The version after the colon is longer than the 128 characters that registries allow.",
        );
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !tag
        .bytes()
        .all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
    {
        return Err("The version has only letters, digits, dots, dashes and underscores.");
    }
    if !tag.bytes().next().is_some_and(word) {
        return Err("The version begins with a letter, a digit or an underscore.");
    }
    Ok(tag)
}

fn check_digest(digest: &str) -> Result<&str, &'static str> {
    const WHY: &str = "The part after @ must be a digest, such as sha256: and 64 digits.";
    let (algorithm, hex) = digest.split_once(':').ok_or(WHY)?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err(WHY),
    };
    let good = hex.len() == length
        && hex
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if good { Ok(digest) } else { Err(WHY) }
}

impl TryFrom<String> for ImageReference {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<ImageReference> for String {
    fn from(reference: ImageReference) -> Self {
        reference.to_string()
    }
}

impl std::fmt::Display for ImageReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
