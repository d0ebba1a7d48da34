//! Files out of a place onto this computer, and back.

use std::path::PathBuf;

use crate::jobs::JobId;
use crate::place::{EntryPath, PlaceId};
use crate::{Contents, Result, not_there_yet};

impl Contents {
    /// Into a folder of this computer.
    pub async fn download(
        &self,
        _place: PlaceId,
        _paths: Vec<EntryPath>,
        _to: PathBuf,
    ) -> Result<JobId> {
        not_there_yet()
    }

    /// From this computer; every source is a file or a folder.
    pub async fn upload(
        &self,
        _place: PlaceId,
        _folder: EntryPath,
        _sources: Vec<PathBuf>,
    ) -> Result<JobId> {
        not_there_yet()
    }
}
