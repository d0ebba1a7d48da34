//! The folder in the chosen one that a download is written into before it gets its names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_porthole::ASIDE;

use super::download::torn;
use super::words::local;
use crate::jobs::Stop;
use crate::names::Rules;

/// What a Slipway that was killed has left is this old at least; another one may be at work.
const OLD: Duration = Duration::from_hours(24);

/// Removed with all that is left in it, however the download ends.
pub(super) struct AsideFolder {
    path: PathBuf,
    removed: bool,
}

impl AsideFolder {
    /// Makes it, for its owner alone, and finds out what names the disk takes.
    pub(super) async fn make(to: &Path) -> Result<(Self, Rules), Stop> {
        let path = to.join(format!("{ASIDE}{}", uuid::Uuid::new_v4().simple()));
        let shown = to.to_owned();
        tokio::task::spawn_blocking(move || {
            sweep(&shown, OLD);
            make_private(&path).map_err(|error| {
                let name = shown.file_name().unwrap_or(shown.as_os_str());
                local(&error, &crate::path::visible(name.as_encoded_bytes()).0)
            })?;
            let rules = Rules::of(&path);
            Ok((
                Self {
                    path,
                    removed: false,
                },
                rules,
            ))
        })
        .await
        .map_err(torn)?
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn remove(mut self) {
        self.removed = true;
        let path = self.path.clone();
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(path)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(%error, "what a download had written aside is left");
        }
    }
}

impl Drop for AsideFolder {
    fn drop(&mut self) {
        if !self.removed {
            // A job that broke; its name tells what it is where it stays.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(unix)]
pub(super) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
pub(super) fn make_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

/// Removes what earlier downloads into this folder have left. What cannot be removed tells by its name
/// what it is.
fn sweep(to: &Path, old: Duration) {
    for entry in std::fs::read_dir(to).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .and_then(|name| name.strip_prefix(ASIDE))
            .is_some_and(|rest| uuid::Uuid::try_parse(rest).is_ok() && rest.len() == 32);
        let is_old = |about: std::fs::Metadata| {
            about.is_dir()
                && about
                    .modified()
                    .is_ok_and(|time| time.elapsed().is_ok_and(|age| age > old))
        };
        if is_ours && entry.metadata().is_ok_and(is_old) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_folders_of_this_very_name_go() {
        let to = tempfile::tempdir().unwrap();
        let ours = format!("{ASIDE}{}", uuid::Uuid::new_v4().simple());
        for name in [ours.as_str(), ".slipway-part-notes", "other"] {
            std::fs::create_dir(to.path().join(name)).unwrap();
            std::fs::write(to.path().join(name).join("inner"), "x").unwrap();
        }
        sweep(to.path(), OLD);
        assert!(to.path().join(&ours).exists(), "it may be in use");
        // By the clock of the disk it was made before now.
        while to.path().join(&ours).exists() {
            sweep(to.path(), Duration::ZERO);
        }
        assert!(to.path().join(".slipway-part-notes/inner").exists());
        assert!(to.path().join("other/inner").exists());
    }
}
