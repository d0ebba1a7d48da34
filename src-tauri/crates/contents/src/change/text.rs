//! Editing small texts.
//!
//! A text is given with a name for the state that the file was in, and saved only over that state: what a
//! lab saved meanwhile is never written over without being seen. Editors of a page know one kind of line
//! break, so those of the file are put back: lines that were not touched keep theirs, new ones get the kind
//! that the file has most of.

mod breaks;

use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::{FileVersion, Moment, Outcome};
use slipway_porthole::fault::Fault;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::Request;

use super::{EditedText, SaveOutcome, about, name};
use crate::opened::shown_name;
use crate::place::{EntryPath, PlaceId};
use crate::session::{Refused, Session, Step};
use crate::{Contents, Problem, Result};

/// Longer texts are looked at and not edited, in bytes.
const LONGEST: u64 = 1 << 20;

/// A program that sends more than was asked for is not read on.
const MOST_READ: usize = 2 << 20;

/// A file that is written all the time is never read in one state; after so many tries it is said.
const TRIES: u32 = 3;

const BOM: &str = "\u{feff}";

impl Contents {
    /// A text of up to 1 MiB, without a byte order mark and with line feeds alone.
    ///
    /// # Errors
    /// Where it is longer, no UTF-8, or no text at all.
    pub async fn read_text(&self, place: PlaceId, path: EntryPath) -> Result<EditedText> {
        let session = self.shared.place(place)?.session()?;
        let (text, version) = read(&session, &path.raw()?).await?;
        Ok(EditedText {
            path,
            text: breaks::plain(&text),
            version: written(version),
        })
    }

    /// # Errors
    /// The file as it was before is whole in every case.
    pub async fn save_text(&self, place: PlaceId, edited: EditedText) -> Result<SaveOutcome> {
        let path = edited.path.raw()?;
        let expected = read_version(&edited.version)?;
        let changing = self.changing(place).await?;
        let session = &changing.session;
        let (before, now) = match read(session, &path).await {
            Err(problem) if problem.kind == ProblemKind::Gone => {
                return Err(Problem::new(
                    ProblemKind::Gone,
                    format!("{} was deleted or renamed meanwhile.", shown_name(&path)),
                )
                .because("Nothing was saved. What you typed is still here.")
                .hint("Save it under a name of its own."));
            }
            other => other?,
        };
        let overtaken = |text: &str, now: FileVersion| SaveOutcome::Overtaken {
            now: EditedText {
                path: edited.path.clone(),
                text: breaks::plain(text),
                version: written(now),
            },
            changed: super::trash::millis(now.changed),
        };
        if now != expected {
            return Ok(overtaken(&before, now));
        }
        let text = breaks::as_before(&before, &edited.text);
        if text.len() as u64 > LONGEST {
            return Err(too_long(&shown_name(&path)).because("What you typed is still here."));
        }
        match write(session, &path, Some(expected), text.as_bytes()).await {
            Ok(version) => {
                changing.changed();
                Ok(SaveOutcome::Saved {
                    version: written(version),
                })
            }
            // Between the two looks.
            Err(Refused::Fault(Fault::Changed)) => {
                let (text, now) = read(session, &path).await?;
                Ok(overtaken(&text, now))
            }
            Err(refused) => Err(refused.about(&shown_name(&path))),
        }
    }

    /// A new text in a folder.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn create_text(
        &self,
        place: PlaceId,
        folder: EntryPath,
        name: &str,
        text: &str,
    ) -> Result<EditedText> {
        let folder = folder.raw()?;
        let path = name::in_folder(&folder, name)?;
        if text.len() as u64 > LONGEST {
            return Err(too_long(&shown_name(&path)).because("What you typed is still here."));
        }
        let changing = self.changing(place).await?;
        let version = write(&changing.session, &path, None, text.as_bytes())
            .await
            .map_err(|refused| about(refused, &path))?;
        changing.changed();
        Ok(EditedText {
            path: EntryPath::of(&path),
            text: text.to_owned(),
            version: written(version),
        })
    }
}

