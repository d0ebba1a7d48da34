//! Files that are emptied for a moment and put back as they were: what must not get into an image that is made of a container.

use std::io::Read;

use bollard::query_parameters::{
    DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use futures_util::StreamExt as _;

use crate::classify::Subject;
use crate::wire::escaped;
use crate::{ContainerId, Engine, Error, Result};

/// A file with all that the engine's archive says of it.
pub struct HeldFile {
    path: String,
    archive: Vec<u8>,
    content: Vec<u8>,
}

impl HeldFile {
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn content(&self) -> &[u8] {
        &self.content
    }

    pub(super) fn into_content(self) -> Vec<u8> {
        self.content
    }

    /// The same file, its owner and rights kept, with other content.
    fn with(&self, content: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut archive = tar::Archive::new(self.archive.as_slice());
        let mut entries = archive.entries()?;
        let entry = entries.next().ok_or(std::io::ErrorKind::UnexpectedEof)??;
        let path = entry.path()?.into_owned();
        let mut header = entry.header().clone();
        header.set_size(content.len() as u64);
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_data(&mut header, path, content)?;
        builder.into_inner()
    }
}

impl Engine {
    /// A file up to `longest` bytes, to be emptied and put back; `None` where there is no plain file of
    /// this path, or a longer one.
    ///
    /// # Errors
    /// `NotFound` where there is no such container, and those of a connection that fails.
    pub async fn hold_file(
        &self,
        id: &ContainerId,
        path: &str,
        longest: usize,
    ) -> Result<Option<HeldFile>> {
        /// A tar's own blocks around a file, and what some writers put before it.
        const AROUND: usize = 64 * 1024;
        let options = DownloadFromContainerOptionsBuilder::default()
            .path(path)
            .build();
        let mut stream = std::pin::pin!(
            self.docker
                .download_from_container(&escaped(&id.0), Some(options))
        );
        let mut bytes = Vec::new();
        while let Some(part) = stream.next().await {
            match part.map_err(|error| self.meaning(error, Subject::Container(&id.0))) {
                Ok(part) => bytes.extend_from_slice(&part),
                Err(Error::NotFound { what, .. }) if what != "container" => return Ok(None),
                Err(error) => return Err(error),
            }
            if bytes.len() > longest + AROUND {
                return Ok(None);
            }
        }
        let Some(content) = plain_file(&bytes, longest as u64) else {
            return Ok(None);
        };
        Ok(Some(HeldFile {
            path: path.to_owned(),
            archive: bytes,
            content,
        }))
    }

    /// Gives a file other content, and leaves its owner and rights.
    ///
    /// # Errors
    /// `NotFound`, `DiskFull`, and those of a connection that fails.
    pub async fn fill_held(&self, id: &ContainerId, file: &HeldFile, content: &[u8]) -> Result<()> {
        let archive = file.with(content).map_err(|error| Error::NotSupported {
            what: format!("A file could not be prepared for the container: {error}."),
        })?;
        self.put_beside(id, &file.path, archive).await
    }

    /// Puts a file back as it was.
    ///
    /// # Errors
    /// As `fill_held`.
    pub async fn put_back(&self, id: &ContainerId, file: &HeldFile) -> Result<()> {
        self.put_beside(id, &file.path, file.archive.clone()).await
    }

    async fn put_beside(&self, id: &ContainerId, path: &str, archive: Vec<u8>) -> Result<()> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let options = UploadToContainerOptionsBuilder::default()
            .path(if folder.is_empty() { "/" } else { folder })
            .build();
        self.docker
            .upload_to_container(
                &escaped(&id.0),
                Some(options),
                bollard::body_full(archive.into()),
            )
            .await
            .map_err(|error| self.meaning(error, Subject::Container(&id.0)))
    }
}

/// The bytes of the one file that an archive holds.
fn plain_file(archive: &[u8], longest: u64) -> Option<Vec<u8>> {
    let mut archive = tar::Archive::new(archive);
    let entry = archive.entries().ok()?.next()?.ok()?;
    if !entry.header().entry_type().is_file() || entry.size() > longest {
        return None;
    }
    let mut content = Vec::new();
    entry.take(longest).read_to_end(&mut content).ok()?;
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_file_keeps_its_owner_and_rights() {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o640);
        header.set_uid(1000);
        header.set_gid(100);
        header.set_size(6);
        let mut builder = tar::Builder::new(Vec::new());
        builder
            .append_data(&mut header, "server.json", &b"secret"[..])
            .unwrap();
        let archive = builder.into_inner().unwrap();
        assert_eq!(plain_file(&archive, 100).unwrap(), b"secret");
        assert_eq!(plain_file(&archive, 5), None, "it is longer");
        let file = HeldFile {
            path: "/etc/server.json".to_owned(),
            content: b"secret".to_vec(),
            archive,
        };
        let emptied = file.with(b"{}").unwrap();
        let mut emptied = tar::Archive::new(emptied.as_slice());
        let mut entry = emptied.entries().unwrap().next().unwrap().unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let header = entry.header();
        assert_eq!(text, "{}");
        assert_eq!(
            (
                header.mode().unwrap(),
                header.uid().unwrap(),
                header.gid().unwrap()
            ),
            (0o640, 1000, 100)
        );
    }
}
