//! One window a person: a second start hands its wish to the first.
//!
//! Asking the session's bus who is there takes longer than all else before the window appears. So who is
//! first is settled by a lock on a file, which takes no time and goes with the process, however that
//! ends; the first one takes its name on the bus when its window shows something. Only a start that
//! finds the lock taken asks the bus at once. Where no lock can be had, every start asks.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, Runtime};

use crate::arrival;

/// By then the first start can be reached.
const REACHABLE: Duration = Duration::from_secs(3);

/// What this start is.
pub enum Start {
    /// The first; it is so while this is kept.
    First(File),
    /// Another one runs, or nobody knows.
    Other,
}

impl Start {
    /// Settles it over a lock in this folder. Waits where the first one has begun only just now.
    pub fn settle(folder: &Path) -> Self {
        let lock = folder.join("window.lock");
        let opened = std::fs::create_dir_all(folder).and_then(|()| {
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&lock)
        });
        let Ok(file) = opened else { return Self::Other };
        match file.try_lock() {
            Ok(()) => {
                // Says since when; without it a second start only does not wait.
                let _ = file.set_modified(SystemTime::now());
                Self::First(file)
            }
            Err(TryLockError::WouldBlock) => {
                if let Some(left) = since(&file).and_then(|age| REACHABLE.checked_sub(age)) {
                    tauri::async_runtime::block_on(tokio::time::sleep(left));
                }
                Self::Other
            }
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "no lock on the window");
                Self::Other
            }
        }
    }
}

fn since(file: &File) -> Option<Duration> {
    let changed = file.metadata().ok()?.modified().ok()?;
    SystemTime::now().duration_since(changed).ok()
}

/// Hands this start's wish to the one that has the name already, and ends; otherwise takes the name.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_single_instance::init(|app, arguments, _| {
        if let Some(window) = app.get_webview_window("main") {
            // A second start only brings the first window to the front; if that fails, there is nothing to add.
            let _ = window.unminimize().and_then(|()| window.set_focus());
        }
        if let Some(lab) = arrival::named(&arguments) {
            arrival::arrive(app, lab);
        }
    })
}

/// The first start's lock, and that its name is still to be taken.
pub struct Unnamed(std::sync::Mutex<Option<File>>);

impl Unnamed {
    pub fn of(lock: File) -> Self {
        Self(std::sync::Mutex::new(Some(lock)))
    }
}

/// The lock of a window that can be reached; kept for as long as the process lives.
struct Named(#[expect(dead_code, reason = "held, never read")] File);

/// Takes the name, once, behind the window.
pub fn take_name<R: Runtime>(app: &AppHandle<R>) {
    let Some(lock) = app.try_state::<Unnamed>().and_then(|unnamed| {
        unnamed
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }) else {
        return;
    };
    app.manage(Named(lock));
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = app.plugin(plugin()) {
            tracing::warn!(%error, "a second start cannot reach this window");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_start_is_the_first_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("not there yet");
        let first = Start::settle(&folder);
        let Start::First(lock) = &first else {
            panic!("nobody else runs")
        };
        // Long ago, so that nobody waits here.
        lock.set_modified(SystemTime::now() - REACHABLE).unwrap();
        assert!(matches!(Start::settle(&folder), Start::Other));
        drop(first);
        assert!(matches!(Start::settle(&folder), Start::First(_)));
    }

    #[test]
    fn a_start_without_a_place_for_a_lock_asks_the_bus() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(Start::settle(&file), Start::Other));
    }
}