fn too_long(name: &str) -> Problem {
    Problem::new(
        ProblemKind::Other,
        format!("{name} is too long to be edited here."),
    )
    .because("Texts of up to 1 MB can be.")
    .hint("Edit it in a lab, or download it, edit it and upload it again.")
}

/// The whole text, and the one state that it is of.
async fn read(session: &Session, path: &Raw) -> Result<(String, FileVersion)> {
    let name = shown_name(path);
    for _ in 0..TRIES {
        let request = Request::Read {
            path: path.clone(),
            offset: 0,
            len: LONGEST + 1,
            expected: None,
        };
        let mut exchange = session.ask(request).await?;
        let mut bytes = Vec::new();
        let end = loop {
            match exchange
                .next()
                .await
                .map_err(|refused| refused.about(&name))?
            {
                Step::Data(data) if bytes.len() + data.len() <= MOST_READ => {
                    bytes.extend_from_slice(&data);
                }
                Step::End(Outcome::Read(end)) => break end,
                _ => return Err(Refused::unexpected().about(&name)),
            }
        };
        if end.version.size > LONGEST || bytes.len() as u64 > LONGEST {
            return Err(too_long(&name));
        }
        if end.changed || bytes.len() as u64 != end.version.size {
            continue;
        }
        if bytes.contains(&0) {
            return Err(
                Problem::new(ProblemKind::Other, format!("{name} is not a text."))
                    .because("It holds bytes that no text has."),
            );
        }
        return String::from_utf8(bytes)
            .map(|text| (text, end.version))
            .map_err(|_| {
                Problem::new(
                    ProblemKind::Other,
                    format!("{name} cannot be edited here."),
                )
                .because("It is not written in UTF-8, and saving it would change letters that you did not touch.")
                .hint("Edit it in a lab, or download it and edit it with a program that knows its encoding.")
            });
    }
    Err(Problem::new(
        ProblemKind::Other,
        format!("{name} is being written at this moment."),
    )
    .hint("Wait until the lab has finished, then try again."))
}

async fn write(
    session: &Session,
    path: &Raw,
    expected: Option<FileVersion>,
    bytes: &[u8],
) -> Result<FileVersion, Refused> {
    let request = Request::Write {
        path: path.clone(),
        expected,
    };
    let mut exchange = session.ask(request).await?;
    // Where it was refused already, the answer says why.
    let sent = exchange.send(bytes).await;
    let _ = exchange.finish();
    match exchange.next().await? {
        Step::End(Outcome::Version(version)) => {
            sent?;
            Ok(version)
        }
        _ => Err(Refused::unexpected()),
    }
}

/// Names a state of a file.
fn written(version: FileVersion) -> String {
    let FileVersion {
        size,
        changed,
        inode,
    } = version;
    format!("{size}.{}.{}.{inode}", changed.seconds, changed.nanoseconds)
}

fn read_version(text: &str) -> Result<FileVersion> {
    let unknown = || Problem::new(ProblemKind::Other, "This text was not read here.");
    let mut parts = text.split('.');
    let mut next = || parts.next().ok_or_else(unknown);
    let version = FileVersion {
        size: next()?.parse().map_err(|_| unknown())?,
        changed: Moment {
            seconds: next()?.parse().map_err(|_| unknown())?,
            nanoseconds: next()?.parse().map_err(|_| unknown())?,
        },
        inode: next()?.parse().map_err(|_| unknown())?,
    };
    match parts.next() {
        None => Ok(version),
        Some(_) => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let version = FileVersion {
            size: 12,
            changed: Moment {
                seconds: -5,
                nanoseconds: 7,
            },
            inode: u64::MAX,
        };
        assert_eq!(read_version(&written(version)), Ok(version));
        for wrong in ["", "1.2.3", "1.2.3.4.5", "a.2.3.4", "1.2.-3.4"] {
            assert!(read_version(wrong).is_err(), "{wrong}");
        }
    }
}
