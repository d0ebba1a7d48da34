//! The browser call, caught: a folder with an `xdg-open` of our own that is to stand first on the path. What a
//! program opens is written down with its time instead of being shown.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::BedError;
use crate::process::wait_for;

/// One thing that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What was to be opened, as it was given.
    pub url: String,
    /// When, on the system's clock.
    pub at: SystemTime,
}

/// Catches what programs open that run with [`Self::path_variable`].
#[derive(Debug)]
pub struct BrowserCatch {
    folder: TempDir,
}

/// The names under which programs look for the person's browser.
const OPENERS: [&str; 7] = [
    "xdg-open",
    "gio",
    "gnome-open",
    "kde-open",
    "wslview",
    "x-www-browser",
    "sensible-browser",
];

impl BrowserCatch {
    /// Makes the folder and the programs in it.
    pub fn new() -> Result<Self, BedError> {
        let what = "making a place to catch the browser";
        let folder = tempfile::tempdir().map_err(BedError::io(what))?;
        let list = folder.path().join("opened");
        std::fs::write(&list, "").map_err(BedError::io(what))?;
        // The last argument is the address: `gio open URL` has one before it. One write, so lines never mix.
        let script = format!(
            "#!/bin/sh\nfor last; do :; done\nprintf '%s %s\\n' \"$(date +%s%N)\" \"$last\" >> '{}'\n",
            list.display()
        );
        for name in OPENERS {
            let path = folder.path().join(name);
            std::fs::write(&path, &script).map_err(BedError::io(what))?;
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .map_err(BedError::io(what))?;
        }
        Ok(Self { folder })
    }

    /// The value for `PATH`: the folder, then what this process has.
    pub fn path_variable(&self) -> String {
        let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".into());
        format!("{}:{path}", self.folder.path().display())
    }

    /// The folder with the programs.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Everything opened so far.
    pub fn opened(&self) -> Vec<Opened> {
        let text = std::fs::read_to_string(self.folder.path().join("opened")).unwrap_or_default();
        text.lines().filter_map(read_line).collect()
    }

    /// The first thing opened, waiting for it if need be.
    pub fn wait_for_url(&self, limit: Duration) -> Option<Opened> {
        wait_for(limit, || self.opened().into_iter().next())
    }

    /// The first thing opened after `before` things were.
    pub fn wait_for_next(&self, before: usize, limit: Duration) -> Option<Opened> {
        wait_for(limit, || self.opened().into_iter().nth(before))
    }

    /// Forgets what was opened.
    pub fn clear(&self) -> Result<(), BedError> {
        std::fs::write(self.folder.path().join("opened"), "")
            .map_err(BedError::io("clearing what was opened"))
    }
}

fn read_line(line: &str) -> Option<Opened> {
    let (nanoseconds, url) = line.split_once(' ')?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds.parse().ok()?);
    Some(Opened {
        url: url.to_owned(),
        at,
    })
}
