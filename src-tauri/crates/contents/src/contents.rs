//! The front: every topic has its module, and all of them share one state.

use std::path::PathBuf;
use std::sync::Arc;

use slipway_engine::inventory::Inventory;
use slipway_labs::labs::Labs;
use tokio::sync::watch;

use crate::Result;
use crate::backup::{BackupPlan, BackupShelf, RestorePreview, RestoreTarget};
use crate::browse::{FolderPage, FolderQuery, PlaceUpdate};
use crate::change::{EditedText, SaveOutcome, Trash};
use crate::jobs::{ConflictAnswer, JobId, JobList};
use crate::opened::PlaceFiles;
use crate::place::{EntryPath, OpenedPlace, Place, PlaceId};
use crate::preview::{CellPage, Comparison, LinePage, Preview, PreviewId, RowPage, compare};
use crate::search::{SearchHit, SearchQuery, SearchState};
use crate::shared::Shared;
use crate::space::{SpaceMap, SpaceState};
use crate::survey::{RemovePreview, SurveyUpdate};

/// What it needs from outside.
#[derive(Clone)]
pub struct ContentsHome {
    pub inventory: Inventory,
    pub labs: Labs,
    /// Folder of what was counted before; may be lost at any time.
    pub cache: PathBuf,
    /// Folder of the backups.
    pub backups: PathBuf,
    /// Folder of the settings of backups (plans, checks).
    pub settings: PathBuf,
}

/// Cheap to clone. With the last clone every throw-away container ends.
#[derive(Clone)]
pub struct Contents {
    shared: Arc<Shared>,
}

fn not_there_yet<T>() -> Result<T> {
    Err(crate::Problem::new(
        slipway_labs::problem::ProblemKind::Other,
        "This is not there yet.",
    ))
}

impl Contents {
    /// Within a tokio runtime.
    pub fn start(home: ContentsHome) -> Self {
        Self {
            shared: Shared::start(home),
        }
    }

    // Volumes: topic `survey`.

    /// Counts what volumes hold while somebody follows: what was counted before comes at once, then one
    /// volume after the other. Ends with its receiver.
    pub fn survey(&self) -> watch::Receiver<SurveyUpdate> {
        self.shared.survey()
    }

    /// # Errors
    /// At `name`: empty, illegal, taken.
    pub async fn create_volume(&self, name: &str, labels: Vec<(String, String)>) -> Result<()> {
        self.shared.create_volume(name, labels).await
    }

    pub fn preview_remove(&self, volume: &str) -> Result<RemovePreview> {
        self.shared.preview_remove(volume)
    }

    /// # Errors
    /// While a lab or container uses it.
    pub async fn remove_volume(&self, volume: &str) -> Result<()> {
        self.shared.remove_volume(volume).await
    }

    // Looking: topic `browse`.

    /// Opens a place: starts its porthole, which lives until the place is closed.
    pub async fn open(&self, place: Place) -> Result<OpenedPlace> {
        self.shared.open(place).await
    }

    pub fn close(&self, place: PlaceId) {
        self.shared.close(place);
    }

    /// The page that had them open is gone.
    pub fn close_all(&self) {
        self.shared.close_all();
    }

    pub async fn list_folder(&self, place: PlaceId, query: FolderQuery) -> Result<FolderPage> {
        self.shared.place(place)?.list(query).await
    }

    /// The path that somebody typed by hand (`~/x`, `/x`, with `..`), as a path of this place, with
    /// the row to show; what names nothing fails at `path`.
    pub async fn find_entry(&self, place: PlaceId, typed: &str) -> Result<crate::entry::Entry> {
        let opened = self.shared.place(place)?;
        let mounts = self.shared.mounts_of(&opened.place);
        let mounted: Vec<String> = mounts.into_iter().map(|(_, mount)| mount.target).collect();
        opened.find(typed, &mounted).await
    }

    /// Follows the folders on screen and the file of the preview, in the place of those followed before.
    pub fn watch(
        &self,
        place: PlaceId,
        folders: Vec<EntryPath>,
        file: Option<EntryPath>,
    ) -> Result<watch::Receiver<PlaceUpdate>> {
        self.shared.place(place)?.follow(folders, file)
    }

    /// Counts what takes the space; goes on while somebody follows.
    pub fn measure(&self, place: PlaceId) -> Result<watch::Receiver<SpaceState>> {
        self.shared.place(place)?.measure()
    }

    pub fn space_map(&self, place: PlaceId, folder: &EntryPath) -> Result<SpaceMap> {
        self.shared.place(place)?.space.map(folder)
    }

    /// Starts a search in the place of the one before; ends when nobody follows.
    pub fn search(
        &self,
        place: PlaceId,
        query: SearchQuery,
    ) -> Result<watch::Receiver<SearchState>> {
        self.shared.place(place)?.search(query)
    }

    pub fn search_hits(&self, place: PlaceId, from: u32, count: u32) -> Result<Vec<SearchHit>> {
        Ok(self.shared.place(place)?.hits(from, count))
    }

    // Previews: topic `preview`.

    /// What is damaged is shown by its text or its bytes, and says so.
    pub async fn open_preview(&self, place: PlaceId, path: EntryPath) -> Result<Preview> {
        let files = Arc::new(PlaceFiles(self.shared.place(place)?));
        let preview = self.shared.previews.open(place, files, path).await?;
        if let Err(closed) = self.shared.place(place) {
            // It was closed meanwhile, and with it what was opened in it.
            self.shared.previews.close(place);
            return Err(closed);
        }
        Ok(preview)
    }

