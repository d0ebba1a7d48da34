//! What the beds of one checkout share and keep: the registry's storage with all lab images, the wheels, and the
//! other Debian release that carries today's engine. Each thing is written aside and renamed when it is whole,
//! so an interrupted build goes on where it was; a lock lets one process build while the others wait.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::BedError;

/// The folder of the cache and of the beds' data: `target/testbed`, or what `SLIPWAY_TESTBED` says.
pub fn folder() -> PathBuf {
    if let Some(chosen) = std::env::var_os("SLIPWAY_TESTBED").filter(|value| !value.is_empty()) {
        return PathBuf::from(chosen);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from);
    std::path::absolute(target)
        .unwrap_or_else(|_| workspace().join("target"))
        .join("testbed")
}

fn workspace() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder
        .ancestors()
        .nth(3)
        .unwrap_or(crate_folder)
        .to_owned()
}

pub(crate) fn cache() -> PathBuf {
    folder().join("cache")
}

/// Where the engine of a bed keeps its images and containers.
pub(crate) fn data_folder(slot: u8) -> PathBuf {
    folder().join("run").join(slot.to_string())
}

/// Says what is being built, on standard error: a cache that takes minutes must not look like a hang.
#[expect(
    clippy::print_stderr,
    reason = "the long first build speaks to the person who waits for it"
)]
pub(crate) fn say(line: &str) {
    eprintln!("test bed: {line}");
}

/// Holds the right to build.
pub(crate) fn lock() -> Result<File, BedError> {
    let folder = cache();
    std::fs::create_dir_all(&folder)
        .map_err(BedError::io(format!("making {}", folder.display())))?;
    let path = folder.join("lock");
    let lock = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(BedError::io(format!("opening {}", path.display())))?;
    if lock.try_lock().is_err() {
        say("another process is building the cache; waiting for it");
        lock.lock().map_err(BedError::io("waiting for the cache"))?;
    }
    Ok(lock)
}

/// A fingerprint of texts and files (FNV-1a, 64 bits): it tells whether a definition has changed, nothing more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(mut self, bytes: &[u8]) -> Self {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    /// Takes in a folder: names and contents, in the order of the names.
    pub(crate) fn add_folder(mut self, folder: &Path) -> Result<Self, BedError> {
        let what = || format!("reading {}", folder.display());
        let mut entries = std::fs::read_dir(folder)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(BedError::io(what()))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            self = self.add(entry.file_name().as_encoded_bytes());
            let path = entry.path();
            self = if path.is_dir() {
                self.add_folder(&path)?
            } else {
                self.add(&std::fs::read(&path).map_err(BedError::io(what()))?)
            };
        }
        Ok(self)
    }

    pub(crate) fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// The note that something was built from a definition with this fingerprint.
pub(crate) fn is_stamped(name: &str, fingerprint: Fingerprint) -> bool {
    std::fs::read_to_string(stamp_path(name)).is_ok_and(|text| text == fingerprint.text())
}

pub(crate) fn stamp(name: &str, fingerprint: Fingerprint) -> Result<(), BedError> {
    let path = stamp_path(name);
    let what = format!("writing {}", path.display());
    let aside = path.with_extension("partial");
    std::fs::create_dir_all(cache().join("stamps"))
        .and_then(|()| std::fs::write(&aside, fingerprint.text()))
        .and_then(|()| std::fs::rename(&aside, &path))
        .map_err(BedError::io(what))
}

fn stamp_path(name: &str) -> PathBuf {
    cache()
        .join("stamps")
        .join(name.replace(['/', ':'], "+") + ".stamp")
}
