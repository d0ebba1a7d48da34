//! Everything in one place into another.
//!
//! Both places are mounted into one porthole, so nothing passes through this computer. Where names are
//! taken, the job asks before anything is written; what is newly made is taken away again where the copy
//! does not come to its end, and the source is never changed. What lies in the source's trash is deleted
//! and stays behind. A clone is written down until it is whole, so that an app that is killed leaves none
//! that only looks like one (`backup::unfinished`).

mod copy;
mod taken;

use std::collections::BTreeMap;
use std::sync::Arc;

use slipway_engine::VolumeName;
use slipway_labs::problem::ProblemKind;

use crate::backup::{Copying, Doing, Half, kept_labels};
use crate::jobs::{JobId, JobKind, NewJob, Stop};
use crate::place::Place;
use crate::shared::place_name;
use crate::{Contents, Problem, Result};

impl Contents {
    /// Copies a volume into a new one of the engine's own kind, with its labels. The new one goes again
    /// where the copy fails or is stopped.
    ///
    /// # Errors
    /// At `name`: empty, illegal, taken. `Gone` where there is no such volume.
    pub async fn clone_volume(&self, volume: &str, name: &str) -> Result<JobId> {
        let name = name.trim().to_owned();
        let source = VolumeName::from(volume);
        self.shared.keeping.is_still(&source)?;
        let engine = self.shared.home.inventory.engine()?;
        let old = engine.inspect_volume(volume).await?;
        let new_volume = VolumeName::from(name.as_str());
        let doing = Doing::Clone {
            from: source.clone(),
        };
        let half = Half::begin(&self.shared, &name, labels_of(old.labels), doing).await?;
        let from = Place::Volume { name: source };
        let to = Place::Volume { name: new_volume };
        let new = NewJob {
            kind: JobKind::Copy,
            place: from.clone(),
            title: format!("Cloning {} as {name}", place_name(&from)),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        Ok(self.shared.jobs.begin(new, |work| async move {
            let copied = copy::run(&shared, &from, &to, &work, Failing::GoesWhole).await;
            // What else looks into it lets go of it where it has to go.
            half.settle(copied, &work).await
        }))
    }

    /// Copies everything in one place into another, beside what is there.
    ///
    /// # Errors
    /// Where both are the same, or the other may only be read.
    pub async fn copy_place(&self, from: Place, to: Place) -> Result<JobId> {
        if let Some(why) = within(&from, &to) {
            return Err(Problem::new(ProblemKind::InvalidForm, why)
                .hint("Choose another place to copy to.")
                .at("to"));
        }
        if let Some(why) = self.shared.why_read_only(&to) {
            return Err(Problem::new(
                ProblemKind::Other,
                format!("Nothing can be copied to {}.", place_name(&to)),
            )
            .because(why)
            .at("to"));
        }
        let engine = self.shared.home.inventory.engine()?;
        for place in [&from, &to] {
            // Mounting a volume that is not there would make one.
            if let Place::Volume { name } = place {
                self.shared.keeping.is_still(name)?;
                engine.inspect_volume(&name.0).await?;
            }
        }
        let new = NewJob {
            kind: JobKind::Copy,
            place: to.clone(),
            title: format!("Copying {} to {}", place_name(&from), place_name(&to)),
            steps: Vec::new(),
        };
        let shared = Arc::clone(&self.shared);
        let copying = Copying::begin(&shared, &from, &to)?;
        Ok(self.shared.jobs.begin(new, |work| async move {
            let copied = copy::run(&shared, &from, &to, &work, Failing::GoesOneByOne).await;
            drop(copying);
            copied
        }))
    }
}

/// What becomes of what was copied already where a copy does not come to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failing {
    /// It is taken away again, beside what was there.
    GoesOneByOne,
    /// The whole volume goes.
    GoesWhole,
}

/// Why nothing can be copied from the one into the other: a copy that meets itself has no end.
fn within(from: &Place, to: &Place) -> Option<&'static str> {
    match (from, to) {
        (Place::Folder { path: from }, Place::Folder { path: to }) => {
            let (from, to) = (plain(from), plain(to));
            let inside = |inner: &str, outer: &str| {
                inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.starts_with('/'))
            };
            if from == to {
                Some("Both are the same folder.")
            } else if inside(to, from) || inside(from, to) {
                Some("One of these folders lies in the other.")
            } else {
                None
            }
        }
        _ => (from == to).then_some("Both are the same volume."),
    }
}

/// As the engine's own machine and a person write the same folder.
fn plain(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.strip_prefix("/host_mnt").unwrap_or(path)
}

/// What a volume was labelled with by hand. What programs say of whose it is counts for the old one alone:
/// Slipway would take the new one for the lab's and Compose for its own.
fn labels_of(labels: BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut labels = kept_labels(labels);
    labels.retain(|(name, _)| !name.starts_with("com.docker.compose."));
    labels
}

/// What a request of a job is refused with.
fn stop(refused: crate::session::Refused, name: &str) -> Stop {
    Stop::Failed(refused.about(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_never_meets_itself() {
        let folder = |path: &str| Place::Folder {
            path: path.to_owned(),
        };
        let volume = |name: &str| Place::Volume {
            name: VolumeName::from(name),
        };
        for (from, to) in [
            (folder("/a/b"), folder("/a/b/")),
            (folder("/a"), folder("/a/b")),
            (folder("/a/b"), folder("/a")),
            (folder("/host_mnt/a"), folder("/a/b")),
            (folder("/"), folder("/a")),
            (volume("v"), volume("v")),
        ] {
            assert!(within(&from, &to).is_some(), "{from:?} {to:?}");
        }
        for (from, to) in [
            (folder("/a/b"), folder("/a/bc")),
            (volume("a"), volume("b")),
            (volume("a"), folder("/a")),
        ] {
            assert!(within(&from, &to).is_none(), "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_clone_is_nobodys() {
        let labels = [
            "team",
            "io.slipway.lab",
            "com.docker.compose.project",
            "com.docker.volume.anonymous",
        ];
        let kept = labels_of(labels.map(|name| (name.to_owned(), String::new())).into());
        assert_eq!(kept, [("team".to_owned(), String::new())]);
    }
}
