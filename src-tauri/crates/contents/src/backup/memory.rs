//! What has to be remembered between two starts: one small JSON file each.
//!
//! It is written aside and renamed, so it is always whole. One that cannot be read, or that a newer
//! Slipway wrote, is put aside under another name and told: it is neither lost nor written over.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::words::{now, of_this_computer, zoned};
use crate::Result;
use crate::shared::lock;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Written<T> {
    version: u32,
    kept: T,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// One file, and what it says.
pub(super) struct Memory<T> {
    path: PathBuf,
    kept: Mutex<T>,
    /// Where what could not be read was put, as a sentence.
    notice: Option<String>,
}

impl<T: Clone + Default + Serialize + DeserializeOwned> Memory<T> {
    /// Reads `name` in the folder; what is missing is empty.
    pub(super) fn open(folder: &Path, name: &str, what: &str) -> Self {
        let path = folder.join(name);
        let (kept, notice) = match std::fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice::<Written<T>>(&bytes) {
                Ok(written) if written.version == VERSION => (written.kept, None),
                _ => (T::default(), Some(put_aside(&path, &bytes, what))),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (T::default(), None),
            Err(error) => (
                T::default(),
                Some(format!(
                    "{what} cannot be read ({error}). The file is {}.",
                    path.display()
                )),
            ),
        };
        if let Some(notice) = &notice {
            tracing::warn!(notice, "a file was put aside");
        }
        Self {
            path,
            kept: Mutex::new(kept),
            notice,
        }
    }

    pub(super) fn notice(&self) -> Option<String> {
        self.notice.clone()
    }

    pub(super) fn now(&self) -> T {
        lock(&self.kept).clone()
    }

    /// Changes what is remembered. What cannot be written is not changed.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R> {
        let mut kept = lock(&self.kept);
        let mut changed = kept.clone();
        let answer = change(&mut changed);
        self.write(&changed)
            .map_err(|error| of_this_computer("Remembering this", &error))?;
        *kept = changed;
        Ok(answer)
    }

    fn write(&self, kept: &T) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut aside = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(
            &mut aside,
            &Written {
                version: VERSION,
                kept,
            },
        )?;
        aside.flush()?;
        aside.as_file().sync_all()?;
        aside.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

fn put_aside(path: &Path, bytes: &[u8], what: &str) -> String {
    let newer = serde_json::from_slice::<Version>(bytes).is_ok_and(|said| said.version > VERSION);
    let why = if newer {
        "A newer Slipway wrote it"
    } else {
        "It is damaged"
    };
    let when = zoned(now()).strftime("%Y-%m-%d %H.%M.%S").to_string();
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(" kept {when}"));
    let aside = PathBuf::from(aside);
    match std::fs::rename(path, &aside) {
        Ok(()) => format!(
            "{what} cannot be read. {why}, so it was kept as {}.",
            aside.display()
        ),
        Err(error) => format!(
            "{what} cannot be read, and {} cannot be put aside ({error}).",
            path.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::<Vec<String>>::open(folder.path(), "a.json", "The list");
        memory.change(|list| list.push("one".to_owned())).unwrap();
        let again = Memory::<Vec<String>>::open(folder.path(), "a.json", "The list");
        assert_eq!(again.now(), ["one"]);
        assert_eq!(again.notice(), None);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left aside"
        );
    }

    #[test]
    fn a_broken_or_newer_file_is_kept_and_told() {
        for (text, why) in [
            ("{ no", "It is damaged"),
            (
                r#"{"version":2,"kept":{"more":1}}"#,
                "A newer Slipway wrote it",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("a.json"), text).unwrap();
            let memory = Memory::<Vec<String>>::open(folder.path(), "a.json", "The list");
            assert!(memory.now().is_empty());
            assert!(memory.notice().unwrap().contains(why), "{text}");
            memory.change(|list| list.push("new".to_owned())).unwrap();
            let kept = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .find(|path| path.to_string_lossy().contains(" kept "))
                .unwrap();
            assert_eq!(
                std::fs::read_to_string(kept).unwrap(),
                text,
                "it is as it was"
            );
        }
    }
}
