//! The system's own dialogs for folders and files.
//!
//! They stand behind a type of their own, so that commands need not know which runtime shows windows.

use std::path::PathBuf;
use std::sync::Arc;

use slipway_labs::Problem;
use slipway_labs::problem::ProblemKind;
use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tokio::sync::oneshot;

use crate::commands::CommandResult;

/// Files that are read are texts of our own making; none is larger.
const LARGEST: u64 = 1 << 20;

/// Where an answer goes.
type Answer = oneshot::Sender<Vec<PathBuf>>;

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Wanted {
    Folder {
        title: String,
    },
    /// A file that is there, with one of these endings (`toml`).
    File {
        title: String,
        endings: Vec<String>,
    },
    /// Files that are there, or with `folders` folders; one or more.
    Several {
        title: String,
        folders: bool,
    },
    /// A place for a file that is written.
    Place {
        title: String,
        name: String,
    },
}

/// Asks for folders and files.
pub struct Dialogs(Arc<dyn Fn(Wanted, Answer) + Send + Sync>);

impl Dialogs {
    /// The dialogs of this app's window.
    pub fn of<R: Runtime>(app: &AppHandle<R>) -> Self {
        let app = app.clone();
        Self(Arc::new(move |wanted, answer| {
            let several = move |chosen: Option<Vec<FilePath>>| {
                let paths = chosen
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|chosen| chosen.into_path().ok())
                    .collect();
                // The receiver is gone only when the page is; then nobody waits for the answer.
                let _ = answer.send(paths);
            };
            let dialog = app.dialog().file();
            let one = |chosen: Option<FilePath>| chosen.map(|chosen| vec![chosen]);
            match wanted {
                Wanted::Several {
                    title,
                    folders: true,
                } => dialog.set_title(title).pick_folders(several),
                Wanted::Several {
                    title,
                    folders: false,
                } => dialog.set_title(title).pick_files(several),
                Wanted::Folder { title } => dialog
                    .set_title(title)
                    .pick_folder(move |chosen| several(one(chosen))),
                Wanted::File { title, endings } => {
                    let endings: Vec<&str> = endings.iter().map(String::as_str).collect();
                    dialog
                        .set_title(title)
                        .add_filter("Slipway", &endings)
                        .pick_file(move |chosen| several(one(chosen)));
                }
                Wanted::Place { title, name } => {
                    dialog
                        .set_title(title)
                        .set_file_name(name)
                        .save_file(move |chosen| several(one(chosen)));
                }
            }
        }))
    }

    /// Answers given by a program in place of a person, for tests of what follows a choice.
    pub fn answered_by(answer: impl Fn(Wanted) -> Option<PathBuf> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |wanted, chosen| {
            // As above: nobody waits once the receiver is gone.
            let _ = chosen.send(answer(wanted).into_iter().collect());
        }))
    }

    /// The chosen path; `None` where the person closed the dialog.
    pub async fn ask(&self, wanted: Wanted) -> Option<PathBuf> {
        self.ask_several(wanted).await?.into_iter().next()
    }

    /// The chosen paths, one at least; `None` where the person closed the dialog.
    pub async fn ask_several(&self, wanted: Wanted) -> Option<Vec<PathBuf>> {
        let (answer, chosen) = oneshot::channel();
        (self.0)(wanted, answer);
        let chosen = chosen.await.ok()?;
        (!chosen.is_empty()).then_some(chosen)
    }

    /// Writes a text to the place that the person chooses; gives its path.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn write(&self, wanted: Wanted, text: String) -> CommandResult<Option<String>> {
        let Some(path) = self.ask(wanted).await else {
            return Ok(None);
        };
        tokio::fs::write(&path, text).await.map_err(|error| {
            Problem::new(ProblemKind::Other, "The file could not be written.")
                .because(format!("Slipway may not write to {}.", path.display()))
                .hint("Choose another folder.")
                .detail(error.to_string())
        })?;
        Ok(Some(path.to_string_lossy().into_owned()))
    }

    /// Reads the file that the person chooses, up to 1 MiB of UTF-8 text.
    ///
    /// # Errors
    /// Where it cannot be read, is larger, or is no text.
    pub async fn read(&self, wanted: Wanted) -> CommandResult<Option<String>> {
        use tokio::io::AsyncReadExt as _;

        let Some(path) = self.ask(wanted).await else {
            return Ok(None);
        };
        let unreadable = |why: &str, detail: String| {
            Problem::new(ProblemKind::Other, "This file cannot be read.")
                .because(why)
                .detail(format!("{}: {detail}", path.display()))
        };
        let mut bytes = Vec::new();
        let file = tokio::fs::File::open(&path)
            .await
            .map_err(|error| unreadable("Slipway may not open it.", error.to_string()))?;
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .await
            .map_err(|error| unreadable("It could not be read to its end.", error.to_string()))?;
        if bytes.len() as u64 > LARGEST {
            return Err(unreadable(
                "It is far larger than anything that Slipway writes.",
                "more than 1 MiB".to_owned(),
            ));
        }
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|error| unreadable("It is not a text file.", error.to_string()))
    }
}
