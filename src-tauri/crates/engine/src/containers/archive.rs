//! What the engine's archive says of a container's files without keeping them: how large they are, and when they were changed.
//!
//! A single file is asked for by the head of an archive alone. Of a folder with many files its archive is read and
//! its bytes are dropped, which costs the engine less than a question for each file.

use std::io::Read;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use crate::classify::{Failure, Subject};
use crate::porthole::{Glance, glance_of};
use crate::wire::{Answer, Question, escaped};
use crate::{ContainerId, Engine, Error, Result, UnixMillis};

/// A large folder is opened, and an old engine is asked, before the first byte comes.
const BEGINNING: std::time::Duration = std::time::Duration::from_mins(3);

/// Pieces of an archive that wait to be read, and files that wait to be taken.
const WAITING: usize = 64;

/// A file or folder in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// From the container's root. What is no text in it is shown with replacement characters.
    pub path: String,
    pub size: u64,
    pub changed: UnixMillis,
    pub folder: bool,
}

impl Engine {
    /// What the engine says of a path, links not followed at its end; `None` where nothing lies there.
    ///
    /// # Errors
    /// `NotFound` where the container is gone, and those of a connection that fails.
    pub async fn glance_in_container(
        &self,
        id: &ContainerId,
        path: &str,
    ) -> Result<Option<Glance>> {
        let meaning = |failure| self.meaning(failure, Subject::Container(&id.0));
        let question = Question::head(format!("/containers/{}/archive", escaped(&id.0)))
            .query("path", path)
            .patience(BEGINNING);
        match self.wire.ask(question).await {
            Ok(answer) => glance_of(&answer).map(Some).map_err(meaning),
            // Such an answer has no body that would say what is missing.
            Err(Failure::Answer { status: 404, .. }) => {
                self.inspection(&id.0).await?;
                Ok(None)
            }
            Err(failure) => Err(meaning(failure)),
        }
    }

    /// All that lies in a folder, the folder itself first, as it is read; `None` where nothing lies there.
    /// The reading ends after `most` bytes of the archive, and with the receiver.
    ///
    /// # Errors
    /// `NotFound` where the container is gone, and those of a connection that fails, here and later.
    pub async fn files_in_container(
        &self,
        id: &ContainerId,
        path: &str,
        most: u64,
    ) -> Result<Option<mpsc::Receiver<Result<ArchivedFile>>>> {
        let question = Question::get(format!("/containers/{}/archive", escaped(&id.0)))
            .query("path", path)
            .patience(BEGINNING);
        let answer = match self.wire.ask(question).await {
            Ok(answer) => answer,
            Err(Failure::Answer {
                status: 404,
                message,
            }) if !message.to_lowercase().contains("no such container") => return Ok(None),
            Err(failure) => return Err(self.meaning(failure, Subject::Container(&id.0))),
        };
        let (pieces, archive) = mpsc::channel(WAITING);
        let (files, taken) = mpsc::channel(WAITING);
        tokio::spawn(bring(answer, pieces, most));
        let parent = path
            .trim_end_matches('/')
            .rsplit_once('/')
            .map_or("", |(parent, _)| parent);
        let parent = parent.to_owned();
        let (engine, id) = (self.clone(), id.clone());
        tokio::task::spawn_blocking(move || {
            let meaning = |failure: Failure| engine.meaning(failure, Subject::Container(&id.0));
            read(Pieces::of(archive), &parent, &files, meaning);
        });
        Ok(Some(taken))
    }
}

/// What of an archive is on its way to who reads it.
enum Piece {
    Bytes(Bytes),
    Failed(Failure),
}

async fn bring(mut answer: Answer, pieces: mpsc::Sender<Piece>, most: u64) {
    let mut brought = 0_u64;
    loop {
        let piece = match answer.piece().await {
            Ok(Some(piece)) => {
                brought += piece.len() as u64;
                Piece::Bytes(piece)
            }
            Ok(None) => return,
            Err(failure) => Piece::Failed(failure),
        };
        let failed = matches!(piece, Piece::Failed(_));
        if pieces.send(piece).await.is_err() || failed || brought > most {
            return;
        }
    }
}

/// An archive as a thread reads it.
struct Pieces {
    archive: mpsc::Receiver<Piece>,
    piece: Bytes,
    failure: std::rc::Rc<std::cell::RefCell<Option<Failure>>>,
}

impl Pieces {
    fn of(archive: mpsc::Receiver<Piece>) -> Self {
        Self {
            archive,
            piece: Bytes::new(),
            failure: std::rc::Rc::default(),
        }
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            match self.archive.blocking_recv() {
                Some(Piece::Bytes(piece)) => self.piece = piece,
                Some(Piece::Failed(failure)) => {
                    *self.failure.borrow_mut() = Some(failure);
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                None => return Ok(0),
            }
        }
        let length = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}

/// Reads an archive to its end, or as far as it goes: one that ends early had more than was wanted.
fn read(
    pieces: Pieces,
    parent: &str,
    files: &mpsc::Sender<Result<ArchivedFile>>,
    meaning: impl Fn(Failure) -> Error,
) {
    let failure = std::rc::Rc::clone(&pieces.failure);
    let mut archive = tar::Archive::new(pieces);
    if let Ok(entries) = archive.entries() {
        for entry in entries {
            let Ok(entry) = entry else { break };
            let header = entry.header();
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let file = ArchivedFile {
                path: format!("{parent}/{}", name.trim_matches('/')),
                size: if header.entry_type().is_file() {
                    entry.size()
                } else {
                    0
                },
                changed: UnixMillis(
                    i64::try_from(header.mtime().unwrap_or(0))
                        .unwrap_or(0)
                        .saturating_mul(1000),
                ),
                folder: header.entry_type().is_dir(),
            };
            if files.blocking_send(Ok(file)).is_err() {
                return;
            }
        }
    }
    if let Some(failure) = failure.borrow_mut().take() {
        // Nobody listens any more where this fails.
        let _ = files.blocking_send(Err(meaning(failure)));
    }
}
