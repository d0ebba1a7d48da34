//! Image references: `[registry/]repository[:tag][@digest]`.
//!
//! Grammar: the distribution project's `reference` package.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Error;

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
    /// Parses what a person typed.
    ///
    /// # Errors
    /// `InvalidReference`, with a `why` that says which rule was broken in plain words
    /// (upper case, a scheme such as `https://`, an empty part, a tag that is too long, …).
    pub fn parse(text: &str) -> Result<Self, Error> {
        let _ = text;
        todo!("engine")
    }

    /// The registry's host: `docker.io` where none is named.
    pub fn registry(&self) -> &str {
        todo!("engine")
    }
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
