//! What must not be seen in a log: passwords and tokens that are known, and what looks like one.

/// What stands in the place of a secret.
const DOTS: &str = "••••••";

/// Gives a line without what looks like a secret; `None` where there is nothing to hide.
type Suspect = fn(&str) -> Option<String>;

/// Hides secrets in lines before anybody keeps them.
#[derive(Clone, Default)]
pub struct Cover {
    /// The longer one first, where one secret holds another.
    texts: Vec<String>,
    suspect: Option<Suspect>,
}

impl From<Vec<String>> for Cover {
    fn from(mut texts: Vec<String>) -> Self {
        texts.retain(|text| !text.is_empty());
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self {
            texts,
            suspect: None,
        }
    }
}

impl Cover {
    /// Hides what this finds, too.
    #[must_use]
    pub fn and(self, suspect: Suspect) -> Self {
        Self {
            suspect: Some(suspect),
            ..self
        }
    }

    pub(super) fn hide(&self, text: &mut String) {
        for secret in &self.texts {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), DOTS);
            }
        }
        if let Some(covered) = self.suspect.and_then(|suspect| suspect(text)) {
            *text = covered;
        }
    }

    /// Bytes of the longest text that is hidden.
    pub(super) fn longest(&self) -> usize {
        self.texts.first().map_or(0, String::len)
    }
}
