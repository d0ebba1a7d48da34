//! The file with what was learned. It can be lost without loss: whatever is damaged or too large is
//! begun anew.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use slipway_engine::UnixMillis;

/// More images than anybody looks at in a season.
const MOST: usize = 500;
const LARGEST: u64 = 1024 * 1024;

/// What a registry said of one image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Learned {
    pub bytes: u64,
    /// Of what the tag led to: whether it still does can be asked without counting towards a limit.
    pub digest: Option<String>,
    pub asked: UnixMillis,
}

/// Sizes by image and platform.
pub(super) struct Kept {
    file: PathBuf,
    sizes: BTreeMap<String, Learned>,
    written: bool,
}

impl Kept {
    pub(super) fn read(file: PathBuf) -> Self {
        let sizes = read(&file).unwrap_or_default();
        Self {
            file,
            sizes,
            written: true,
        }
    }

    pub(super) fn find(&self, key: &str) -> Option<&Learned> {
        self.sizes.get(key)
    }

    /// Beyond the limit, what was asked for longest ago goes.
    pub(super) fn put(&mut self, key: &str, learned: Learned) {
        self.sizes.insert(key.to_owned(), learned);
        self.written = false;
        while self.sizes.len() > MOST {
            let oldest = self.sizes.iter().min_by_key(|(_, learned)| learned.asked);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            self.sizes.remove(&oldest);
        }
    }

    /// The file's text where it has changed; after this it counts as written.
    pub(super) fn unwritten(&mut self) -> Option<(PathBuf, String)> {
        if std::mem::replace(&mut self.written, true) {
            return None;
        }
        let text = serde_json::to_string(&self.sizes).ok()?;
        Some((self.file.clone(), text))
    }
}

fn read(file: &Path) -> Option<BTreeMap<String, Learned>> {
    let mut text = String::new();
    let opened = std::fs::File::open(file).ok()?;
    opened.take(LARGEST).read_to_string(&mut text).ok()?;
    let sizes: BTreeMap<String, Learned> = serde_json::from_str(&text)
        .inspect_err(|error| tracing::info!(%error, "kept sizes of downloads cannot be read"))
        .ok()?;
    (sizes.len() <= MOST).then_some(sizes)
}

/// Whole or not at all.
pub(super) fn write(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut new, text.as_bytes())?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(asked: i64) -> Learned {
        Learned {
            bytes: 42,
            digest: None,
            asked: UnixMillis(asked),
        }
    }

    #[test]
    fn what_was_learned_is_there_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep").join("sizes.json");
        let mut kept = Kept::read(file.clone());
        assert_eq!(kept.unwritten(), None, "nothing to write");
        kept.put("a", learned(1));
        let (into, text) = kept.unwritten().unwrap();
        assert_eq!(into, file);
        write(&into, &text).unwrap();
        assert_eq!(kept.unwritten(), None, "it is written");
        assert_eq!(Kept::read(file.clone()).find("a"), Some(&learned(1)));
        for broken in ["", "{", "[]", r#"{"a":{"bytes":-1,"asked":1}}"#, "\u{0}"] {
            std::fs::write(&file, broken).unwrap();
            assert_eq!(Kept::read(file.clone()).find("a"), None, "{broken}");
        }
    }

    #[test]
    fn the_oldest_go_first() {
        let mut kept = Kept::read(PathBuf::from("nowhere"));
        for number in 0..=MOST {
            kept.put(
                &format!("image-{number}"),
                learned(i64::try_from(number).unwrap()),
            );
        }
        assert_eq!(kept.sizes.len(), MOST);
        assert!(kept.find("image-0").is_none() && kept.find("image-1").is_some());
    }
}
