//! Files out of a place onto this computer, and back.
//!
//! Both directions are one tar stream between the program in the container and a thread here, each file
//! summed on both ends while it is under way. Nothing gets its name before it is whole, and nothing that is
//! there is written over before somebody said so. A download has a porthole of its own, so that it goes on
//! when the page is left.

mod aside;
mod asking;
pub(crate) mod cautions;
mod download;
mod dragged;
mod feeding;
mod holes;
mod landing;
mod links;
mod owner;
mod settling;
mod sources;
mod sums;
pub(crate) mod taken;
pub(crate) mod untar;
mod upload;
pub(crate) mod words;

pub use dragged::Dragged;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_labs::problem::ProblemKind;
use slipway_porthole::raw::Raw;

use crate::jobs::{JobId, JobKind, NewJob};
use crate::opened::shown_name;
use crate::path::visible;
use crate::place::{EntryPath, PlaceId};
use crate::shared::place_name;
use crate::{Contents, Problem, Result};

impl Contents {
    /// Into a folder of this computer. Everything in the place, where one of the paths is empty.
    ///
    /// # Errors
    /// `Gone` where the place was closed, and where there is no such folder.
    pub async fn download(
        &self,
        place: PlaceId,
        paths: Vec<EntryPath>,
        to: PathBuf,
    ) -> Result<JobId> {
        let place = self.shared.place(place)?.place.clone();
        let paths = outermost(paths.iter().map(EntryPath::raw).collect::<Result<_>>()?);
        let is_folder = tokio::fs::metadata(&to).await.is_ok_and(|it| it.is_dir());
        if paths.is_empty() || !is_folder {
            return Err(no_folder(&to));
        }
        let names: Vec<String> = paths
            .iter()
            .map(|path| {
                if path.0.is_empty() {
                    place_name(&place)
                } else {
                    shown_name(path)
                }
            })
            .collect();
        let new = NewJob {
            kind: JobKind::Download,
            title: format!(
                "Downloading {} from {}",
                words::what(&names),
                place_name(&place)
            ),
            place: place.clone(),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        Ok(self.shared.jobs.begin(new, |work| {
            Box::pin(download::run(shared, place, paths, to, work))
        }))
    }

    /// From this computer; every source is a file or a folder.
    ///
    /// # Errors
    /// `Gone` where the place was closed; where nothing can be changed in it.
    pub async fn upload(
        &self,
        place: PlaceId,
        folder: EntryPath,
        sources: Vec<PathBuf>,
    ) -> Result<JobId> {
        let place = self.shared.place(place)?.place.clone();
        if let Some(why) = self.shared.why_read_only(&place) {
            return Err(
                Problem::new(ProblemKind::Other, "Nothing can be uploaded here.").because(why),
            );
        }
        let folder = folder.raw()?;
        for source in &sources {
            let there = tokio::fs::symlink_metadata(source).await;
            there.map_err(|error| not_there(source, &error))?;
        }
        let names: Vec<String> = sources.iter().map(|source| last_name(source)).collect();
        if names.is_empty() {
            return Err(Problem::new(ProblemKind::Other, "Nothing was chosen."));
        }
        let new = NewJob {
            kind: JobKind::Upload,
            title: format!(
                "Uploading {} to {}",
                words::what(&names),
                place_name(&place)
            ),
            place: place.clone(),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        Ok(self.shared.jobs.begin(new, |work| {
            Box::pin(upload::run(shared, place, folder, sources, work))
        }))
    }
}

/// Without what lies in another one of them, and each once.
fn outermost(mut paths: Vec<Raw>) -> Vec<Raw> {
    paths.sort_by(|one, other| one.names().cmp(other.names()));
    let mut kept: Vec<Raw> = Vec::new();
    for path in paths {
        let inside = kept.last().is_some_and(|last| {
            last.0.is_empty()
                || path
                    .0
                    .strip_prefix(&last.0[..])
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        });
        if !inside {
            kept.push(path);
        }
    }
    kept
}

fn last_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    visible(name.as_encoded_bytes()).0
}

fn no_folder(to: &Path) -> Problem {
    Problem::new(
        ProblemKind::Gone,
        format!("{} is no folder of this computer.", last_name(to)),
    )
    .because("Nothing was downloaded.")
    .hint("Choose another folder.")
}

fn not_there(source: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        ProblemKind::Gone,
        format!("{} is not there any more.", last_name(source)),
    )
    .because("Nothing was uploaded.")
    .detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_something_else_is_not_moved_twice() {
        let of = |paths: &[&str]| {
            let raws = paths.iter().map(|path| Raw::from(*path)).collect();
            outermost(raws)
                .into_iter()
                .map(|path| String::from_utf8(path.0).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&["a/b", "a", "a.txt", "a", "b"]), ["a", "a.txt", "b"]);
        assert_eq!(of(&["a/b", "a/c", "a-b"]), ["a/b", "a/c", "a-b"]);
        assert_eq!(of(&["a", "", "b"]), [""]);
    }
}
