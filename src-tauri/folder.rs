//! The system's own folder dialog.
//!
//! It stands behind a type of its own, so that commands need not know which runtime shows windows.

use std::sync::Arc;

use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

/// Where an answer goes.
type Answer = oneshot::Sender<Option<String>>;

/// Asks for a folder.
pub struct FolderDialog(Arc<dyn Fn(Answer) + Send + Sync>);

impl FolderDialog {
    /// The dialog of this app's window.
    pub fn of<R: Runtime>(app: &AppHandle<R>) -> Self {
        let app = app.clone();
        Self(Arc::new(move |answer| {
            app.dialog()
                .file()
                .set_title("Where your work is kept")
                .pick_folder(move |folder| {
                    let path = folder.and_then(|folder| folder.into_path().ok());
                    // The receiver is gone only when the page is; then nobody waits for the answer.
                    let _ = answer.send(path.map(|path| path.to_string_lossy().into_owned()));
                });
        }))
    }

    /// The chosen folder; `None` where the person closed the dialog.
    pub async fn ask(&self) -> Option<String> {
        let (answer, chosen) = oneshot::channel();
        (self.0)(answer);
        chosen.await.ok().flatten()
    }
}
