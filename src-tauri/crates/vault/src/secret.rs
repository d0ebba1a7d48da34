//! A text that is never printed.

use zeroize::Zeroizing;

/// A text that is never printed, logged or serialised, and is wiped when dropped.
///
/// ```compile_fail
/// let secret = slipway_vault::Secret::new("hidden".into());
/// println!("{secret:?}");
/// ```
/// ```compile_fail
/// let secret = slipway_vault::Secret::new("hidden".into());
/// println!("{secret}");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself. Call it only where the secret leaves for its one destination.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
