//! Changing what lies in a place: folders, names, small texts, the trash.
//!
//! Each change is one request of a writer that lives a moment longer than it. Nothing is ever written
//! over: a name that is taken is refused, a text is saved only over the state that was read, and what is
//! deleted lies in the place's own trash until that is emptied.

mod name;
mod text;
mod trash;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use slipway_engine::{Bytes, UnixMillis};
use slipway_labs::problem::ProblemKind;
use slipway_porthole::answer::Outcome;
use slipway_porthole::raw::Raw;
use slipway_porthole::request::{Owner, Request};
use specta::Type;

use crate::opened::{OpenPlace, shown_name};
use crate::place::{EntryPath, PlaceId};
use crate::session::{Refused, Session};
use crate::shared::Shared;
use crate::{Contents, Problem, Result};

/// A text that is being edited, with what it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditedText {
    pub path: EntryPath,
    pub text: String,
    /// Names this state of the file; a save names it again, and is refused where the file has
    /// become another meanwhile.
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum SaveOutcome {
    Saved {
        version: String,
    },
    /// The lab has written the file meanwhile. Nothing was saved; what was typed is still there.
    Overtaken {
        /// The file as it is now.
        now: EditedText,
        changed: Option<UnixMillis>,
    },
}

/// One deleted thing in the trash of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TrashedEntry {
    /// Names it for bringing it back.
    pub id: String,
    pub name: String,
    /// Where it lay.
    pub path: EntryPath,
    pub folder: bool,
    pub bytes: Bytes,
    pub trashed: Option<UnixMillis>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Trash {
    pub entries: Vec<TrashedEntry>,
    pub bytes: Bytes,
    pub files: u32,
}

impl Contents {
    /// Gives the new folder's path.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn make_folder(
        &self,
        place: PlaceId,
        folder: EntryPath,
        name: &str,
    ) -> Result<EntryPath> {
        let path = name::in_folder(&folder.raw()?, name)?;
        let changing = self.changing(place).await?;
        let owner = self.owner_of_new(&changing, &folder.raw()?).await;
        let request = Request::MakeFolder {
            path: path.clone(),
            owner,
        };
        changing.row(request, &path).await
    }

    /// Gives the new path.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn rename(&self, place: PlaceId, path: EntryPath, name: &str) -> Result<EntryPath> {
        let from = path.raw()?;
        let Some((folder, last)) = from.split() else {
            return Err(Problem::new(
                ProblemKind::Other,
                "The volume or folder itself is not renamed here.",
            ));
        };
        if last == name.as_bytes() {
            return Ok(path);
        }
        let to = name::in_folder(&Raw::from(folder), name)?;
        let changing = self.changing(place).await?;
        let request = Request::Rename {
            from,
            to: to.clone(),
        };
        changing.row(request, &to).await
    }

    /// Moves files and folders into another folder of the same place, under the names that they have.
    /// Gives where they are now; ends at the first one that cannot be moved.
    ///
    /// # Errors
    /// `NameTaken` where the folder has one of these names; nothing is replaced.
    pub async fn move_entries(
        &self,
        place: PlaceId,
        paths: Vec<EntryPath>,
        folder: EntryPath,
    ) -> Result<Vec<EntryPath>> {
        let folder = folder.raw()?;
        let mut moves = Vec::new();
        for path in &paths {
            let from = path.raw()?;
            let Some((_, last)) = from.split() else {
                return Err(Refused::unexpected().about(""));
            };
            let to = folder.join(last);
            if to != from {
                moves.push((from, to));
            }
        }
        let changing = self.changing(place).await?;
        for (from, to) in moves {
            let shown = to.clone();
            changing.row(Request::Rename { from, to }, &shown).await?;
        }
        let folder = &folder;
        paths
            .iter()
            .map(|path| {
                let from = path.raw()?;
                let last = from.split().map_or(&[][..], |(_, last)| last);
                Ok(EntryPath::of(&folder.join(last)))
            })
            .collect()
    }

    /// Whose a new thing in a folder is: as the folder's own where that is not root's, else the labs', so
    /// that they can work with it. `None`: as the folder.
    async fn owner_of_new(&self, changing: &Changing, folder: &Raw) -> Option<Owner> {
        let request = Request::Stat {
            path: folder.clone(),
        };
        match changing.session.one(request).await {
            Ok(Outcome::Row(row)) if row.uid == 0 => {
                self.shared.people(&changing.opened.place).await.lab
            }
            _ => None,
        }
    }

    /// The place with a writer.
    async fn changing(&self, id: PlaceId) -> Result<Changing> {
        let opened = self.shared.place(id)?;
        if let Some(why) = self.shared.why_read_only(&opened.place) {
            return Err(
                Problem::new(ProblemKind::Other, "Nothing can be changed here.").because(why),
            );
        }
        let session = self.shared.writer(&opened.place).await?;
        Ok(Changing {
            shared: Arc::clone(&self.shared),
            opened,
            session,
        })
    }
}

/// A place that is being changed.
struct Changing {
    shared: Arc<Shared>,
    opened: Arc<OpenPlace>,
    session: Session,
}

impl Changing {
    /// Something is not as it was counted.
    fn changed(&self) {
        self.shared.changed(&self.opened.place);
    }

    /// Asks for a change that ends with a row.
    async fn row(&self, request: Request, path: &Raw) -> Result<EntryPath> {
        let outcome = self
            .session
            .one(request)
            .await
            .map_err(|refused| about(refused, path))?;
        self.changed();
        match outcome {
            Outcome::Row(_) => Ok(EntryPath::of(path)),
            _ => Err(Refused::unexpected().about("")),
        }
    }
}

/// What is refused about a name that somebody typed stands at its field.
fn about(refused: Refused, path: &Raw) -> Problem {
    let problem = refused.about(&shown_name(path));
    match problem.kind {
        ProblemKind::NameTaken => problem.at("name"),
        _ => problem,
    }
}
