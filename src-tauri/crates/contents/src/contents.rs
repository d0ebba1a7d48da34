//! The front: every topic has its module, and all of them share one state.

use std::path::PathBuf;
use std::sync::Arc;

use slipway_engine::inventory::Inventory;
use slipway_labs::labs::Labs;
use tokio::sync::watch;

use crate::Result;
use crate::browse::{FolderPage, FolderQuery, PlaceUpdate};
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
    /// Folder of the backups; made with the first of them.
    pub backups: PathBuf,
    /// Folder of what has to be remembered (plans, results of checks).
    pub settings: PathBuf,
}

/// Cheap to clone. With the last clone every throw-away container ends.
#[derive(Clone)]
pub struct Contents {
    pub(crate) shared: Arc<Shared>,
}

impl Contents {
    /// Within a tokio runtime.
    pub fn start(home: ContentsHome) -> Self {
        Self {
            shared: Shared::start(home),
        }
    }

    // Volumes.

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

    // Looking.

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
        let opened = self.shared.place(place)?;
        let mut page = opened.list(query).await?;
        let people = opened.people().await;
        for row in &mut page.rows {
            row.name_owner(&people);
        }
        Ok(page)
    }

    /// The path that somebody typed by hand (`~/x`, `/x`, with `..`), as a path of this place, with
    /// the row to show; what names nothing fails at `path`.
    pub async fn find_entry(&self, place: PlaceId, typed: &str) -> Result<crate::entry::Entry> {
        let opened = self.shared.place(place)?;
        let mounts = self.shared.mounts_of(&opened.place);
        let mounted: Vec<String> = mounts.into_iter().map(|(_, mount)| mount.target).collect();
        let mut entry = opened.find(typed, &mounted).await?;
        entry.name_owner(&*opened.people().await);
        Ok(entry)
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

    // Previews.

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
}
