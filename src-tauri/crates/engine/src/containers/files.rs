//! Writing files into a container through the archive call, which also works before it starts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bollard::query_parameters::UploadToContainerOptionsBuilder;

use super::PlacedFile;
use crate::classify::Subject;
use crate::wire::escaped;
use crate::{ContainerId, Engine, Error, Result};

impl Engine {
    /// A file of a container, running or not, up to `longest` bytes; `None` where there is no file of
    /// this path, or a longer one. Links are not followed.
    ///
    /// # Errors
    /// `NotFound` where there is no such container.
    pub async fn read_file(
        &self,
        id: &ContainerId,
        path: &str,
        longest: usize,
    ) -> Result<Option<Vec<u8>>> {
        let held = self.hold_file(id, path, longest).await?;
        Ok(held.map(super::HeldFile::into_content))
    }

    /// Writes files into a container, running or not. Missing folders are made.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn place_files(&self, id: &ContainerId, files: &[PlacedFile]) -> Result<()> {
        let mut folders: BTreeMap<&str, Vec<&PlacedFile>> = BTreeMap::new();
        for file in files {
            let folder = Path::new(&file.path)
                .parent()
                .and_then(Path::to_str)
                .unwrap_or("/");
            folders.entry(folder).or_default().push(file);
        }
        for (folder, files) in folders {
            self.place_in(id, Path::new(folder), &files).await?;
        }
        Ok(())
    }

    /// Folders that the image does not have are made: the archive begins at the nearest one that exists.
    async fn place_in(&self, id: &ContainerId, folder: &Path, files: &[&PlacedFile]) -> Result<()> {
        let mut outcome = Ok(());
        for base in folder.ancestors() {
            let archive = archive(base, folder, files).map_err(|error| Error::NotSupported {
                what: format!("A file could not be prepared for the container: {error}."),
            })?;
            let options = UploadToContainerOptionsBuilder::default()
                .path(base.to_str().unwrap_or("/"))
                .build();
            let placed = self
                .docker
                .upload_to_container(
                    &escaped(&id.0),
                    Some(options),
                    bollard::body_full(archive.into()),
                )
                .await;
            outcome = placed.map_err(|error| self.meaning(error, Subject::Container(&id.0)));
            if !matches!(outcome, Err(Error::NotFound { what: "folder", .. })) {
                break;
            }
        }
        outcome
    }
}

/// A tar with these files, seen from `base`, and with the folders between `base` and `folder`.
fn archive(base: &Path, folder: &Path, files: &[&PlacedFile]) -> std::io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    let inner = folder.strip_prefix(base).map_err(std::io::Error::other)?;
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0);
    let mut made = PathBuf::new();
    for part in inner {
        made.push(part);
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        header.set_mode(0o755);
        // A new folder belongs to whoever owns what is put into it.
        header.set_uid(files.first().map_or(0, |file| file.uid));
        header.set_gid(files.first().map_or(0, |file| file.gid));
        header.set_mtime(now);
        builder.append_data(&mut header, &made, std::io::empty())?;
    }
    for file in files {
        let name = Path::new(&file.path).file_name().ok_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::InvalidInput, "its path names no file")
        })?;
        let mut header = tar::Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(file.mode);
        header.set_uid(file.uid);
        header.set_gid(file.gid);
        header.set_mtime(now);
        builder.append_data(&mut header, inner.join(name), file.content.as_slice())?;
    }
    builder.into_inner()
}