    pub async fn preview_cells(
        &self,
        preview: PreviewId,
        from: u32,
        count: u32,
    ) -> Result<CellPage> {
        self.shared.previews.cells(preview, from, count).await
    }

    /// The lines of one output of a cell that is shown by its beginning; 5,000 at most.
    pub async fn preview_output(
        &self,
        preview: PreviewId,
        cell: u32,
        output: u32,
    ) -> Result<LinePage> {
        self.shared.previews.output(preview, cell, output).await
    }

    pub async fn preview_rows(
        &self,
        preview: PreviewId,
        sheet: u32,
        from: u32,
        count: u32,
    ) -> Result<RowPage> {
        self.shared.previews.rows(preview, sheet, from, count).await
    }

    pub async fn preview_lines(
        &self,
        preview: PreviewId,
        from: u32,
        count: u32,
    ) -> Result<LinePage> {
        self.shared.previews.lines(preview, from, count).await
    }

    pub async fn preview_hex(&self, preview: PreviewId, from: u32, count: u32) -> Result<LinePage> {
        self.shared.previews.hex(preview, from, count).await
    }

    /// PNG or JPEG bytes, decoded and checked before, never larger than the screen needs.
    pub async fn preview_picture(&self, preview: PreviewId, key: &str) -> Result<Vec<u8>> {
        self.shared.previews.picture(preview, key).await
    }

    /// The file's bytes, for the formats that the page draws itself (PDF).
    pub async fn preview_bytes(
        &self,
        preview: PreviewId,
        from: u64,
        count: u32,
    ) -> Result<Vec<u8>> {
        self.shared.previews.bytes(preview, from, count).await
    }

    pub async fn compare(
        &self,
        left: (PlaceId, EntryPath),
        right: (PlaceId, EntryPath),
    ) -> Result<Comparison> {
        let one = PlaceFiles(self.shared.place(left.0)?);
        let other = PlaceFiles(self.shared.place(right.0)?);
        compare((&one, left.1), (&other, right.1)).await
    }

    // Jobs and moving files: topic `moving`.

    pub fn jobs(&self) -> watch::Receiver<JobList> {
        watch::channel(JobList::default()).1
    }

    pub fn cancel_job(&self, _job: JobId) {}

    pub fn dismiss_job(&self, _job: JobId) {}

    pub fn answer_conflict(&self, _job: JobId, _answer: ConflictAnswer, _for_all: bool) {}

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

    pub async fn make_folder(
        &self,
        _place: PlaceId,
        _folder: EntryPath,
        _name: &str,
    ) -> Result<EntryPath> {
        not_there_yet()
    }

    pub async fn rename(
        &self,
        _place: PlaceId,
        _path: EntryPath,
        _name: &str,
    ) -> Result<EntryPath> {
        not_there_yet()
    }

    /// Into the trash of the volume; the ids bring them back.
    pub async fn trash(&self, _place: PlaceId, _paths: Vec<EntryPath>) -> Result<Vec<String>> {
        not_there_yet()
    }

    pub async fn list_trash(&self, _place: PlaceId) -> Result<Trash> {
        not_there_yet()
    }

    /// Back to where they lay, under another name where that is taken.
    pub async fn restore_trashed(
        &self,
        _place: PlaceId,
        _ids: Vec<String>,
    ) -> Result<Vec<EntryPath>> {
        not_there_yet()
    }

    pub async fn empty_trash(&self, _place: PlaceId) -> Result<()> {
        not_there_yet()
    }

    pub async fn read_text(&self, _place: PlaceId, _path: EntryPath) -> Result<EditedText> {
        not_there_yet()
    }

    pub async fn save_text(&self, _place: PlaceId, _edited: EditedText) -> Result<SaveOutcome> {
        not_there_yet()
    }

    // Keeping safe: topic `safe`.

    pub async fn backups(&self, _volume: Option<&str>) -> Result<BackupShelf> {
        not_there_yet()
    }

    /// With `pause` the containers that use it are paused for the time of reading.
    pub async fn back_up(&self, _volume: &str, _pause: bool) -> Result<JobId> {
        not_there_yet()
    }

    pub async fn verify_backup(&self, _file: &str) -> Result<JobId> {
        not_there_yet()
    }

    /// A backup file from elsewhere, ours or a tar made by hand, is put into the folder of backups.
    pub async fn add_backup(&self, _file: PathBuf) -> Result<String> {
        not_there_yet()
    }

    pub async fn preview_restore(
        &self,
        _file: &str,
        _target: RestoreTarget,
    ) -> Result<RestorePreview> {
        not_there_yet()
    }

    pub async fn restore(&self, _file: &str, _target: RestoreTarget) -> Result<JobId> {
        not_there_yet()
    }

    pub async fn delete_backup(&self, _file: &str) -> Result<()> {
        not_there_yet()
    }

    pub async fn plan_backups(&self, _plan: BackupPlan) -> Result<()> {
        not_there_yet()
    }

    pub async fn forget_plan(&self, _volume: &str) -> Result<()> {
        not_there_yet()
    }

    /// Copies a volume into a new one.
    pub async fn clone_volume(&self, _volume: &str, _name: &str) -> Result<JobId> {
        not_there_yet()
    }

    /// Copies everything in one place into another ("move my work into a volume", and back).
    pub async fn copy_place(&self, _from: Place, _to: Place) -> Result<JobId> {
        not_there_yet()
    }
}
